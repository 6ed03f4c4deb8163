"""End an action, and open one again that was ended by mistake."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.decorators import read_or_write
from actions import endings, permissions
from actions.forms.endings import EndForm, ResumeForm
from actions.models import Action, ProgressUpdate


@read_or_write
def action_end(request, partnership, year, slug, number):
    action = _ended_by(request, partnership, year, slug, number)
    form = EndForm(request.POST or None, mergeable=endings.mergeable(action))
    if action.status == Action.Status.CLOSED:
        return _page(request, "action_end", action, form, status=409 if request.method == "POST" else 200)
    if request.method == "POST" and form.is_valid():
        try:
            endings.end(action, **form.cleaned_data, by=request.user, at=timezone.now())
        except endings.Conflict as conflict:
            return _page(request, "action_end", conflict.current, form, status=409)
        except ValidationError as error:
            form.add_error(None, error)
            return _page(request, "action_end", action, form)
        messages.success(request, f"{action.reference} has ended.")
        return redirect(action)
    return _page(request, "action_end", action, form)


@read_or_write
def action_resume(request, partnership, year, slug, number):
    action = _ended_by(request, partnership, year, slug, number)
    form = ResumeForm(request.POST or None)
    if action.status != Action.Status.CLOSED:
        return _page(request, "action_resume", action, form, status=409 if request.method == "POST" else 200)
    if request.method == "POST" and form.is_valid():
        try:
            endings.resume(action, **form.cleaned_data, by=request.user, at=timezone.now())
        except endings.Conflict as conflict:
            return _page(request, "action_resume", conflict.current, form, status=409)
        messages.success(request, f"{action.reference} is open again.")
        return redirect(action)
    return _page(request, "action_resume", action, form)


def _ended_by(request, partnership, year, slug, number):
    """The action, for an officer."""
    action = get_object_or_404(Action.objects.visible_to(request.user).at_address(partnership, year, slug, number))
    if not permissions.can_end_actions(request.user, action.priority.agreement):
        raise PermissionDenied
    return action


def _page(request, name, action, form, status=200):
    waiting = ProgressUpdate.objects.in_current_rounds().outstanding().filter(action=action).select_related("round")
    context = {
        "action": action,
        "priority": action.priority,
        "agreement": action.priority.agreement,
        "form": form,
        "waiting": waiting.first(),
        "is_closed": action.status == Action.Status.CLOSED,
    }
    return render(request, f"actions/{name}.html", context, status=status)
