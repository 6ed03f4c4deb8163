"""Who may do what with people and partnerships. The only home of these questions."""


def can_administer(user):
    """Officers of any partnership, and superusers, may enter the administration. Read anew at each request."""
    return user.is_authenticated and user.is_active and (user.is_superuser or user.is_officer)
