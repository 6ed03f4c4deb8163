"""The administration: every model, for officers of their own partnerships only."""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.administration import ReadOnlyMixin
from accounts.models import Membership, Partnership, Role, User
from actions import endings
from actions.models import Action, Concern, Recommendation
from indicators.models import Indicator, Observation
from priorities.models import Agreement, Priority
from reports.models import Edition
from tests.conftest import NOW, TODAY

OWN_MODELS = [model for model in admin.site._registry if hasattr(model.objects.none(), "managed_by")]
OTHERS = ["viewer@kent.example", "lead.rs@kent.example", "reviewer@kent.example"]


@pytest.fixture
def officer(member):
    client = Client()
    client.force_login(member("officer"))
    return client


@pytest.fixture
def chief(db):
    client = Client()
    client.force_login(User.objects.create_superuser("chief@installation.example", "a long pass phrase", name="Chief"))
    return client


@pytest.fixture(autouse=True)
def one_of_each(kent, member):
    """The models of which the demonstration has no row."""
    action = Agreement.objects.get(partnership=kent, year=2026).priorities.first().actions.first()
    Concern.objects.create(
        partnership=kent, action=action, fact="<p>Fact</p>", raised_at=NOW, raised_by=member("officer")
    )
    Recommendation.objects.create(agreement=action.priority.agreement, text="<p>Do it</p>", made_on=TODAY)


def url(model, kind, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=args)


def of(model, officer):
    return model.objects.managed_by(officer).first()


