"""Stand-by: everybody who speaks with callers sees it, its keepers change it. The team is for its keepers alone."""

from referrals.models import ProviderPerson, StandBy, TeamMember
from tests.factories import NIGHT
from tests.referrals.asking_rows import put_on_stand_by
from tests.referrals.rules import KEEPERS, USERS

RULES = [
    ("stand_by", "get", USERS),
    ("stand_by_new", "get", KEEPERS),
    ("stand_by_new", "post", KEEPERS),
    ("stand_by_change", "get", KEEPERS),
    ("stand_by_change", "post", KEEPERS),
    ("team", "get", KEEPERS),
    ("member_new", "get", KEEPERS),
    ("member_new", "post", KEEPERS),
    ("member", "get", KEEPERS),
    ("member", "post", KEEPERS),
]
REFS = {
    "<slug:stand_by_ref>": lambda _provider: StandBy.objects.first().ref,
    "<slug:member_ref>": lambda _provider: TeamMember.objects.first().ref,
}


def make(provider, person):
    lawyer = ProviderPerson.objects.create(
        provider=provider, name="Botha", number="+447700900122", created_at=NIGHT
    )  # fmt: skip
    put_on_stand_by(lawyer, by=person)
    TeamMember.objects.create(name="Sage", number="+447700900131", added_at=NIGHT)
