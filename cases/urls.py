"""Pages below a case, area by area, and what belongs to no single case: what is due to several apps is in the dashboard."""

from django.urls import URLPattern, URLResolver, path

from cases.views.needs import needs

app_name = "cases"

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<slug:ref>/needs/", needs, name="needs"),
]
