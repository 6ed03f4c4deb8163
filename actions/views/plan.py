from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Partnership
from accounts.permissions import can_manage_people, working_in
from actions import permissions
from actions.models import Action, ProgressUpdate
from actions.threads import thread
from indicators.disclosure import sees_true_values
from indicators.glance import glances
from priorities.models import Agreement, Priority
from priorities.notes import NoteLinks, numbers
from priorities.text import note_keys


@require_safe
def partnership_detail(request, partnership):
    partnership = get_object_or_404(
        Partnership.objects.visible_to(request.user).select_related("parent"), slug=partnership
    )
    years = partnership.agreements.annotate(
        priority_count=Count("priorities", distinct=True), action_count=Count("priorities__actions", distinct=True)
    )
    return render(
        request,
        "actions/partnership_detail.html",
        {
            "partnership": partnership,
            "years": years,
            "can_manage_people": can_manage_people(request.user, partnership),
            "works_here": sees_true_values(request.user, partnership),
        },
    )


@require_safe
def agreement_detail(request, partnership, year):
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user)
        .in_year(partnership, year)
        .annotate(
            can_end=Q(partnership__in=permissions.ending_in(request.user)),
            can_see_review=Q(partnership__in=permissions.reviews_seen_in(request.user)),
        )
    )
    priorities = agreement.priorities.annotate(
        open_count=Count("actions", filter=~Q(actions__status=Action.Status.CLOSED)), action_count=Count("actions")
    ).with_leads()
    return render(
        request,
        "actions/agreement_detail.html",
        {
            "agreement": agreement,
            "priorities": priorities,
            "themes": agreement.themes.all(),
            "rounds": agreement.rounds.filter(due__isnull=False),
        },
    )


@require_safe
def priority_detail(request, partnership, year, slug):
    priority = get_object_or_404(
        Priority.objects.visible_to(request.user)
        .select_related("agreement__partnership")
        .annotate(can_raise_concern=Q(agreement__partnership__in=working_in(request.user))),
        agreement__partnership__slug=partnership,
        agreement__year=year.start_year,
        slug=slug,
    )
    notes = list(priority.notes.all())
    return render(
        request,
        "actions/priority_detail.html",
        {
            "priority": priority,
            "agreement": priority.agreement,
            "leads": priority.leads.select_related("agency"),
            "can_appoint_leads": permissions.can_appoint_leads(request.user, priority.agreement),
            "sections": priority.sections.all(),
            "notes": notes,
            "links": NoteLinks(numbers(notes), "priority"),
            "actions": priority.actions.prefetch_related(_updates(request.user)),
            "indicators": glances(
                priority.indicators.visible_to(request.user), request.user, priority.agreement.partnership
            ),
        },
    )


@require_safe
def action_detail(request, partnership, year, slug, number):
    action = get_object_or_404(
        Action.objects.visible_to(request.user)
        .select_related("priority__agreement__partnership")
        .annotate(can_raise_concern=Q(priority__agreement__partnership__in=working_in(request.user)))
        .annotate(is_led=Q(priority__in=Priority.objects.led_by(request.user)))
        .annotate(can_end=Q(priority__agreement__partnership__in=permissions.ending_in(request.user))),
        priority__agreement__partnership__slug=partnership,
        priority__agreement__year=year.start_year,
        priority__slug=slug,
        number=number,
    )
    updates = list(ProgressUpdate.objects.visible_to(request.user).filter(action=action).newest_round_first())
    for update in updates:
        update.action = action
    cited = {key for update in updates for key in note_keys(update.text)}
    notes = list(action.priority.notes.all())
    return render(
        request,
        "actions/action_detail.html",
        {
            "action": action,
            "priority": action.priority,
            "agreement": action.priority.agreement,
            "agencies": action.agencies.all(),
            "owners": action.owners.all(),
            "themes": action.themes.all(),
            "funding": action.funding.all(),
            "events": action.events.all(),
            "updates": updates,
            "cited_notes": [note for note in notes if note.key in cited],
            "links": NoteLinks(numbers(notes), "action"),
            "thread": thread(action, request.user),
        },
    )


def _updates(user):
    visible = ProgressUpdate.objects.visible_to(user).newest_round_first()
    return Prefetch("updates", visible, to_attr="visible_updates")
