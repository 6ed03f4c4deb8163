"""Who may see and do what with actions and updates. The only home of these questions."""

from actions.models import Action


def actions_to_answer(user):
    """The open actions of the priorities that ``user`` leads, in partnerships where the lead is a member."""
    return Action.objects.visible_to(user).filter(priority__leads__users=user).open().distinct()
