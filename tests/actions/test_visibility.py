"""Who reads an update in which state: the rule that keeps drafts between those concerned."""

import pytest

from actions.models import ProgressUpdate

State = ProgressUpdate.State
EVERYWHERE = set(State)
# Who sees updates of Road Safety in the live year, by state.
SEEN = {
    "officer@kent.example": EVERYWHERE,
    "lead.rs@kent.example": EVERYWHERE,
    "lead.da@kent.example": {State.ACCEPTED},
    "reviewer@kent.example": {State.SUBMITTED, State.ACCEPTED},
    "viewer@kent.example": {State.ACCEPTED},
    "officer@dover.example": set(),
    "lead@dover.example": set(),
}


def put(update, state, accepted):
    """Move ``update`` to ``state`` as the database would hold it."""
    done = state == State.ACCEPTED
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state=state,
        text="<p>Some text</p>",
        accepted_at=accepted.accepted_at if done else None,
        accepted_by=accepted.accepted_by if done else None,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
def test_each_role_sees_its_states(state, kent, django_user_model):
    in_road_safety = ProgressUpdate.objects.filter(
        round__agreement__partnership=kent, round__agreement__year=2026, action__priority__slug="road-safety"
    )
    update, accepted = in_road_safety.first(), in_road_safety.accepted().first()
    put(update, state, accepted)
    for email, states in SEEN.items():
        user = django_user_model.objects.get(email=email)
        seen = ProgressUpdate.objects.visible_to(user).filter(pk=update.pk).exists()
        assert seen == (state in states), email


@pytest.mark.django_db
def test_no_page_shows_a_draft_to_others(kent, client, django_user_model):
    """A token in each unaccepted update, and every page of the year read as those who may not see it."""
    hidden = ProgressUpdate.objects.exclude(state=State.ACCEPTED).filter(round__agreement__partnership=kent)
    for update in hidden.select_related("action__priority"):
        ProgressUpdate.objects.filter(pk=update.pk).update(text=f"<p>CANARY-{update.pk}</p>")
    pages = ["/", "/kent/", "/kent/2026-27/"]
    pages += [update.action.get_absolute_url() for update in hidden]
    pages += [f"/kent/2026-27/priorities/{slug}/" for slug in hidden.values_list("action__priority__slug", flat=True)]
    for email in ("viewer@kent.example", "officer@dover.example"):
        client.force_login(django_user_model.objects.get(email=email))
        leaks = [page for page in pages if b"CANARY" in client.get(page).content]
        assert not leaks, email
    client.force_login(django_user_model.objects.get(email="officer@kent.example"))
    assert any(b"CANARY" in client.get(page).content for page in pages), "the control: officers do see it"
