"""Cases: who calls, what is promised, what is due."""

from cases.models.caller import Caller, ContactRoute, Number, RouteKind, SafeContact, SafeContactCard, Voicemail, Whose
from cases.models.case import Case, CaseState, LetIn, Note, Source, Urgency
from cases.models.clock import Clock, ConfirmedBy, LocalRule, StopReason
from cases.models.consent import Consent, ConsentAnswer, ConsentHow, ConsentWording, Purpose, ReceiverKind
from cases.models.followup import FollowUp, FollowUpKind, FollowUpState
from cases.models.handover import HandOver, HandOverState
from cases.models.hold import HoldReason, LegalHold
from cases.models.importing import ImportedCase, ImportFile
from cases.models.need import Need, NeedKind, NeedOutcome
from cases.models.safety import (
    CheckIn,
    CheckInContact,
    CheckInState,
    CheckInStep,
    PlanReaders,
    SafetyPlan,
    StepKind,
    StepResult,
)
from cases.models.search import SearchWord, WordKind

__all__ = [
    "Caller", "Case", "CaseState", "CheckIn", "CheckInContact", "CheckInState", "CheckInStep", "Clock", "ConfirmedBy",
    "Consent", "ConsentAnswer", "ConsentHow", "ConsentWording", "ContactRoute", "FollowUp", "FollowUpKind",
    "FollowUpState", "HandOver", "HandOverState", "HoldReason", "ImportFile", "ImportedCase", "LegalHold", "LetIn",
    "LocalRule", "Need", "NeedKind", "NeedOutcome", "Note", "Number", "PlanReaders", "Purpose", "ReceiverKind",
    "RouteKind", "SafeContact", "SafeContactCard", "SafetyPlan", "SearchWord", "Source", "StepKind", "StepResult",
    "StopReason", "Urgency", "Voicemail", "Whose", "WordKind",
]  # fmt: skip
