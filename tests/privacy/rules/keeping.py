"""What we keep: a hold, a wish to be forgotten, the caller's own copy."""

from cases.models import Package
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("keeping",)
VERBS = {
    "hold": {"hold-why": "court", "hold-until": "2027-01-01"}, "forget": {"wish-scope": "person", "wish-how": "voice"},
    "package": {"package-how": "voice"}, "package_take": {},
}  # fmt: skip
REFS = {"<slug:package_ref>": lambda case: case.caller.packages.get().ref}


def make(case, person):
    Package.objects.create(
        caller=case.caller, how="voice", state="ready", asked_by=person, asked_at=NIGHT, content=STORY.encode(),
        password=STORY,
    )  # fmt: skip
