"""Safe contact: ways to a caller, her names, and who she is."""

from cases.models import CallerMerge, NumberChange, SafeContact, SomebodyAsked, SpokenName
from tests.factories import NIGHT, make_caller, make_route
from tests.privacy.rules import STORY

STORIES = ("contact", "contact_number", "contact_route_new", "contact_route")
VERBS = {
    "contact_number_new": {"number-typed": "+447700900299", "number-whose": "own"}, "contact_number_do": {"verb": "confirm"},
    "call_back": {}, "contact_route_do": {"verb": "confirm"}, "contact_name": {"kind": "court", "court-name": "x"},
    "contact_language": {"language": "zu"}, "contact_readdress": {"word": "x"}, "find_again": {"reference": "HL-2222", "word": "x"},
    "caller_merge": {"other": "HL-2222", "how": "deliberate"}, "caller_part": {}, "caller_asked": {"said": "x"},
}  # fmt: skip
REFS = {
    "<slug:route_ref>": lambda case: case.caller.routes.first().ref,
    "<slug:change_ref>": lambda case: case.caller.number_changes.first().ref,
    "<slug:merge_ref>": lambda case: CallerMerge.objects.get(kept=case.caller).ref,
}


def make(case, person):
    words = {name: f"{STORY} {name}" for name in ("who_hears", "say", "voicemail_words", "stop_word")}
    SafeContact.objects.create(
        caller=case.caller, number=case.number, whose="own", confirmed_at=NIGHT, confirmed_by=person, **words
    )
    make_route(
        case.caller, person, name=f"{STORY} route", place=f"{STORY} place", may_know=f"{STORY} may know",
        number="+447700900246", **words,
    )  # fmt: skip
    SpokenName.objects.create(caller=case.caller, kind="court", name=f"{STORY} court name", said_at=NIGHT)
    NumberChange.objects.create(caller=case.caller, old=case.number, because="lost", at=NIGHT, by=person)
    SomebodyAsked.objects.create(case=case, said=f"{STORY} asked", at=NIGHT, by=person)
    CallerMerge.objects.create(kept=case.caller, merged=make_caller(number=""), how="code_word", at=NIGHT, by=person)
