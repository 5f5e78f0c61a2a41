"""Files of a case."""

from cases.services import attachments
from tests import samples
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("files", "attachment")
VERBS = {"attachment_remove": {"because": "x"}}
REFS = {"<slug:attachment_ref>": lambda case: case.attachments.get().ref}


def make(case, person):
    attachments.add(case=case, name=f"{STORY} name.pdf", content=samples.PDF, note=f"{STORY} file", by=person, at=NIGHT)
