from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "helpline.dashboard"
    label = "dashboard"
