import pytest
from django.db import IntegrityError, transaction

from actions.models import Action, ProgressUpdate
from actions.rollover import roll_over
from priorities.models import Agreement
from priorities.years import FinancialYear


@pytest.fixture
def printed(kent):
    return Agreement.objects.get(partnership=kent, year=2022)


@pytest.fixture
def rolled(printed):
    return roll_over(printed, to=FinancialYear(2030))


@pytest.mark.django_db
def test_what_goes_on_is_copied_and_continues(printed, rolled):
    for priority in rolled.priorities.all():
        (before,) = priority.continues.all()
        assert (before.agreement, before.title) == (printed, priority.title)
        assert list(priority.indicators.all()) == list(before.indicators.all())
        assert [str(lead) for lead in priority.leads.all()] == [str(lead) for lead in before.leads.all()]
        assert [one.body for one in priority.sections.all()] == [one.body for one in before.sections.all()]
        assert [one.key for one in priority.notes.all()] == [one.key for one in before.notes.all()]
        for action in priority.actions.all():
            (earlier,) = action.continues.all()
            assert (earlier.title, earlier.number) == (action.title, action.number)
            assert set(action.agencies.all()) == set(earlier.agencies.all())


@pytest.mark.django_db
def test_closed_actions_and_progress_stay_behind(printed, rolled):
    closed = Action.objects.in_agreement(printed).filter(status=Action.Status.CLOSED)
    assert closed.exists()
    assert not Action.objects.in_agreement(rolled).filter(continues__in=closed).exists()
    assert Action.objects.in_agreement(rolled).count() == Action.objects.in_agreement(printed).open().count()
    assert not ProgressUpdate.objects.filter(action__priority__agreement=rolled).exists()


@pytest.mark.django_db
def test_themes_belong_to_the_new_year(rolled):
    for action in Action.objects.in_agreement(rolled).prefetch_related("themes"):
        assert {theme.agreement_id for theme in action.themes.all()} <= {rolled.pk}


@pytest.mark.django_db
def test_a_year_that_exists_is_refused_whole(printed):
    before = Agreement.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        roll_over(printed, to=FinancialYear(2018))
    assert Agreement.objects.count() == before
