"""Calls with their legs, texts, recordings, and what the gateway said about them."""

from telephony.models.call import Call, CallEvent, CallKind, Leg
from telephony.models.out_call import OutCall, OutPurpose, OutResult, OutState
from telephony.models.recording import LeftBehind, Recording, RecordingState
from telephony.models.text import Media, MediaState, Text, TextEvent
from telephony.models.transfer import RoomEvent, Transfer, TransferState
from telephony.models.wrap_up import WrapUp

__all__ = [
    "Call", "CallEvent", "CallKind", "LeftBehind", "Leg", "Media", "MediaState", "OutCall", "OutPurpose", "OutResult", "OutState",
    "Recording", "RecordingState", "RoomEvent", "Text", "TextEvent", "Transfer", "TransferState", "WrapUp",
]  # fmt: skip
