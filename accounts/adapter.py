from allauth.account.adapter import DefaultAccountAdapter


class NoSignUpAdapter(DefaultAccountAdapter):
    """Accounts are made by officers; nobody signs up."""

    def is_open_for_signup(self, request):
        return False
