"""Who may do what with indicators and their figures. The only home of these questions."""

from accounts.models import Role
from accounts.permissions import holds


def can_enter_figures(user, partnership):
    """Officers record figures, take files in and undo them. Everybody else reads."""
    return holds(user, partnership, Role.OFFICER)


def can_change_definitions(user, partnership):
    """Officers say what an indicator counts, and from which day."""
    return holds(user, partnership, Role.OFFICER)
