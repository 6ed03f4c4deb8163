"""Lead posts: officers say who holds them, several may, and who loses one writes no longer."""

import re
from itertools import count

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from accounts.models import Agency, HistoryEntry, Membership, Role, User
from actions import leads, permissions
from actions.models import ProgressUpdate
from actions.workflow import Conflict
from priorities.models import Lead, Priority
from tests.conftest import NOW
from tests.scratch import race

PAGE = "/kent/2026-27/priorities/road-safety/leads/"
DRAFT = [ProgressUpdate.State.NOT_STARTED, ProgressUpdate.State.DRAFT]


def road_safety():
    return Priority.objects.get(agreement__partnership__slug="kent", agreement__year=2026, code="RS")


@pytest.fixture
def priority(db):
    return road_safety()


@pytest.fixture
def post(priority):
    return priority.leads.get()


def change(post, by, **said):
    said = {"role_title": post.role_title, "agency": post.agency, "people": list(post.users.all())} | said
    return leads.change(post, read=said.pop("read", leads.as_read(post)), **said, by=by, at=NOW)


def notes(priority):
    return list(HistoryEntry.objects.about(priority).values_list("verb", "note"))


# --- Deeds ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_deputy_is_added_and_taken_away(priority, post, member):
    officer, first, deputy = member("officer"), member("lead.rs"), member("lead.da")
    change(post, officer, people=[first, deputy])
    assert set(Priority.objects.led_by(deputy).values_list("code", flat=True)) >= {"RS", "DA"}
    change(post, officer, people=[first])
    assert priority not in Priority.objects.led_by(deputy)
    assert notes(priority) == [
        ("lead post changed", f"{post}. Taken from {deputy}."),
        ("lead post changed", f"{post}. Given to {deputy}."),
    ]


@pytest.mark.django_db
def test_who_loses_the_post_loses_the_draft_at_once(priority, post, member, client):
    update = ProgressUpdate.objects.filter(action__priority=priority, round__opened_at__isnull=False).first()
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state="draft", text="<p>CANARY</p>", accepted_at=None, accepted_by=None
    )
    deputy, page = member("lead.da"), update.action.get_absolute_url()
    client.force_login(deputy)

    def reads_and_writes():
        read = ProgressUpdate.objects.visible_to(deputy).filter(pk=update.pk).exists()
        return read, permissions.can_write(deputy, update), b"CANARY" in client.get(page).content

    assert reads_and_writes() == (False, False, False)
    change(post, member("officer"), people=[deputy])
    assert reads_and_writes() == (True, True, True)
    change(post, member("officer"), people=[])
    assert reads_and_writes() == (False, False, False)


@pytest.mark.django_db
def test_a_post_is_added_and_renamed(priority, post, member):
    police = Agency.objects.get(partnership__slug="kent", name="Kent Police")
    added = leads.add(
        priority, role_title="Deputy", agency=police, people=[member("lead.da")], by=member("officer"), at=NOW
    )
    assert (added.position, str(added)) == (post.position + 1, "Deputy, Kent Police")
    renamed = change(added, member("officer"), role_title="Second lead")
    assert (renamed.role_title, list(renamed.users.all())) == ("Second lead", [member("lead.da")])
    assert [verb for verb, _ in notes(priority)] == ["lead post changed", "lead post added"]


@pytest.mark.django_db
def test_nothing_changed_is_nothing_recorded(priority, post, member):
    change(post, member("officer"))
    assert notes(priority) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "place"), [("lead.rs", "kent"), ("reviewer", "kent"), ("viewer", "kent"), ("officer", "dover")]
)
def test_only_officers_of_the_partnership_appoint(who, place, priority, post, member):
    with pytest.raises(PermissionDenied):
        change(post, member(who, place), people=[])
    with pytest.raises(PermissionDenied):
        leads.add(priority, role_title="x", agency=None, people=[], by=member(who, place), at=NOW)
    assert notes(priority) == []


@pytest.mark.django_db
def test_only_members_with_the_role_of_a_lead_are_given_a_post(priority, post, member):
    for person in (member("viewer"), member("officer"), member("lead", "dover")):
        with pytest.raises(ValidationError):
            change(post, member("officer"), people=[person])
    foreign = Agency.objects.filter(partnership__slug="dover").first()
    with pytest.raises(ValidationError):
        change(post, member("officer"), agency=foreign)
    assert notes(priority) == []
    assert list(post.users.all()) == [member("lead.rs")]
    Membership.objects.create(user=member("viewer"), partnership=priority.agreement.partnership, role=Role.LEAD)
    change(post, member("officer"), people=[member("viewer")])
    assert list(post.users.all()) == [member("viewer")], "the control"


@pytest.mark.django_db
def test_a_post_that_was_changed_meanwhile_stays_as_it_is(priority, post, member):
    read = leads.as_read(post)
    change(post, member("officer"), people=[member("lead.da")])
    with pytest.raises(Conflict) as conflict:
        change(post, member("officer"), read=read, people=[])
    assert list(conflict.value.current.users.all()) == [member("lead.da")]
    assert len(notes(priority)) == 1


