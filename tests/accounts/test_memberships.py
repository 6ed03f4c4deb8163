"""Who is a member: invitations, roles, endings, and that a partnership never loses its last officer."""

import datetime as dt
import itertools
import re
import threading
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts import history, memberships, post
from accounts.models import Agency, HistoryEntry, Letter, Membership, Partnership, PartnershipQuerySet, Role, User
from tests.conftest import NOW
from tests.scratch import race

NEW = "new.person@council.example"
PASSWORD = "three-blue-harbour-lights"
WAIT = 2


@pytest.fixture
def officer(member):
    return member("officer")


@pytest.fixture
def send_to(client, officer):
    """Posts to a page of Kent's people as its officer, following the redirect."""
    client.force_login(officer)

    def send(address, /, *args, **data):
        return client.post(reverse(address, args=["kent", *args]), data, follow=True)

    return send


def invite(partnership, by, email=NEW, roles=(Role.LEAD,), **more):
    return memberships.invite(partnership, name="New Person", email=email, roles=roles, by=by, at=NOW, **more)


def roles(person, partnership):
    return {one.role for one in person.memberships.filter(partnership=partnership)}


def mail_to(person, mailoutbox):
    letter = person.letters.get()
    post.deliver(letter.pk, at=letter.next_try)
    return mailoutbox.pop()


def said(*rows):
    return [entry.verb for entry in HistoryEntry.objects.about(*rows)]


# Inviting


@pytest.mark.django_db
def test_a_new_person_gets_an_account_roles_and_a_letter(kent, officer, mailoutbox):
    person = invite(kent, officer, roles=[Role.LEAD, Role.REVIEWER], new_agency="Harbour board")
    assert roles(person, kent) == {"lead", "reviewer"}
    assert not person.has_usable_password()
    assert {one.agency.name for one in person.memberships.all()} == {"Harbour board"}
    assert [said(one) for one in person.memberships.all()] == [["role given"]] * 2
    assert said(Agency.objects.get(name="Harbour board")) == ["added"]
    mail = mail_to(person, mailoutbox)
    assert mail.to == [NEW]
    assert officer.name in mail.body
    assert "Priority lead, Working Group member" in mail.body


def link_in(mail):
    return urlsplit(re.search(r"\S+/password/reset/key/\S+", mail.body)[0]).path


def set_password(link):
    """Open the link as a mail scanner or a person does, and send the form."""
    client = Client()
    form = client.get(link, follow=True)
    action = form.request["PATH_INFO"]
    return client.post(action, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)


@pytest.mark.django_db
def test_the_link_sets_a_password_once(kent, officer, mailoutbox):
    person = invite(kent, officer)
    link = link_in(mail_to(person, mailoutbox))
    before = User.objects.filter(pk=person.pk).values().get()
    for _ in range(3):
        assert "Set a new password" in Client().get(link, follow=True).text
    assert User.objects.filter(pk=person.pk).values().get() == before, "a GET changes nothing"

    assert "You have a new password" in set_password(link).text
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert "This link does not work" in Client().get(link, follow=True).text
    sign_in = {"login": NEW, "password": PASSWORD}
    assert Client().post(reverse("account_login"), sign_in).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"PASSWORD_RESET_TIMEOUT": -1}, {"SECRET_KEY": "another" * 8}])
def test_a_link_that_is_too_old_or_forged_is_refused(change, kent, officer, mailoutbox, settings):
    link = link_in(mail_to(invite(kent, officer), mailoutbox))
    for name, value in change.items():
        setattr(settings, name, value)
    assert "This link does not work" in Client().get(link, follow=True).text


@pytest.mark.django_db
def test_the_link_of_one_person_is_none_of_another(kent, officer, mailoutbox):
    link = link_in(mail_to(invite(kent, officer), mailoutbox))
    other = invite(kent, officer, email="other@council.example")
    other_link = link_in(mail_to(other, mailoutbox))
    start, key = link.rstrip("/").rsplit("/", 1)[-1].split("-", 1)
    theirs = other_link.rstrip("/").rsplit("/", 1)[-1].split("-", 1)[0]
    assert start != theirs
    forged = link.replace(f"/{start}-{key}", f"/{theirs}-{key}")
    assert "This link does not work" in Client().get(forged, follow=True).text


@pytest.mark.django_db
def test_a_person_of_another_partnership_just_gets_the_role(kent, dover, officer, person, mailoutbox):
    elsewhere = person("viewer", dover, NEW)
    invited = invite(kent, officer)
    assert invited == elsewhere
    assert invited.name == "viewer of dover", "an officer does not rename other partnerships' people"
    assert roles(invited, kent) == {"lead"}
    assert roles(invited, dover) == {"viewer"}
    mail = mail_to(invited, mailoutbox)
    assert "Priority lead" in mail.body
    assert "password" not in mail.body
    assert "Dover" not in mail.body


