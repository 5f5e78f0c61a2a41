from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "helpline.core.outbox"
    label = "outbox"
