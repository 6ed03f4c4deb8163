from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.permissions import can_administer

# The order in which the apps stand on the front page: as the work goes.
APP_ORDER = ["priorities", "actions", "indicators", "reports", "accounts"]


class OfficerAdminSite(admin.AdminSite):
    """The administration, for officers. Each sees the rows of the own partnerships only (accounts/admin.py)."""

    site_header = site_title = "Community Safety Plan"
    index_title = "Administration"

    def has_permission(self, request):
        return can_administer(request.user)

    def login(self, request, extra_context=None):
        """Everybody signs in on one page, with its limits on guessing."""
        if request.user.is_authenticated:
            raise PermissionDenied("The administration is for officers.")
        query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('account_login')}?{query}")

    def get_urls(self):
        """Without the redirector by row number, which would name the rows of any partnership."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        rank = {name: index for index, name in enumerate(APP_ORDER)}
        return sorted(apps, key=lambda app: rank.get(app["app_label"], len(rank)))
