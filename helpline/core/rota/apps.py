from django.apps import AppConfig


class RotaConfig(AppConfig):
    name = "helpline.core.rota"
    label = "rota"
