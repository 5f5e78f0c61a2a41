"""Cases: who calls, what is promised, what is due."""

from cases.models.caller import Caller, Number, SafeContact, Whose
from cases.models.case import Case, CaseState, LetIn, Note, Source, Urgency
from cases.models.followup import FollowUp, FollowUpKind, FollowUpState
from cases.models.handover import HandOver, HandOverState

__all__ = [
    "Caller", "Case", "CaseState", "FollowUp", "FollowUpKind", "FollowUpState", "HandOver", "HandOverState", "LetIn",
    "Note", "Number", "SafeContact", "Source", "Urgency", "Whose",
]  # fmt: skip
