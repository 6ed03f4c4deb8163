from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Actions and progress"
    default_auto_field = "django.db.models.BigAutoField"
