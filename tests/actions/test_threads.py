import pytest

from actions.models import Action
from actions.threads import thread


def find(reference, year):
    code, number = reference.split("-A")
    return Action.objects.select_related("priority__agreement").get(
        priority__agreement__partnership__slug="kent",
        priority__agreement__year=year,
        priority__code=code,
        number=int(number),
    )


@pytest.mark.django_db
def test_the_thread_runs_through_all_years_oldest_first(member):
    steps = thread(find("RS-A1", 2022), member("viewer"))
    years = [step.action.priority.agreement.year for step in steps]
    assert years == sorted(years)
    assert {2016, 2017, 2018, 2022, 2026} <= set(years)
    assert [step.action.priority.agreement.year for step in steps if step.is_current] == [2022]
    assert steps[0].changes == ["The thread begins here."]


@pytest.mark.django_db
def test_the_thread_is_read_in_two_queries_beside_the_roles(member, django_assert_num_queries):
    user, action = member("viewer"), find("RS-A1", 2022)
    partnership = action.priority.agreement.partnership_id
    assert partnership
    with django_assert_num_queries(3):
        thread(action, user)


@pytest.mark.django_db
def test_a_thread_is_hidden_from_outsiders(member):
    assert thread(find("RS-A1", 2022), member("officer", "dover")) == []


@pytest.mark.django_db
def test_splits_merges_and_moves_are_said(kent, member):
    old = find("RS-A1", 2018)
    first, second = find("RS-A1", 2022), find("DA-A1", 2022)
    first.continues.set([old])
    second.continues.set([old, find("DA-A1", 2018)])
    said = {step.action.pk: " ".join(step.changes) for step in thread(old, member("officer"))}
    assert "Split from RS-A1." in said[first.pk]
    assert "Merged from" in said[second.pk]
    assert "Priority before: Road Safety." in said[second.pk]
