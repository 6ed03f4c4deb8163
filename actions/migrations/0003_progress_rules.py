from django.db import migrations, models

from accounts.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('actions', '0002_progress'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('escalated_at', None), ('escalated_by', None), models.Q(('state', 'escalated'), _negated=True)), models.Q(('escalated_at__isnull', False), ('escalated_by__isnull', False), models.Q(('state', 'raised'), _negated=True)), _connector='OR'), name='concern_escalation_complete', violation_error_message='An escalated concern says who escalated it, and when.'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('saved_at', None), ('saved_by', None)), models.Q(('saved_at__isnull', False), ('saved_by__isnull', False)), _connector='OR'), name='progressupdate_save_complete', violation_error_message='Who saved it, and when, stand together.'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('opened_at', None), ('opened_by', None)), models.Q(('due__isnull', False), ('opened_at__isnull', False), ('opened_by__isnull', False)), _connector='OR'), name='round_opening_complete', violation_error_message='An open round has dates, and somebody who opened it.'),
        ),
        migrations.AddConstraint(
            model_name='updateevent',
            constraint=models.UniqueConstraint(fields=('update', 'key'), name='updateevent_unique_key'),
        ),
        append_only('actions_updateevent', unique=[('update_id', 'key')]),
    ]
