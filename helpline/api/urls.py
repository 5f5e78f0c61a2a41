"""Version 1 of the API: one router, its parts beside what they serve."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from cases.api.callers import Callers
from cases.api.casework import Cases, FollowUps
from cases.api.check_ins import CheckIns
from cases.api.consents import Consents
from cases.api.hearings import Hearings
from cases.api.incidents import Incidents
from helpline.api.audit import Audit
from helpline.api.lines import Lines
from helpline.api.nothing import Nothing
from helpline.api.shifts import Shifts
from helpline.api.staff import Staff
from helpline.reports.api import Figures
from referrals.api.providers import Providers
from referrals.api.referrals import Referrals
from telephony.api import Calls, Texts

router = SimpleRouter()
router.register("lines", Lines, "line")
router.register("staff", Staff, "staff")
router.register("shifts", Shifts, "shift")
router.register("calls", Calls, "call")
router.register("texts", Texts, "text")
router.register("callers", Callers, "caller")
router.register("cases", Cases, "case")
router.register("follow-ups", FollowUps, "follow-up")
router.register("hearings", Hearings, "hearing")
router.register("figures", Figures, "figure")
router.register("consents", Consents, "consent")
router.register("incidents", Incidents, "incident")
router.register("check-ins", CheckIns, "check-in")
router.register("providers", Providers, "provider")
router.register("referrals", Referrals, "referral")
router.register("audit", Audit, "audit")

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include(router.urls)),
    re_path("", Nothing.as_view()),
]
