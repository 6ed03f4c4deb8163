import logging

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do what is due now: the pieces of work that the setting DUE_WORK names. Run it every minute."

    def handle(self, **options):
        at = timezone.now()
        failed = [path for path in settings.DUE_WORK if not self._is_done(path, at)]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}. The log says why.")

    def _is_done(self, path, at):
        """One piece that fails must not stop the others."""
        try:
            import_string(path)(at=at)
        except Exception:
            logger.exception("%s failed", path)
            return False
        return True