@pytest.mark.django_db
@pytest.mark.parametrize("has_account", [True, False])
def test_an_officer_is_told_the_same_of_known_and_unknown_addresses(has_account, send_to, dover, person):
    if has_account:
        known = person("viewer", dover, NEW)
        known.last_login = NOW - dt.timedelta(days=30)
        known.save()
    shown = send_to("person-invite", name="New Person", email=NEW.upper(), roles=["lead", "viewer"])
    assert f"We are writing to {NEW}." in shown.text
    (row,) = [row for row in shown.text.split("<tr")[1:] if NEW in row]
    assert "Not yet" in row, "a sign-in from before would tell of the other partnership"
    assert "Dover" not in row


def was_member(person, partnership, officer):
    Membership.objects.filter(user=person).delete()
    invite(partnership, officer, email=person.email)
    memberships.end(person, partnership, by=officer, at=NOW)


def is_member(person, partnership, officer):
    """As of a person who came with the demonstration, without a history."""


def was_never_member(person, partnership, officer):
    """The control."""
    Membership.objects.filter(user=person).delete()


@pytest.mark.django_db
@pytest.mark.parametrize(("place", "told"), [(is_member, True), (was_member, True), (was_never_member, False)])
def test_an_account_of_the_own_people_that_is_switched_off_is_told(place, told, send_to, kent, dover, officer, person):
    known = person("lead", kent, NEW)
    place(known, kent, officer)
    Membership.objects.create(user=known, partnership=dover, role=Role.VIEWER)
    User.objects.filter(pk=known.pk).update(is_active=False)
    before = roles(known, kent), known.letters.count()
    shown = send_to("person-invite", name="New Person", email=NEW.upper(), roles=["viewer"]).text
    assert ("is switched off, so the person cannot sign in" in shown) == told
    assert (f"We are writing to {NEW}." in shown) != told
    assert ((roles(known, kent), known.letters.count()) == before) == told
    assert "Dover" not in shown


@pytest.mark.django_db
def test_a_sign_in_since_the_invitation_is_shown(send_to, kent, officer):
    person = invite(kent, officer)
    User.objects.filter(pk=person.pk).update(last_login=NOW + dt.timedelta(days=1))
    assert "22 November 2026" in send_to("person-detail", person.pk).text


@pytest.mark.django_db
def test_an_invitation_twice_is_one_letter(kent, officer):
    for _ in range(2):
        person = invite(kent, officer)
    assert person.letters.count() == 1
    invite(kent, officer, roles=[Role.VIEWER])
    assert person.letters.count() == 2


def test_invitations_in_parallel_make_one_account(scratch):
    kent, dover = Partnership.objects.get(slug="kent"), Partnership.objects.get(slug="dover")
    places = itertools.cycle([(kent, User.objects.get(email="officer@kent.example")),
                              (dover, User.objects.get(email="officer@dover.example"))])  # fmt: skip
    race(lambda: invite(*next(places)), 4)
    person = User.objects.get(email=NEW)
    assert sorted(person.memberships.values_list("partnership__slug", "role")) == [("dover", "lead"), ("kent", "lead")]
    assert Letter.objects.filter(to=person).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": ""}, "Enter the name."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["king"]}, "king is not one of the available choices"),
        ({"new_agency": "Harbour board", "agency": "own"}, "not both"),
        ({"agency": "foreign"}, "not one of the available choices"),
        ({"email": "lead.rs@kent.example"}, "has these roles already"),
    ],
)
def test_a_wrong_invitation_is_refused_and_writes_nothing(change, error, send_to, kent, dover):
    agencies = {
        "own": kent.agencies.first().pk,
        "foreign": Agency.objects.create(partnership=dover, name="Port of Dover").pk,
    }
    data = {"name": "New Person", "email": NEW, "roles": ["lead"], **change}
    if "agency" in data:
        data["agency"] = agencies[data["agency"]]
    before = User.objects.count(), Membership.objects.count(), Letter.objects.count(), Agency.objects.count()
    assert error in send_to("person-invite", **data).text
    assert before == (
        User.objects.count(),
        Membership.objects.count(),
        Letter.objects.count(),
        Agency.objects.count(),
    )


@pytest.mark.django_db
def test_a_name_is_one_line_in_the_letter(send_to, mailoutbox):
    send_to("person-invite", name=" New\r\nBcc:  all ", email=NEW, roles=["lead"])
    assert "Dear New Bcc: all,\n" in mail_to(User.objects.get(email=NEW), mailoutbox).body


@pytest.mark.django_db
def test_fields_that_the_form_does_not_have_are_ignored(send_to, dover):
    send_to("person-invite", name="N", email=NEW, roles=["lead"], is_superuser="on", partnership=dover.pk, is_active="")
    person = User.objects.get(email=NEW)
    assert (person.is_superuser, person.is_active) == (False, True)
    assert {one.partnership.slug for one in person.memberships.all()} == {"kent"}


# Roles


@pytest.mark.django_db
def test_roles_are_added_with_the_agency_of_the_others(send_to, kent, member):
    lead = member("lead.rs")
    send_to("person-detail", lead.pk, roles=["reviewer", "viewer"])
    assert roles(lead, kent) == {"lead", "reviewer", "viewer"}
    assert len({one.agency for one in lead.memberships.all()}) == 1


