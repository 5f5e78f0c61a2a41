from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "helpline.office"
    label = "office"
