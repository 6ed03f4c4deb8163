"""The administration: every model, for officers of their own partnerships only."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.admin import ReadOnlyMixin
from accounts.models import Membership, Partnership, Role, User
from actions.models import Concern, Recommendation
from priorities.models import Agreement
from tests.conftest import NOW, TODAY

OWN_MODELS = [model for model in admin.site._registry if hasattr(model.objects.none(), "managed_by")]
OTHERS = ["viewer@kent.example", "lead.rs@kent.example", "reviewer@kent.example"]


@pytest.fixture
def officer(member):
    client = Client()
    client.force_login(member("officer"))
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
    assert len(OWN_MODELS) >= 14


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


@pytest.mark.django_db
def test_only_a_superuser_adds_partnerships(officer):
    assert officer.get(url(Partnership, "add")).status_code == 403
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief@installation.example", "a long pass phrase", name="Chief"))
    assert chief.get(url(Partnership, "add")).status_code == 200
