"""Every address, app by app."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("telephony/", include("telephony.urls")),
    path("accounts/", include("allauth.urls")),
]