@pytest.mark.django_db
def test_a_role_is_added_to_members_only(kent, dover, officer, member):
    memberships.give_role(member("lead", "dover"), kent, role=Role.OFFICER, by=officer, at=NOW)
    assert roles(member("lead", "dover"), kent) == set()


@pytest.mark.django_db
def test_a_role_is_taken_away_with_its_history(send_to, kent, member):
    lead = member("lead.rs")
    one = lead.memberships.get()
    shown = send_to("role-take", lead.pk, "lead")
    assert "has been taken away" in shown.text
    assert roles(lead, kent) == set()
    assert said(one) == ["role taken away"]


@pytest.mark.django_db
def test_a_membership_is_ended_with_all_its_roles(send_to, kent, dover, officer, person):
    someone = person("lead", kent)
    memberships.give_role(someone, kent, role=Role.VIEWER, by=officer, at=NOW)
    Membership.objects.create(user=someone, partnership=dover, role=Role.VIEWER)
    send_to("membership-end", someone.pk)
    assert roles(someone, kent) == set()
    assert roles(someone, dover) == {"viewer"}
    assert User.objects.filter(pk=someone.pk, is_active=True).exists()


@pytest.mark.django_db
def test_a_member_leaves(client, kent, member):
    viewer = member("viewer")
    client.force_login(viewer)
    assert "You have left" in client.post("/kent/people/leave/", follow=True).text
    assert roles(viewer, kent) == set()
    assert client.get("/kent/").status_code == 404


# It takes effect on the next request


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "path"), [("officer", "/kent/people/"), ("officer", "/admin/"), ("viewer", "/kent/"), ("lead", "/kent/")]
)
@pytest.mark.parametrize("deed", ["role", "end", "switched off"])
def test_an_open_session_loses_its_rights_at_once(role, path, deed, kent, officer, person, client):
    someone = person(role, kent)
    client.force_login(someone)
    assert client.get(path).status_code == 200
    if deed == "role":
        memberships.take_role(someone, kent, role=role, by=officer, at=NOW)
    elif deed == "end":
        memberships.end(someone, kent, by=officer, at=NOW)
    else:
        User.objects.filter(pk=someone.pk).update(is_active=False)
    assert client.get(path).status_code in (302, 403, 404)
    assert client.post("/kent/people/invite/", {"name": "N", "email": NEW, "roles": "officer"}).status_code >= 400
    assert not User.objects.filter(email=NEW).exists()


# The last officer


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["role-take", "membership-end", "membership-leave"])
def test_the_last_officer_stays(name, send_to, kent, officer):
    args = {"role-take": [officer.pk, "officer"], "membership-end": [officer.pk], "membership-leave": []}
    assert "This is the last officer." in send_to(name, *args[name]).text
    assert roles(officer, kent) == {"officer"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["role-take", "membership-end", "membership-leave"])
def test_an_officer_beside_another_may_go(name, send_to, kent, officer, person):
    person("officer", kent)
    args = {"role-take": [officer.pk, "officer"], "membership-end": [officer.pk], "membership-leave": []}
    assert send_to(name, *args[name]).status_code == 200
    assert roles(officer, kent) == set()


@pytest.mark.django_db
def test_an_officer_who_cannot_sign_in_does_not_count(kent, officer, person):
    User.objects.filter(pk=person("officer", kent).pk).update(is_active=False)
    with pytest.raises(memberships.LastOfficer):
        memberships.end(officer, kent, by=officer, at=NOW)


def no_lock(partnerships, partnership):
    """The control: nobody waits for anybody."""


@pytest.mark.parametrize(
    ("end", "lock", "left"),
    [(memberships.end, PartnershipQuerySet.hold, 1), (memberships.end.__wrapped__, no_lock, 0)],
    ids=["guarded", "without transaction and lock"],
)
def test_two_officers_cannot_remove_each_other(end, lock, left, scratch, monkeypatch):
    kent = Partnership.objects.get(slug="kent")
    one = User.objects.get(email="officer@kent.example")
    other = User.objects.get(email="reviewer@kent.example")
    Membership.objects.create(user=other, partnership=kent, role=Role.OFFICER)
    both_have_looked = threading.Barrier(2)

    def record(*args, **kwargs):
        """Between the look at the other officers and the removal. Where the guard holds, nobody else comes here."""
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(timeout=WAIT)
        return history.record(*args, **kwargs)

    monkeypatch.setattr(PartnershipQuerySet, "hold", lock)
    monkeypatch.setattr(memberships, "history", type("History", (), {"record": staticmethod(record)}))
    pairs = iter([(one, other), (other, one)])

    def remove():
        person, by = next(pairs)
        with suppress(memberships.LastOfficer):
            end(person, kent, by=by, at=NOW)

    race(remove, 2)
    assert kent.memberships.filter(role=Role.OFFICER).count() == left
