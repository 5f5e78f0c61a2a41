"""Cases: who calls, what is promised, what is due."""

from cases.models.attachment import Attachment, AttachmentKind
from cases.models.caller import Caller, ContactRoute, Number, RouteKind, SafeContact, SafeContactCard, Voicemail, Whose
from cases.models.case import Case, CaseState, LetIn, Note, Source, Turn, Urgency
from cases.models.choice import ChoicePoint, ChoiceResult, ChoiceTalk, LegalStep, PointState
from cases.models.clock import Clock, ConfirmedBy, LocalRule, StopReason
from cases.models.closing import Closing, ClosingReason, Review, ReviewedStep, ReviewRule, ReviewState
from cases.models.complaint import Complaint, ComplaintCame, ComplaintNote, ComplaintOutcome, ComplaintState
from cases.models.consent import Consent, ConsentAnswer, ConsentHow, ConsentWording, Purpose, ReceiverKind
from cases.models.followup import FollowUp, FollowUpKind, FollowUpState
from cases.models.forgetting import ErasureWish, HowKnown, Package, PackageState, WhyNot, WishScope, WishState
from cases.models.handover import HandOver, HandOverState
from cases.models.hearing import CouldNotCome, Hearing, HearingState
from cases.models.hold import HoldReason, LegalHold
from cases.models.importing import ImportedCase, ImportFile
from cases.models.incident import (
    Act,
    AdvocacyText,
    Answer,
    Detention,
    Incident,
    IncidentDraft,
    PartOfDay,
    Perpetrator,
    ReportKind,
    Said,
    Teller,
)
from cases.models.information import InformationCard, InformationSound, InformationVersion, Topic
from cases.models.law import Consultation, LawCard, LawTopic
from cases.models.need import Need, NeedKind, NeedOutcome
from cases.models.person import CallerMerge, NameKind, NumberChange, SayIn, SomebodyAsked, SpokenName, WhyEnded
from cases.models.plan import Goal, GoalState, PlanStep, StepState
from cases.models.safety import (
    CheckIn,
    CheckInContact,
    CheckInState,
    CheckInStep,
    ClockWatch,
    PlanReaders,
    SafetyPlan,
    StepKind,
    StepResult,
)
from cases.models.search import SearchWord, WordKind
from cases.models.sheet import HandedItem, ItemKind, ShiftHandOver
from cases.models.station import LiaisonOfficer, PromiseState, Station, StationMeeting, StationPromise

__all__ = [
    "Act", "AdvocacyText", "Answer", "Attachment", "AttachmentKind", "Caller", "CallerMerge", "Case", "CaseState",
    "CheckIn", "CheckInContact", "CheckInState", "CheckInStep", "ChoicePoint", "ChoiceResult", "ChoiceTalk", "Clock",
    "ClockWatch", "Closing", "ClosingReason", "Complaint", "ComplaintCame", "ComplaintNote", "ComplaintOutcome",
    "ComplaintState", "ConfirmedBy", "Consent", "ConsentAnswer", "ConsentHow", "ConsentWording", "Consultation",
    "ContactRoute", "CouldNotCome", "Detention", "ErasureWish", "FollowUp", "FollowUpKind", "FollowUpState", "Goal",
    "GoalState", "HandOver", "HandOverState", "HandedItem", "Hearing", "HearingState", "HoldReason", "HowKnown",
    "ImportFile", "ImportedCase", "Incident", "IncidentDraft", "InformationCard", "InformationSound",
    "InformationVersion", "ItemKind", "LawCard", "LawTopic", "LegalHold", "LegalStep", "LetIn", "LiaisonOfficer",
    "LocalRule", "NameKind", "Need", "NeedKind", "NeedOutcome", "Note", "Number", "NumberChange", "Package",
    "PackageState", "PartOfDay", "Perpetrator", "PlanReaders", "PlanStep", "PointState", "PromiseState", "Purpose",
    "ReceiverKind", "ReportKind", "Review", "ReviewRule", "ReviewState", "ReviewedStep", "RouteKind", "SafeContact",
    "SafeContactCard", "SafetyPlan", "Said", "SayIn", "SearchWord", "ShiftHandOver", "SomebodyAsked", "Source",
    "SpokenName", "Station", "StationMeeting", "StationPromise", "StepKind", "StepResult", "StepState", "StopReason",
    "Teller", "Topic", "Turn", "Urgency", "Voicemail", "Whose", "WhyEnded", "WhyNot", "WishScope", "WishState",
    "WordKind",
]  # fmt: skip