def test_every_model_of_the_design_is_here():
    assert {model.__name__ for model in OWN_MODELS} == {
        "Partnership", "Agency", "User", "Membership", "Agreement", "Chapter", "Priority", "Indicator", "Area",
        "Action", "Round", "ProgressUpdate", "Concern", "Recommendation", "Edition", "FrozenEdition",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_an_officer_works_with_own_rows_only(model, officer, member):
    own, foreign = of(model, member("officer")), of(model, member("officer", "dover"))
    assert officer.get(url(model, "changelist")).status_code == 200
    assert officer.get(url(model, "changelist") + "?q=road").status_code == 200
    for kind in ("change", "history"):
        assert officer.get(url(model, kind, own.pk)).status_code == 200
        if foreign:
            response = officer.get(url(model, kind, foreign.pk))
            assert (response.status_code, response.url) == (302, reverse("admin:index"))
    listed = admin.site._registry[model].get_queryset(request_of(member("officer")))
    assert not foreign or foreign not in listed


def request_of(user):
    class Request:
        pass

    request = Request()
    request.user = user
    return request


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_nobody_else_gets_in(model, member):
    own = of(model, member("officer"))
    for email in OTHERS:
        client = Client()
        client.force_login(User.objects.get(email=email))
        for address in (url(model, "changelist"), url(model, "change", own.pk)):
            response = client.get(address, follow=True)
            assert response.status_code == 403, (email, address)
    assert "/accounts/login/" in Client().get(url(model, "changelist"), follow=True).redirect_chain[-1][0]


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_what_deeds_own_is_not_changed_here(model, officer, member):
    read_only = isinstance(admin.site._registry[model], ReadOnlyMixin)
    own = of(model, member("officer"))
    assert (officer.post(url(model, "change", own.pk), {}).status_code == 403) == read_only
    if read_only:
        assert officer.get(url(model, "add")).status_code == 403


@pytest.mark.django_db
def test_choices_hold_no_row_of_another_partnership(officer, kent, dover):
    page = officer.get(url(Agreement, "add")).content.decode()
    assert kent.name in page
    assert dover.name not in page


@pytest.mark.django_db
def test_a_foreign_choice_is_refused(officer, dover):
    before = Agreement.objects.count()
    forms = {
        f"{name}-{field}": "0" for name in ("themes", "version_changes") for field in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    data = {"partnership": dover.pk, "year": 2030, "title": "Ours now", "version": "", "foreword": "", **forms}
    response = officer.post(url(Agreement, "add"), data)
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()
    assert Agreement.objects.count() == before


@pytest.mark.django_db
def test_the_account_of_a_shared_person_is_not_changed_by_one_officer(officer, kent, dover, person):
    shared = person("lead", kent, "shared@both.test")
    assert officer.get(url(User, "change", shared.pk)).content.decode().count('name="email"') == 1
    Membership.objects.create(user=shared, partnership=dover, role=Role.LEAD)
    assert officer.post(url(User, "change", shared.pk), {"email": "mine@kent.example"}).status_code == 403
    shared.refresh_from_db()
    assert shared.email == "shared@both.test"


@pytest.mark.django_db
def test_a_role_that_is_taken_away_counts_at_once(officer, member):
    assert officer.get(reverse("admin:index")).status_code == 200
    Membership.objects.filter(user=member("officer")).delete()
    assert officer.get(reverse("admin:index"), follow=True).status_code == 403


def inline(name, **fields):
    return {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"} | {f"{name}-{k}": v for k, v in fields.items()}


@pytest.fixture
def officer_of_both(person, kent, dover):
    user = person("officer", kent, "both@officer.test")
    Membership.objects.create(user=user, partnership=dover, role=Role.OFFICER)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_choices_are_told_apart_by_year_and_partnership(officer_of_both):
    form = officer_of_both.get(url(Action, "add")).context["adminform"].form
    for field in ("priority", "themes", "continues"):
        labels = [label for value, label in form.fields[field].choices if value]
        assert len(labels) == len(set(labels)) > 1, field
    assert "Kent 2022/23: Road Safety" in [label for _, label in form.fields["priority"].choices]


@pytest.mark.django_db
def test_an_officer_of_two_partnerships_cannot_link_them(officer_of_both, kent, dover):
    action = Action.objects.filter(priority__agreement__partnership=dover).first()
    data = {
        "priority": action.priority_id,
        "number": action.number,
        "position": action.position,
        "title": "Changed",
        "status": "continuing",
        **inline("funding"),
        **inline("events"),
    }
    address = url(Action, "change", action.pk)
    foreign = officer_of_both.post(address, data | {"agencies": [kent.agencies.first().pk]})
    assert "different partnerships" in foreign.content.decode()
    moved = officer_of_both.post(address, data | {"priority": Priority.objects.filter(code="RS").first().pk})
    assert "different partnerships" in moved.content.decode()
    own = officer_of_both.post(address, data | {"agencies": [dover.agencies.first().pk]})
    assert own.status_code == 302, "the control: a choice of one partnership is taken"
    action.refresh_from_db()
    assert (action.title, action.priority.agreement.partnership) == ("Changed", dover)


@pytest.mark.django_db
def test_saving_the_own_partnership_keeps_its_place(member, dover):
    client = Client()
    client.force_login(member("officer", "dover"))
    data = {"name": "Dover CSP", "short_name": "Dover", "slug": "mine", "parent": "", "is_demonstration": ""}
    assert client.post(url(Partnership, "change", dover.pk), data).status_code == 302
    dover.refresh_from_db()
    assert (dover.name, dover.slug, dover.parent.slug, dover.is_demonstration) == ("Dover CSP", "dover", "kent", True)


@pytest.mark.django_db
def test_an_issued_report_keeps_its_title_and_address(officer, kent):
    edition = Edition.objects.get(agreement__partnership=kent, agreement__year=2022)
    data = {"kind": "summary", "running_header": "New", "slug": "moved", "title": "Moved", "agreement": edition.pk}
    assert officer.post(url(Edition, "change", edition.pk), data).status_code == 302
    edition.refresh_from_db()
    assert (edition.slug, edition.running_header) == ("annual-summary", "New")
    assert edition.title != "Moved"


@pytest.mark.django_db
def test_lists_are_filtered_by_what_is_offered_alone(officer):
    assert officer.get(url(User, "changelist") + "?is_active__exact=1").status_code == 200
    for query in ("password__startswith=md5", "memberships__partnership__slug=dover", "email__startswith=a"):
        assert officer.get(url(User, "changelist") + "?" + query).status_code == 400, query
    assert officer.get(url(Action, "changelist") + "?due__year=99999999999").status_code == 400


@pytest.mark.django_db
def test_years_to_filter_by_are_the_own(member):
    client = Client()
    client.force_login(member("officer", "dover"))
    for model in (Action, Priority):
        page = client.get(url(model, "changelist")).content.decode()
        assert "2026/27" in page
        assert "2022/23" not in page, "a year of Kent"
    assert client.get(url(Action, "changelist") + "?year=2022").context["cl"].result_count == 3, "not a year of Dover"


@pytest.mark.django_db
def test_no_redirector_names_rows_by_number(member, kent):
    client = Client()
    client.force_login(member("officer", "dover"))
    kind = ContentType.objects.get_for_model(Priority).pk
    foreign = Priority.objects.filter(agreement__partnership=kent).first()
    assert client.get(f"/admin/r/{kind}/{foreign.pk}/").status_code == 404


@pytest.mark.django_db
def test_a_changed_address_lets_the_old_one_in_no_more(officer, client, kent, person):
    leaver = person("lead", kent, "leaver@kent.test")
    client.post(reverse("account_reset_password"), {"email": "leaver@kent.test"})
    held = leaver.memberships.get()
    data = {"name": "Successor", "email": "successor@kent.test", "is_active": "on"}
    data |= inline("memberships") | {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1"}
    data |= {"memberships-0-id": held.pk, "memberships-0-user": leaver.pk, "memberships-0-partnership": kent.pk}
    assert officer.post(url(User, "change", leaver.pk), data | {"memberships-0-role": "lead"}).status_code == 302
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": "leaver@kent.test"})
    assert not [message for message in mail.outbox if "/password/reset/key/" in message.body]
    client.post(reverse("account_reset_password"), {"email": "successor@kent.test"})
    assert [message.to for message in mail.outbox if "/password/reset/key/" in message.body] == [
        ["successor@kent.test"]
    ]


@pytest.mark.django_db
def test_an_address_with_capitals_signs_in(chief, client, kent):
    data = {"name": "Ann", "email": "Ann.Other@Kent.Test", "password1": "a long pass phrase", "usable_password": "true"}
    data |= {"password2": "a long pass phrase", **inline("memberships"), "memberships-TOTAL_FORMS": "1"}
    data |= {"memberships-0-partnership": kent.pk, "memberships-0-role": "viewer"}
    assert chief.post(url(User, "add"), data).status_code == 302
    signed_in = client.post(
        reverse("account_login"), {"login": "Ann.Other@Kent.Test", "password": "a long pass phrase"}
    )
    assert signed_in.status_code == 302


@pytest.mark.django_db
def test_nobody_makes_an_account_for_somebody_else_to_be_trusted_with(officer, kent, person, client):
    """An account with a password known to one partnership's officer would open another partnership's drafts."""
    assert officer.get(url(User, "add")).status_code == 403
    invited = person("lead", kent, "invited@kent.test")
    for address in ("mine@kent.example", "invited@kent.test"):
        data = {"name": "Invited", "email": address, **inline("memberships")}
        assert officer.post(url(User, "change", invited.pk), data).status_code == 302
        invited.refresh_from_db()
        assert not invited.has_usable_password()
        invited.set_password("set by a link to mine@kent.example")
        invited.save()


@pytest.mark.django_db
def test_roles_are_given_and_taken_on_the_page_of_people_alone(officer, member):
    own = member("officer").memberships.get()
    for kind in ("change", "delete"):
        assert officer.post(url(Membership, kind, own.pk), {"post": "yes"}).status_code == 403
    data = {"name": "Still here", "email": member("officer").email, **inline("memberships")}
    data |= {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1", "memberships-0-id": own.pk}
    data |= {"memberships-0-DELETE": "on", "memberships-0-role": "viewer"}
    assert officer.post(url(User, "change", own.user_id), data).status_code == 302
    own.refresh_from_db()
    own.user.refresh_from_db()
    assert (own.role, own.user.name, own.user.is_active) == ("officer", "Still here", True)


@pytest.mark.django_db
def test_a_form_that_was_open_does_not_undo_an_ending(officer, member):
    action = Action.objects.filter(
        priority__agreement__partnership__slug="kent", priority__agreement__year=2026
    ).first()
    endings.end(action, outcome="stopped", reason="No money.", by=member("officer"), at=NOW)
    data = {"priority": action.priority_id, "number": action.number, "position": action.position, "title": "Changed"}
    data |= {"status": "continuing", "outcome": "", "outcome_reason": "", **inline("funding"), **inline("events")}
    assert officer.post(url(Action, "change", action.pk), data).status_code == 302
    action.refresh_from_db()
    assert (action.title, action.status, action.outcome_reason) == ("Changed", "closed", "No money.")


@pytest.mark.django_db
def test_printed_figures_are_neither_changed_nor_deleted(officer, kent):
    indicator = kent.indicators.get(slug="asb-incidents")
    page = officer.get(url(Indicator, "change", indicator.pk))
    (figures,) = [one for one in page.context["inline_admin_formsets"] if one.opts.model is Observation]
    assert not figures.has_change_permission
    assert figures.has_add_permission
    assert officer.post(url(Indicator, "delete", indicator.pk), {"post": "yes"}).status_code == 403
    empty = Indicator.objects.create(partnership=kent, slug="new", title="New", direction_note="None.")
    assert officer.post(url(Indicator, "delete", empty.pk), {"post": "yes"}).status_code == 302, "the control"


@pytest.mark.django_db
def test_only_a_superuser_adds_partnerships(officer, chief):
    assert officer.get(url(Partnership, "add")).status_code == 403
    assert chief.get(url(Partnership, "add")).status_code == 200
