"""The call screen: from the ring to the wrap-up."""

from telephony.models import WrapUp

READING = ("call", "call_state")
VERBS = {"call_kind": {"kind": "support"}, "call_done": {"kind": "support", "body": "x"}, "call_undo": {}}
NOT_OF_A_CASE = {
    "ringing", "information", "information_new", "information_card", "information_end", "information_sound_put",
    "information_sound",
}  # fmt: skip
REFS = {"<slug:wrap_up_ref>": lambda case: case.calls.get().wrap_ups.get().ref}


def make(case, person):
    WrapUp.objects.create(call=case.calls.get(), by=person, at=case.opened_at, kind="support")
