"""Sending the rapid response team, and writing down what whoever is out says."""

from referrals.models import Going, Offer, Referral, TeamMember
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("send_team",)
VERBS = {"going_do": {"verb": "well"}}
REFS = {"<slug:going_ref>": lambda case: Going.objects.get(referral__case=case).ref}


def make(case, person):
    """A member of the team is on their way, on the referral that rules/following made, whichever is made first."""
    referral = Referral.objects.filter(case=case).first() or Referral.objects.create(
        case=case, need="rapid_response", is_team=True, asked_at=NIGHT, asked_by=person, state="accepted"
    )
    member = TeamMember.objects.create(name="Sage", number="+447700900131", added_at=NIGHT)
    offer = Offer.objects.create(
        key=f"going-{case.ref}", referral=referral, member=member, place=9, state="accepted", offered_at=NIGHT
    )
    Going.objects.create(
        referral=referral, offer=offer, member=member, left_at=NIGHT, check_by=NIGHT, words=f"{STORY} going"
    )
