from allauth.account.urls import urlpatterns as allauth_urlpatterns
from django.urls import include, path

from accounts import views

# Officers set e-mail addresses; a person cannot change the own one, and there are no sign-in codes.
CLOSED = {
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
}

urlpatterns = [
    path("accounts/", include([pattern for pattern in allauth_urlpatterns if pattern.name not in CLOSED])),
    path("accessibility/", views.accessibility, name="accessibility"),
]
