from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "helpline.core.audit"
    label = "audit"
