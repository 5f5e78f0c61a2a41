"""The project as an app: static files, translations, the start of practice time. It has no models of its own."""

from django.apps import AppConfig
from django.conf import settings

from helpline import error_reports
from helpline.core import clock


class HelplineConfig(AppConfig):
    name = "helpline"
    label = "helpline"

    def ready(self) -> None:
        if settings.PRACTICE_NOW is not None:
            clock.begin_practice(settings.PRACTICE_NOW, settings.VAR_DIR / "practice-clock.json")
        if settings.SENTRY_DSN:
            error_reports.begin(settings.SENTRY_DSN)
