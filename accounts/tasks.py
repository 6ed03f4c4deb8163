"""Background work: what the worker runs, and the care of its queue."""

import datetime as dt

from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

# A worker that is killed leaves its task running for ever.
LONGEST = dt.timedelta(minutes=10)
KEPT_DAYS = 14


class Abandoned(Exception):
    """The worker was killed while it ran the task."""


@task
def deliver_letter(letter_pk):
    from accounts import post

    post.deliver(letter_pk, at=timezone.now())


def letters_waiting():
    """The numbers of the letters that a worker has, or will take."""
    open_tasks = DBTaskResult.objects.filter(
        task_path=deliver_letter.module_path, status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]
    )
    return [arguments["args"][0] for arguments in open_tasks.values_list("args_kwargs", flat=True)]


def fail_abandoned(*, at):
    """Let nothing wait for the tasks of a killed worker."""
    DBTaskResult.objects.running().filter(started_at__lte=at - LONGEST).update(
        status=TaskResultStatus.FAILED,
        finished_at=at,
        exception_class_path=f"{Abandoned.__module__}.{Abandoned.__qualname__}",
    )


def prune(*, at):
    """Remove old results of tasks. Letters stay: they say who was told what."""
    call_command("prune_db_task_results", queue_name="*", min_age_days=KEPT_DAYS, verbosity=0)
