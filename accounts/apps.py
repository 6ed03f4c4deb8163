from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts and access"
    default_auto_field = "django.db.models.BigAutoField"


class SiteAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "accounts.admin_site.OfficerAdminSite"
