from django.apps import AppConfig


class LinesConfig(AppConfig):
    name = "helpline.core.lines"
    label = "lines"
