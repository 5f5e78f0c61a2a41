from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "helpline.core.alarms"
    label = "alarms"
