from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "helpline.core.staff"
    label = "staff"
