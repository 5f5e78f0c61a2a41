from django.apps import AppConfig


class ForgettingConfig(AppConfig):
    name = "helpline.core.forgetting"
    label = "forgetting"
