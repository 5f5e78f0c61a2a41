"""The Celery app. State belongs in our tables, so there is no result backend and no long countdown."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")

app = Celery("helpline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        *("helpline.core.outbox", "helpline.core.alarms", "helpline.core.forgetting", "helpline.core.audit"),
        *("cases", "referrals", "telephony", "helpline.dashboard"),
    ]
)
