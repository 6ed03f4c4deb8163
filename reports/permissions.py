"""Who may read which report. The only home of these questions."""

from accounts.models import Role
from accounts.permissions import roles_in

DRAFT_READERS = {Role.LEAD, Role.REVIEWER, Role.OFFICER}


def can_read_draft(user, edition):
    """Drafts are for those who make the report; the governing group and Scrutiny read what is published."""
    return bool(DRAFT_READERS & roles_in(user, edition.agreement.partnership))
