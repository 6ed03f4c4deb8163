"""The outbox: an e-mail for each person and event, written with the event, sent afterwards, and never twice.

A deed queues a Letter in its own transaction, so that work that is rolled back sends nothing. The worker delivers it;
`manage.py run_due` brings back what could not be delivered. What the letter says is composed only when it is sent.
"""

import datetime as dt
import hashlib
import logging
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string

from accounts import tasks
from accounts.models import Letter
from accounts.permissions import holds

logger = logging.getLogger(__name__)

BACKOFF = [dt.timedelta(minutes=5), dt.timedelta(minutes=15), dt.timedelta(hours=1), dt.timedelta(hours=4)]
# A server that refuses the address so often, over a day and a half, will not take it any more.
MOST_REFUSALS = 12


class Mail(NamedTuple):
    """What the composer of a kind of letter returns: ``template`` is below templates/emails/."""

    subject: str
    template: str
    context: dict


def queue(*, kind, to, key, at, partnership=None, about=None):
    """Queue a letter of ``kind`` to the User ``to``, once for each ``key``."""
    letter, is_new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to": to,
            "partnership": partnership,
            "about": about or {},
            "written_at": at,
            "due_at": at,
            "next_try": at,
        },
    )
    if is_new:
        # Should this fail, enqueue_unsent finds the letter.
        transaction.on_commit(partial(tasks.deliver_letter.enqueue, letter.pk), robust=True)
    return letter


def enqueue_unsent(*, at):
    """A task for each letter that is due and has none."""
    waiting = tasks.letters_waiting()
    for pk in Letter.objects.due(at).exclude(pk__in=waiting).values_list("pk", flat=True):
        tasks.deliver_letter.enqueue(pk)


def deliver(letter_pk, *, at):
    """Send the letter if it is due and still wanted. Only who claims it sends it; a failure leaves it due later."""
    letter = Letter.objects.due(at).select_related("to", "partnership").filter(pk=letter_pk).first()
    if letter is None or not _claim(letter, at=at):
        return
    try:
        mail = _compose(letter, at=at)
        if mail:
            _message(letter, mail).send()
    except (SMTPException, OSError) as error:
        logger.warning("Letter %s was not sent: %s", letter.pk, _named(error))
        _keep_error(letter, error, at=at)
    except Exception as error:
        _keep_error(letter, error, at=at)
        raise
    else:
        _finish(letter, {"sent_at": at} if mail else {"cancelled_at": at}, error="")


def link(name, *args):
    """The full address of a page, for an e-mail."""
    return settings.SITE_URL + reverse(name, args=args)


def _claim(letter, *, at):
    """Whether it is ours to send. Until the next try nobody else takes it, even if this process is killed."""
    wait = BACKOFF[min(letter.tries, len(BACKOFF) - 1)]
    claimed = Letter.objects.due(at).filter(pk=letter.pk, tries=letter.tries)
    return claimed.update(tries=letter.tries + 1, next_try=at + wait)


def _compose(letter, *, at):
    """The Mail, or None where nobody wants it any more."""
    if not letter.to.is_active or (letter.partnership and not holds(letter.to, letter.partnership)):
        return None
    return import_string(settings.LETTERS[letter.kind])(letter, at=at)


def _message(letter, mail):
    context = {"to": letter.to, "partnership": letter.partnership, "site_url": settings.SITE_URL, **mail.context}
    digest = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
    return EmailMessage(
        subject=" ".join(mail.subject.split()),
        body=render_to_string(f"emails/{mail.template}", context),
        to=[letter.to.email],
        headers={
            "Message-ID": f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _keep_error(letter, error, *, at):
    gives_up = letter.tries + 1 >= MOST_REFUSALS and isinstance(error, SMTPRecipientsRefused)
    _finish(letter, {"cancelled_at": at} if gives_up else {}, error=_named(error))


def _finish(letter, fields, *, error):
    Letter.objects.unsent().filter(pk=letter.pk).update(last_error=error, **fields)


def _named(error):
    """The class and the number only: a server's sentence may hold addresses."""
    codes = []
    if isinstance(error, SMTPRecipientsRefused):
        codes = sorted({code for code, _said in error.recipients.values()})
    elif isinstance(error, SMTPResponseException):
        codes = [error.smtp_code]
    elif isinstance(error, OSError) and error.errno:
        codes = [error.errno]
    return " ".join(map(str, [type(error).__name__, *codes]))[:100]
