from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import read_or_write
from accounts.models import HistoryEntry
from actions import leads, permissions
from actions.forms.leads import LeadForm
from actions.workflow import Conflict
from priorities.models import Priority


@require_safe
def priority_leads(request, partnership, year, slug):
    """The lead posts of a priority, and who holds them."""
    priority = _priority(request, partnership, year, slug)
    posts = priority.leads.select_related("agency").prefetch_related("users")
    may_write = set(leads.eligible(priority.agreement.partnership))
    return render(
        request,
        "actions/priority_leads.html",
        {
            "priority": priority,
            "agreement": priority.agreement,
            "posts": [(post, [(person, person in may_write) for person in post.users.all()]) for post in posts],
            "history": HistoryEntry.objects.about(priority).filter(verb__in=[leads.ADDED, leads.CHANGED]),
        },
    )


@read_or_write
def lead_add(request, partnership, year, slug):
    priority = _priority(request, partnership, year, slug)
    form = LeadForm(request.POST or None, partnership=priority.agreement.partnership)
    if request.method == "POST" and form.is_valid():
        try:
            lead = leads.add(priority, **_asked(form), by=request.user, at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
            return _form_page(request, priority, form)
        messages.success(request, f"{lead} was added.")
        return redirect("priority-leads", *priority.agreement.url_args, priority.slug)
    return _form_page(request, priority, form)


@read_or_write
def lead_change(request, partnership, year, slug, position):
    priority = _priority(request, partnership, year, slug)
    lead = get_object_or_404(priority.leads.select_related("agency"), position=position)
    form = LeadForm.of(lead, request.POST or None, partnership=priority.agreement.partnership)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data["read"]
        try:
            lead = leads.change(lead, read=read, **_asked(form), by=request.user, at=timezone.now())
        except Conflict as conflict:
            again = LeadForm.of(conflict.current, partnership=priority.agreement.partnership, typed=_asked(form))
            return _form_page(request, priority, again, lead=conflict.current, status=409)
        except ValidationError as error:
            form.add_error(None, error)
            return _form_page(request, priority, form, lead=lead)
        messages.success(request, f"{lead} was saved.")
        return redirect("priority-leads", *priority.agreement.url_args, priority.slug)
    return _form_page(request, priority, form, lead=lead)


def _asked(form):
    return {name: form.cleaned_data[name] for name in ("role_title", "agency", "people")}


def _priority(request, partnership, year, slug):
    priority = get_object_or_404(
        Priority.objects.visible_to(request.user).select_related("agreement__partnership"),
        agreement__partnership__slug=partnership,
        agreement__year=year.start_year,
        slug=slug,
    )
    if not permissions.can_appoint_leads(request.user, priority.agreement):
        raise PermissionDenied
    return priority


def _form_page(request, priority, form, *, lead=None, status=200):
    context = {"priority": priority, "agreement": priority.agreement, "form": form, "lead": lead, "status": status}
    return render(request, "actions/lead_form.html", context, status=status)
