"""Every address, app by app."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("helpline.api.urls")),
    path("telephony/", include("telephony.urls")),
    path("", include("cases.urls")),
    path("", include("referrals.urls")),
    path("", include("helpline.dashboard.urls")),
    path("", include("helpline.office.urls")),
    path("", include("helpline.reports.urls")),
    path("accounts/", include("helpline.office.account_urls")),
]

handler400 = "helpline.core.http.pages.bad_request"
