"""Roll a year over: fill in, see what will happen, confirm; and undo it."""

from collections import defaultdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.decorators import read_or_write
from actions import permissions, rollover, rollover_plan
from actions.forms.rollover import RolloverForm
from actions.models import Action
from priorities.models import Agreement

Outcome = Action.Outcome


@read_or_write
def roll_over(request, partnership, year):
    """One address for the three steps: the answers go from page to page in the form, so that nothing is half done."""
    agreement = _officers_own(request, partnership, year)
    year = rollover_plan.read(agreement)
    if year.rollover is None and _stands_already(agreement):
        return render(
            request, "actions/roll_over_exists.html", _context(year), status=409 if request.method == "POST" else 200
        )
    step = request.POST.get("step")
    if step == "confirm" and (changes := rollover_plan.changes_since(year, _seen(request))):
        return _changed_meanwhile(request, agreement, changes)
    form = RolloverForm(year, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid() or step == "change":
        return _fill_in(request, form)
    if step != "confirm":
        return _preview(request, form)
    try:
        new = rollover.roll_over(
            agreement,
            to=agreement.financial_year.following,
            plan=form.plan,
            seen=_seen(request),
            by=request.user,
            at=timezone.now(),
            is_demonstration=agreement.is_demonstration,
        )
    except (rollover.Conflict, ValidationError) as refusal:
        return _changed_meanwhile(request, agreement, getattr(refusal, "changes", None) or refusal.messages)
    messages.success(request, f"The plan of {new.financial_year} has been made from {agreement.financial_year}.")
    return redirect(new)


@read_or_write
def roll_over_undo(request, partnership, year):
    """Below the year that was rolled over."""
    agreement = _officers_own(request, partnership, year)
    standing = agreement.rollovers.standing().select_related("new_agreement__partnership", "by").first()
    context = {"agreement": agreement, "rollover": standing, "new": standing and standing.new_agreement}
    if standing is None:
        return render(request, "actions/roll_over_undo.html", context, status=409 if request.method == "POST" else 200)
    if request.method == "POST":
        try:
            agreed = request.POST.getlist("agreed")
            rollover.undo(standing, by=request.user, at=timezone.now(), agreed=agreed)
        except rollover.InTheWay as refusal:
            context |= {"in_the_way": refusal.what, "may_go": refusal.may_go}
            return render(request, "actions/roll_over_undo.html", context, status=409)
        except rollover.Conflict as refusal:
            return render(request, "actions/roll_over_undo.html", context | {"changes": refusal.changes}, status=409)
        messages.success(request, f"The rolling over of {agreement.financial_year} has been undone.")
        return redirect(agreement)
    return render(request, "actions/roll_over_undo.html", context)


def _officers_own(request, partnership, year):
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))
    if not permissions.can_end_actions(request.user, agreement):
        raise PermissionDenied
    return agreement


def _stands_already(agreement):
    return Agreement.objects.filter(partnership=agreement.partnership, year=agreement.year + 1).exists()


def _seen(request):
    return dict(pair.split("=", 1) for pair in request.POST.get("seen", "").split() if "=" in pair)


def _context(year):
    return {"agreement": year.agreement, "year": year, "following": year.agreement.financial_year.following}


def _fill_in(request, form, status=200, changes=()):
    """The form, with every action below its priority: open ones to answer, ended ones as they ended."""
    forms = {one.action.pk: one for one in form.actions}
    priorities = {one.priority.pk: one for one in form.priorities}
    actions = defaultdict(list)
    for one in form.year.actions:
        actions[one.priority_id].append((one, forms.get(one.pk)))
    context = _context(form.year) | {
        "form": form,
        "groups": [
            (one, priorities.get(one.pk), form.year.successors(one), actions[one.pk]) for one in form.year.priorities
        ],
        "going_on": [one.action for one in form.actions],
        "default_reason": rollover_plan.default_reason(form.year),
        "changes": changes,
    }
    return render(request, "actions/roll_over.html", context, status=status)


def _preview(request, form, status=200, changes=()):
    year, plan = form.year, form.plan
    outline = rollover_plan.outline(year, plan)
    actions = {one.pk: one for one in year.actions}
    titles = {one.pk: one.title for one in year.priorities}
    kept = {one.code: one for one in plan.priorities}
    copies = defaultdict(list)
    for one in outline.copies:
        copies[one.code].append((one, [actions[pk].reference for pk in one.continues]))
    codes = [*(one.code for one in year.new_priorities if one.code not in kept), *kept]
    standing = {one.code: one.title for one in year.new_priorities}
    context = _context(year) | {
        "plan": plan,
        "changes": changes,
        "priorities": [
            (
                code,
                kept[code].title if code in kept else standing[code],
                code in standing,
                [titles[pk] for pk in kept[code].continues] if code in kept else [],
                copies[code],
            )
            for code in codes
        ],
        "copied": len(outline.copies),
        "endings": [
            (actions[one.action], Outcome(one.outcome).label, one.reason, actions.get(one.into))
            for one in plan.endings
            if actions[one.action].status != Action.Status.CLOSED
        ],
        "left": [one for one in year.priorities if not _goes_on(one, year, plan)],
        "sent": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in ("csrfmiddlewaretoken", "step", "seen")
            for value in values
        ],
        "seen": " ".join(f"{name}={digest}" for name, digest in rollover_plan.snapshot(year).items()),
    }
    return render(request, "actions/roll_over_preview.html", context, status=status)


def _goes_on(priority, year, plan):
    return bool(year.successors(priority)) or any(priority.pk in one.continues for one in plan.priorities)


def _changed_meanwhile(request, agreement, changes):
    """What the answers come to now, and what is different; nothing that was typed is lost."""
    year = rollover_plan.read(agreement)
    if year.rollover is None and _stands_already(agreement):
        return render(request, "actions/roll_over_exists.html", _context(year), status=409)
    form = RolloverForm(year, request.POST)
    page = _preview if form.is_valid() else _fill_in
    return page(request, form, status=409, changes=changes)
