"""The pages of the people of a partnership, for its officers; and leaving, for every member."""

import datetime as dt
from typing import NamedTuple

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import memberships
from accounts.decorators import read_or_write
from accounts.forms import InviteForm, RolesForm
from accounts.models import Membership, Partnership, Role, User
from accounts.permissions import can_manage_people

LAST_OFFICER = "This is the last officer. Give somebody else the role of an officer first."


class Member(NamedTuple):
    """What an officer sees of a person: nothing from before the person became a member here."""

    person: User
    roles: list[Membership]
    agencies: list[str]
    last_sign_in: dt.datetime | None


@require_safe
def person_list(request, partnership):
    partnership = _managed(request, partnership)
    members = [_member(person) for person in User.objects.members_of(partnership)]
    return render(request, "accounts/person_list.html", {"partnership": partnership, "members": members})


@read_or_write
def person_invite(request, partnership):
    partnership = _managed(request, partnership)
    form = InviteForm(request.POST or None, partnership=partnership)
    if request.method == "POST" and form.is_valid():
        memberships.invite(partnership, **form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, f"We are writing to {form.cleaned_data['email']}.")
        return redirect("person-list", partnership.slug)
    return render(request, "accounts/person_invite.html", {"partnership": partnership, "form": form})


@read_or_write
def person_detail(request, partnership, pk):
    """The roles of a person, and those that can be added."""
    partnership = _managed(request, partnership)
    person = get_object_or_404(User.objects.members_of(partnership), pk=pk)
    held = {one.role for one in person.held}
    further = [choice for choice in Role.choices if choice[0] not in held]
    form = RolesForm(request.POST or None, choices=further)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            for role in form.cleaned_data["roles"]:
                memberships.give_role(person, partnership, role=role, by=request.user, at=timezone.now())
        messages.success(request, f"The roles of {person} have changed.")
        return redirect("person-detail", partnership.slug, person.pk)
    context = {"partnership": partnership, "member": _member(person), "form": form, "has_further": bool(further)}
    return render(request, "accounts/person_detail.html", context)


@require_POST
def role_take(request, partnership, pk, role):
    partnership = _managed(request, partnership)
    person = get_object_or_404(User.objects.members_of(partnership), pk=pk)
    if role not in Role.values:
        raise Http404
    try:
        memberships.take_role(person, partnership, role=role, by=request.user, at=timezone.now())
    except memberships.LastOfficer:
        messages.error(request, LAST_OFFICER)
    else:
        messages.success(request, f"{person}: the role “{Role(role).label}” has been taken away.")
    return _back(request, partnership, person)


@read_or_write
def membership_end(request, partnership, pk):
    partnership = _managed(request, partnership)
    person = get_object_or_404(User.objects.members_of(partnership), pk=pk)
    if request.method == "POST":
        return _end(request, partnership, person, f"{person} is no longer a member.")
    return render(request, "accounts/membership_end.html", {"partnership": partnership, "person": person})


@read_or_write
def membership_leave(request, partnership):
    """Every member may end the own membership."""
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), slug=partnership)
    if request.method == "POST":
        return _end(request, partnership, request.user, f"You have left {partnership}.")
    return render(request, "accounts/membership_leave.html", {"partnership": partnership})


def _managed(request, slug):
    return get_object_or_404(Partnership.objects.managed_by(request.user), slug=slug)


def _member(person):
    """A sign-in from before the invitation would tell of other partnerships."""
    since = min((one.given_at for one in person.held if one.given_at), default=None)
    is_ours = person.last_login and (since is None or person.last_login >= since)
    agencies = sorted({one.agency.name for one in person.held if one.agency})
    return Member(person, person.held, agencies, person.last_login if is_ours else None)


def _end(request, partnership, person, said):
    try:
        memberships.end(person, partnership, by=request.user, at=timezone.now())
    except memberships.LastOfficer:
        messages.error(request, LAST_OFFICER)
    else:
        messages.success(request, said)
    return _back(request, partnership, person)


def _back(request, partnership, person):
    """To the nearest page that is still there for the signed-in person."""
    user = User.objects.get(pk=request.user.pk)  # the roles of the request's own are those from before the deed
    if not can_manage_people(user, partnership):
        return redirect("home")
    if person.memberships.filter(partnership=partnership).exists():
        return redirect("person-detail", partnership.slug, person.pk)
    return redirect("person-list", partnership.slug)
