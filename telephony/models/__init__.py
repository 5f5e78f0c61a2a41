"""Calls with their legs, texts, recordings, and what the gateway said about them."""

from telephony.models.call import Call, CallEvent, Leg
from telephony.models.recording import LeftBehind, Recording, RecordingState
from telephony.models.text import Media, MediaState, Text, TextEvent

__all__ = [
    "Call",
    "CallEvent",
    "LeftBehind",
    "Leg",
    "Media",
    "MediaState",
    "Recording",
    "RecordingState",
    "Text",
    "TextEvent",
]
