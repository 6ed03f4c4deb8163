from django.db import migrations, models

NAME = "partnership_slug_not_reserved"
RESERVED = ["accessibility", "accounts", "admin", "api", "calendar", "media", "static"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_reserve_calendar")]

    operations = [
        migrations.RemoveConstraint(model_name="partnership", name=NAME),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                name=NAME,
                condition=~models.Q(slug__in=RESERVED),
                violation_error_message="This short name is used by the service itself. Choose another.",
            ),
        ),
    ]
