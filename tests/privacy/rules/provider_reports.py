"""What is told of a provider in a case, and that somebody has looked at a referral that was flagged."""

from referrals.models import Provider, Referral
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("referral_report",)
VERBS = {"referral_looked_at": {}}
REFS = {"<slug:referral_ref>": lambda case: case.referrals.order_by("pk").first().ref}


def make(case, person):
    provider = Provider.objects.create(
        kind="lawyer", name="Ayanda Law", vetting="approved", vetting_since=NIGHT, created_at=NIGHT, changed_at=NIGHT
    )
    asked = case.referrals.order_by("pk").first() or Referral(case=case, need="legal", asked_at=NIGHT, asked_by=person)
    asked.provider, asked.state, asked.flagged_at, asked.outcome_words = provider, "accepted", NIGHT, f"{STORY} words"
    asked.save()
