from collections import Counter, defaultdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import read_or_write
from accounts.middleware import public
from actions import calendar, notices, permissions, rounds
from actions.forms.rounds import RoundForm
from actions.models import ProgressUpdate
from actions.workflow import Conflict
from priorities.dates import british
from priorities.models import Agreement, Lead

State = ProgressUpdate.State


@require_safe
def round_list(request, partnership, year):
    """The year's rounds: when they open, are due and are discussed, and how far each is."""
    agreement = _agreement(request, partnership, year)
    may_run = permissions.can_run_rounds(request.user, agreement)
    sees_states = may_run or permissions.can_see_review(request.user, agreement)
    today = timezone.localdate()
    listed = list(rounds.all_of(agreement))
    counts = _counts(agreement) if sees_states else {}
    rows = [
        {
            "round": round,
            "standing": rounds.standing(round, today),
            "counts": counts.get(round.pk, ()),
            "read": rounds.as_read(round),
        }
        for round in listed
    ]
    opened = [round for round in listed if round.opened_at]
    asking = opened[-1] if opened and opened[-1].due >= today else None
    context = {
        "agreement": agreement,
        "rows": rows,
        "may_run": may_run,
        "sees_states": sees_states,
        "asking": asking,
        "asking_read": asking and rounds.as_read(asking),
        "uncalled": rounds.uncalled(asking).count() if may_run and asking else 0,
        "calendar_link": calendar.link(request.user),
    }
    return render(request, "actions/round_list.html", context)


@read_or_write
def round_add(request, partnership, year):
    agreement = _agreement(request, partnership, year, to_run=True)
    form = RoundForm(request.POST or None, agreement=agreement)
    if request.method == "POST" and form.is_valid():
        try:
            round = rounds.plan(agreement, **form.asked, by=request.user, at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, round, "planned")
    return _form_page(request, agreement, form)


@read_or_write
def round_change(request, partnership, year, position):
    agreement = _agreement(request, partnership, year, to_run=True)
    round = _round(agreement, position)
    form = RoundForm.of(round, request.POST or None)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data["read"]
        try:
            round = rounds.change(round, read=read, **form.asked, by=request.user, at=timezone.now())
        except Conflict as conflict:
            form.read_again(conflict.current)
            return _form_page(request, agreement, form, round=conflict.current, status=409)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, round, "saved")
    return _form_page(request, agreement, form, round=round)


@read_or_write
def round_open(request, partnership, year, position):
    """What opening the round will do; then do it. For an open round: ask the actions that were added since."""
    agreement = _agreement(request, partnership, year, to_run=True)
    round = _round(agreement, position)
    if request.method != "POST":
        return _open_page(request, round)
    read, asked = request.POST.get("read"), rounds.uncalled(round).count()
    try:
        round = rounds.open_round(
            round, read=read or "nothing", by=request.user, at=timezone.now(), on=timezone.localdate()
        )
    except Conflict as conflict:
        return _open_page(request, conflict.current, status=409)
    except ValidationError as error:
        return _open_page(request, round, problem=error.messages[0], status=400)
    messages.success(request, f"{round.title} is open. {_actions(asked)} asked for an update.")
    return redirect("round-list", *agreement.url_args)


@require_safe
def round_calendar(request, partnership, year):
    """The year's dates, as a file to be read into a calendar once."""
    agreement = _agreement(request, partnership, year)
    response = _ics(calendar.feed(rounds.all_of(agreement), name=f"Rounds {agreement.choice_label}"))
    filename = f"rounds-{agreement.partnership.slug}-{agreement.financial_year.slug}.ics"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@public
@require_safe
def rounds_calendar(request, token):
    """The dates of all partnerships of the person whom the token names, for a calendar program that has no session."""
    return _ics(calendar.feed_of(calendar.person(token)))


def _ics(content):
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _agreement(request, partnership, year, *, to_run=False):
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))
    if to_run and not permissions.can_run_rounds(request.user, agreement):
        raise PermissionDenied
    return agreement


def _round(agreement, position):
    return get_object_or_404(rounds.all_of(agreement).select_related("agreement__partnership"), position=position)


def _counts(agreement):
    """{number of a round: [(state, label, how many)]}; unanswered updates of closed actions are asked no more."""
    asked = ProgressUpdate.objects.asked().filter(round__agreement=agreement)
    found = defaultdict(Counter)
    for round, state, number in asked.values_list("round", "state").annotate(Count("pk")).order_by():
        found[round][state] = number
    return {
        round: [(state.value, state.label, numbers[state]) for state in State if numbers[state]]
        for round, numbers in found.items()
    }


def _saved(request, round, done):
    messages.success(request, f"{round.title} was {done}.")
    outside = rounds.outside_the_year(round.agreement, round.opens, round.due, round.meets)
    if outside:
        days = ", ".join(british(day) for day in outside)
        messages.warning(request, f"Outside the financial year {round.agreement.financial_year}: {days}.")
    return redirect("round-list", *round.agreement.url_args)


def _form_page(request, agreement, form, *, round=None, status=200):
    context = {"agreement": agreement, "form": form, "round": round, "conflict": status == 409}
    return render(request, "actions/round_form.html", context, status=status)


def _open_page(request, round, *, problem="", status=200):
    actions = rounds.uncalled(round).select_related("priority")
    priorities = {action.priority_id: action.priority for action in actions}
    held = list(notices.posts_held(priorities))
    held_posts = {one.lead_id for one in held}
    posts = (
        Lead.objects.filter(priority__in=priorities)
        .select_related("priority", "agency")
        .order_by("priority__position", "position")
    )
    before = None if round.opened_at else rounds.all_of(round.agreement).opened().last()
    context = {
        "agreement": round.agreement,
        "round": round,
        "read": rounds.as_read(round),
        "standing": rounds.standing(round, timezone.localdate()),
        "actions": actions,
        "people": sorted({one.user for one in held}, key=str),
        "empty_posts": [post for post in posts if post.pk not in held_posts],
        "no_post": [one for one in priorities.values() if one.pk not in {post.priority_id for post in posts}],
        "before": before,
        "left_behind": before.updates.outstanding().count() if before else 0,
        "problem": problem,
        "conflict": status == 409,
    }
    return render(request, "actions/round_open.html", context, status=status)


def _actions(number):
    return f"{number} action was" if number == 1 else f"{number} actions were"
