"""Vetting and the board are for keepers alone; anybody who speaks with callers may tell something of a provider."""

from helpline.core.staff.models import User
from referrals.services import conflicts, provider_reports, vetting
from tests.factories import NIGHT
from tests.referrals.rules import KEEPERS, USERS

RULES = [
    ("board", "get", KEEPERS),
    ("vetting", "get", KEEPERS),
    ("vetting", "post", KEEPERS),
    ("vetting_points", "post", KEEPERS),
    ("vetting_test", "post", KEEPERS),
    ("vetting_signed", "post", KEEPERS),
    ("vetting_move", "post", KEEPERS),
    ("vetting_conflicts", "post", KEEPERS),
    ("vetting_conflict", "post", KEEPERS),
    ("vetting_report", "post", KEEPERS),
    ("provider_report", "get", USERS),
    ("provider_report", "post", USERS),
]
REFS = {
    "<slug:conflict_ref>": lambda provider: provider.conflicts.get().ref,
    "<slug:report_ref>": lambda provider: provider.reports.get().ref,
}


def make(provider, person):
    vetting.begin(provider=provider, by=person, at=NIGHT)
    vetting.score(provider=provider, point=1, score=2, evidence="a peer heard it", by=person, at=NIGHT)
    vetting.record_test(
        provider=provider, how="call", tested_at=NIGHT, answers={"reached": True}, words="polite", by=person, at=NIGHT
    )
    conflicts.add(provider=provider, kind="police_family", by=person, at=NIGHT)
    provider_reports.report(provider=provider, kind="poor", words="late", by=User.objects.first(), at=NIGHT)
