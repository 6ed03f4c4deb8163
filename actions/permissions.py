"""Who may see and do what with actions and updates. The only home of these questions.

Each asks about one deed and reads the roles anew: a role taken away counts from the next request on.
"""

from accounts.models import Partnership, Role
from accounts.permissions import holds, works_in
from actions.models import Action
from priorities.models import Priority

SEEING_REVIEWS = [Role.REVIEWER, Role.OFFICER]


def is_lead(user, update):
    """A lead or a deputy of the update's priority."""
    return Priority.objects.led_by(user).filter(pk=update.action.priority_id).exists()


def is_asked(update):
    """Whether there is anything to write: the round was opened, and the action is open."""
    return update.round.opened_at is not None and update.action.status != Action.Status.CLOSED


def can_write(user, update):
    """Leads and deputies of the priority write, in a round that was opened, on an action that is open."""
    return is_asked(update) and is_lead(user, update)


def can_review(user, update):
    """The Working Group reviews; nobody reviews an update that they wrote themselves."""
    return (
        holds(user, update.action.priority.agreement.partnership_id, Role.REVIEWER)
        and not update.events.written_by(user).exists()
    )


def can_reopen(user, update):
    """Not where its lead could not write it anew: in a printed year, or of an action that has ended."""
    return is_asked(update) and holds(
        user, update.action.priority.agreement.partnership_id, Role.REVIEWER, Role.OFFICER
    )


def can_run_rounds(user, agreement):
    """Officers plan and open rounds, and chase."""
    return holds(user, agreement.partnership_id, Role.OFFICER)


def reviews_seen_in(user):
    """The partnerships whose dashboard and queue ``user`` sees: in the Working Group, or as an officer."""
    return Partnership.objects.with_member(user, *SEEING_REVIEWS)


def can_see_review(user, agreement):
    return holds(user, agreement.partnership_id, *SEEING_REVIEWS)


def can_raise_concern(user, partnership):
    return works_in(user, partnership)


def can_handle_concern(user, concern):
    """The Working Group decides or escalates. An officer records what the groups decide."""
    return holds(user, concern.partnership_id, Role.REVIEWER, Role.OFFICER)


def can_keep_recommendations(user, agreement):
    return holds(user, agreement.partnership_id, Role.OFFICER)


def can_appoint_leads(user, agreement):
    """Officers say who holds the lead posts of a priority."""
    return holds(user, agreement.partnership_id, Role.OFFICER)


def ending_in(user):
    """The partnerships in which ``user`` may end actions and roll a year over: as an officer."""
    return Partnership.objects.with_member(user, Role.OFFICER)


def can_end_actions(user, agreement):
    return holds(user, agreement.partnership_id, Role.OFFICER)
