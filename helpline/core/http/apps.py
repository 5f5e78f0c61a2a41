from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "helpline.core.http"
    label = "core_http"
