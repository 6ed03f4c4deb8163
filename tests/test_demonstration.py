"""The demonstration: complete, marked, repeatable on any day, and never in production."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Membership, Partnership, Role, User
from actions.models import Action, ProgressUpdate, Round
from priorities.models import Agreement, Lead
from reports import demonstration
from tests.conftest import NOW, TODAY


def everything():
    """Every row of every table of the project, as comparable values."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values_list())
        for app in ("accounts", "priorities", "indicators", "actions", "reports")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }


@pytest.mark.django_db
def test_loading_again_changes_nothing():
    before = everything()
    demonstration.load(now=NOW)
    assert everything() == before
    assert sum(map(len, before.values())) > 1500


@pytest.mark.django_db
def test_loading_again_keeps_what_people_changed():
    Action.objects.filter(priority__agreement__year=2026).update(title="Typed by a person")
    Action.objects.filter(priority__agreement__year=2022).update(title="Typed by a person")
    demonstration.load(now=NOW)
    assert set(Action.objects.filter(priority__agreement__year__in=[2022, 2026]).values_list("title", flat=True)) == {
        "Typed by a person"
    } | set(Action.objects.filter(priority__agreement__partnership__slug="dover").values_list("title", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "day", [dt.date(2031, 4, 1), dt.date(2032, 3, 31), dt.date(2028, 2, 29), dt.date(2030, 12, 31)]
)
def test_the_live_year_is_that_of_the_day(day, kent):
    now = timezone.make_aware(dt.datetime.combine(day, dt.time(0, 30)))
    demonstration.load(now=now)
    live = Agreement.objects.filter(partnership=kent).order_by("year").last()
    assert live.financial_year.start <= day <= live.financial_year.end
    assert live.is_demonstration
    current = live.rounds.get(opens__lte=day, due__gte=day)
    assert set(current.updates.values_list("state", flat=True)) == set(ProgressUpdate.State)


@pytest.mark.django_db
def test_there_is_somebody_in_every_role_and_for_every_lead(kent):
    for slug in ("kent", "dover"):
        held = Membership.objects.filter(partnership__slug=slug).values_list("role", flat=True)
        assert set(held) == set(Role)
    leads = Lead.objects.filter(priority__agreement__is_demonstration=True)
    assert leads.exists()
    assert all(lead.users.exists() for lead in leads)


@pytest.mark.django_db
def test_whatever_is_invented_is_marked():
    assert not User.objects.filter(is_demonstration=False).exists()
    assert not Agreement.objects.filter(year__gt=2022, is_demonstration=False).exists()
    assert Partnership.objects.get(slug="dover").is_demonstration
    assert not Round.objects.filter(due__isnull=False, agreement__is_demonstration=False).exists()


@pytest.mark.django_db
def test_production_refuses_it(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("load_demo")


@pytest.mark.django_db
def test_some_actions_are_overdue_on_the_day(kent, client, member):
    live = Action.objects.filter(priority__agreement__partnership=kent, priority__agreement__year=2026)
    assert live.open().filter(due__lt=TODAY).exists()
    assert not live.filter(due__lt=dt.date(2026, 4, 1)).exists()


@pytest.fixture
def an_empty_service(kent):
    """As if nothing of Kent had been loaded yet."""
    Partnership.objects.filter(pk=kent.pk).update(slug="elsewhere")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('[{"model": "accounts.partnership", ', "Expecting"),
        ('[{"model": "accounts.nothing", "fields": {}}]', "accounts.nothing"),
        ('[{"model": "accounts.agency", "fields": {"partnership": ["nowhere"]}}]', 'no partnership ["nowhere"]'),
        ('[{"model": "accounts.partnership", "fields": {"slug": "kent", "colour": "red"}}]', "colour"),
        ('[{"model": "accounts.partnership", "fields": {"slug": "x", "kind": "shire"}}]', "kind: Value 'shire'"),
    ],
)
def test_a_broken_fixture_is_named_and_nothing_is_loaded(content, named, an_empty_service, tmp_path, monkeypatch):
    broken = tmp_path / "02-broken.json"
    broken.write_text(content)
    monkeypatch.setattr(demonstration, "FIXTURES", [str(broken.with_suffix(""))])
    before = everything()
    with pytest.raises(CommandError, match="The demonstration was not loaded") as refusal:
        call_command("load_demo")
    assert "02-broken.json" in str(refusal.value)
    assert named in str(refusal.value)
    assert everything() == before
