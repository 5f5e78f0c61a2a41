"""What came of a referral, and complaints and court cases."""

from datetime import timedelta

from referrals.models import Appointment, Referral
from referrals.services import proceedings
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("following", "proceedings")
VERBS = {"appointment": {"verb": "keep"}, "proceeding": {"verb": "note", "on": "2026-11-20", "words": "x"}}
REFS = {
    "<slug:referral_ref>": lambda case: case.referrals.order_by("pk").first().ref,
    "<slug:appointment_ref>": lambda case: case.referrals.order_by("pk").first().appointments.get().ref,
    "<slug:proceeding_ref>": lambda case: case.proceedings.get().ref,
}


def make(case, person):
    asked = Referral.objects.create(
        case=case, need="legal", asked_at=NIGHT, asked_by=person, state="accepted", outcome_words=f"{STORY} outcome"
    )
    Appointment.objects.create(
        referral=asked, at=NIGHT + timedelta(days=300), where=f"{STORY} where", added_by=person, added_at=NIGHT
    )
    proceedings.add(case=case, kind="oversight", body=f"{STORY} body", by=person, at=NIGHT)
