from allauth.account.urls import urlpatterns as allauth_urlpatterns
from django.urls import include, path

from accounts import people, views

# Officers set e-mail addresses; a person cannot change the own one, and there are no sign-in codes.
CLOSED = {
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
}

urlpatterns = [
    path("accounts/session/", views.session_status, name="session-status"),
    path("accounts/", include([pattern for pattern in allauth_urlpatterns if pattern.name not in CLOSED])),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("<slug:partnership>/people/", people.person_list, name="person-list"),
    path("<slug:partnership>/people/invite/", people.person_invite, name="person-invite"),
    path("<slug:partnership>/people/leave/", people.membership_leave, name="membership-leave"),
    path("<slug:partnership>/people/<int:pk>/", people.person_detail, name="person-detail"),
    path("<slug:partnership>/people/<int:pk>/end/", people.membership_end, name="membership-end"),
    path("<slug:partnership>/people/<int:pk>/roles/<slug:role>/take/", people.role_take, name="role-take"),
]
