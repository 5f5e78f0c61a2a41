"""Figures."""

from django.urls import path

from helpline.reports import views

app_name = "reports"

urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures/spreadsheet/", views.spreadsheet, name="spreadsheet"),
]
