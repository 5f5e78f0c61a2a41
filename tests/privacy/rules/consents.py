"""What a caller agrees to."""

from cases.consenting import Receiver
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("consents",)
VERBS = {"consent_withdraw": {}}
NOT_OF_A_CASE = {"wordings", "wording"}
REFS = {"<slug:consent_ref>": lambda case: case.consents.get().ref}


def make(case, person):
    consent_keeping.record(
        case=case,
        answers=[Answer("share", "given", Receiver("lawyer", f"{STORY} lawyer"))],
        by=person,
        at=NIGHT,
        limits=f"{STORY} limits",
        witness=f"{STORY} witness",
        withdraw_by=f"{STORY} way back",
    )