def test_several_at_once(scratch):
    """Three add a post each, then three the same one, then three change one: none is lost, none is there twice."""
    priority, officer = road_safety(), User.objects.get(email="officer@kent.example")
    post, deputy = priority.leads.get(), User.objects.get(email="lead.da@kent.example")
    read = leads.as_read(post)
    connections.close_all()
    numbers = count(1)

    def add(title):
        return leads.add(priority, role_title=title, agency=None, people=[deputy], by=officer, at=NOW).position

    assert sorted(race(lambda: add(f"Deputy {next(numbers)}"), 3)) == [2, 3, 4]
    assert race(lambda: add("Second lead"), 3) == [5] * 3

    def appoint():
        try:
            return change(post, officer, read=read, people=[deputy]) and "done"
        except Conflict:
            return "conflict"

    assert sorted(race(appoint, 3)) == ["conflict", "conflict", "done"]
    assert len(notes(priority)) == 5


# --- Pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(client, member):
    client.force_login(member("officer"))
    return member("officer")


def sent(client, address, **said):
    """What the form of the page would send, with other values in it."""
    form = client.get(address).context["form"]
    as_shown = {name: form[name].value() or "" for name in ("role_title", "agency", "people", "read")}
    return as_shown | said


@pytest.mark.django_db
def test_the_page_is_reached_by_officers_from_the_priority(client, member):
    for who in ("lead.rs", "reviewer", "viewer", "officer"):
        client.force_login(member(who))
        linked = PAGE in client.get("/kent/2026-27/priorities/road-safety/").content.decode()
        assert (linked, client.get(PAGE).status_code) == ((True, 200) if who == "officer" else (False, 403)), who


@pytest.mark.django_db
def test_people_are_ticked_on_the_page(officer, client, member, post):
    address = f"{PAGE}{post.position}/"
    both = [member("lead.rs").pk, member("lead.da").pk]
    assert client.post(address, sent(client, address, people=both)).status_code == 302
    assert set(post.users.values_list("pk", flat=True)) == set(both)
    page = client.get(PAGE).content.decode()
    assert f"Given to {member('lead.da')}." in page
    added = client.post(f"{PAGE}add/", sent(client, f"{PAGE}add/", role_title="Deputy", people=both[:1]))
    assert added.status_code == 302
    assert Lead.objects.filter(priority=post.priority, role_title="Deputy", users=both[0]).exists()


@pytest.mark.django_db
def test_a_post_sent_twice_is_one_and_answered_alike(officer, client, member, post):
    police = Agency.objects.get(partnership__slug="kent", name="Kent Police")
    deputy = sent(client, f"{PAGE}add/", role_title="Deputy", agency=police.pk, people=[member("lead.rs").pk])
    first, second = (client.post(f"{PAGE}add/", deputy, follow=True) for _ in range(2))
    assert first.redirect_chain == second.redirect_chain == [(PAGE, 302)]
    assert "Deputy, Kent Police was added." in first.text
    assert "Deputy, Kent Police was added." in second.text
    assert [verb for verb, _ in notes(post.priority)] == ["lead post added"]
    for other in ({"role_title": "Chair"}, {"agency": ""}, {"people": [member("lead.da").pk]}, {"people": []}):
        client.post(f"{PAGE}add/", deputy | other)
    assert post.priority.leads.count() == len(notes(post.priority)) + 1 == 6, "the control: each differs in one thing"


@pytest.mark.django_db
def test_only_leads_are_offered(officer, client, member, post):
    address = f"{PAGE}{post.position}/"
    offered = client.get(address).context["form"].fields["people"].queryset
    assert member("lead.da") in offered
    assert not {member("viewer"), officer, member("lead", "dover")} & set(offered)
    refused = client.post(address, sent(client, address, people=[member("viewer").pk]))
    assert "people" in refused.context["form"].errors


@pytest.mark.django_db
def test_who_lost_the_role_is_shown_and_can_be_unticked(officer, client, member, post):
    Membership.objects.filter(user=member("lead.rs")).delete()
    assert "Cannot write" in client.get(PAGE).content.decode()
    address = f"{PAGE}{post.position}/"
    page = client.get(address).content.decode()
    assert re.search(r"lead\.rs@kent\.example\): no longer has the role", page)
    assert client.post(address, sent(client, address)).status_code == 302, "unchanged it may stay"
    assert client.post(address, sent(client, address, people=[])).status_code == 302
    assert not post.users.exists()


@pytest.mark.django_db
def test_who_was_second_is_told_and_can_send_again(officer, client, member, post):
    address = f"{PAGE}{post.position}/"
    data = sent(client, address, role_title="Chair")
    change(post, officer, people=[member("lead.da")])
    second = client.post(address, data)
    assert second.status_code == 409
    page = second.content.decode()
    assert 'value="Chair"' in page
    assert f"held by {member('lead.da')}." in page
    again = data | {"read": second.context["form"]["read"].value()}
    assert client.post(address, again).status_code == 302
    post.refresh_from_db()
    assert (post.role_title, list(post.users.all())) == ("Chair", [member("lead.rs")])
