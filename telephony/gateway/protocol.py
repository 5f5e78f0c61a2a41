"""What we need of a telephone gateway, in our words. Nothing outside this package knows whose it is.

Every method may raise `ShutOut`, `TryLater` and `Unreachable` (nothing was done: try again later) and, where it changes
something, `NotKnown` (it may have been done). What else it raises is said with it. All of them wait some ten seconds
at most, so none is called while a caller waits for an answer. Numbers are E.164, times aware.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class SentText:
    """A text as the gateway knows it. `state` is its own word ("queued"); prints no number and no body."""

    sid: str
    state: str
    body: str = ""
    made_at: datetime | None = None

    def __repr__(self) -> str:
        return f"<text {self.sid} {self.state}>"


@dataclass(frozen=True)
class Sound:
    """A file as it came: `mime` without parameters and in lower case ("audio/x-wav"), and its bytes."""

    mime: str
    content: bytes

    def __repr__(self) -> str:
        return f"<{self.mime}, {len(self.content)} bytes>"


Attachment = Sound  # a picture or file of a text comes in the same shape


@dataclass(frozen=True)
class CallNow:
    """A call as the gateway's list has it, which lags a little behind. `status` is its own word; `seconds` once it is over."""

    sid: str
    status: str
    seconds: int | None = None


@dataclass(frozen=True)
class PlacedCall:
    """A call that we asked for, as the gateway has it. `status` is its own word ("queued"); prints no number."""

    sid: str
    status: str
    made_at: datetime | None = None


class Gateway(Protocol):
    def send_text(
        self, *, to: str, sender: str, body: str, status_callback: str, valid_for: timedelta | None = None
    ) -> SentText:
        """Hand over one text, of 1600 characters at most, and return what the gateway calls it.

        `status_callback` is where its progress is told, `valid_for` how long it may wait at the gateway. Never tries
        twice by itself: the gateway cannot tell a repeated request from a second text. Raises Refused.
        """
        ...

    def find_texts(self, *, to: str, sender: str, since: datetime) -> list[SentText]:
        """Return the texts from us to this number that were made since a time, oldest first, a hundred at most."""
        ...

    def fetch_recording(self, address: str, *, most_bytes: int) -> Sound:
        """Return a recording by its id or its address. Raises NotThere (perhaps not yet), TooBig, Refused."""
        ...

    def delete_recording(self, sid: str) -> None:
        """Delete a recording at the gateway; deleted already is deleted."""
        ...

    def fetch_media(self, url: str, *, most_bytes: int) -> Attachment:
        """Return a picture or file that came with a text. Raises NotThere, TooBig, Refused."""
        ...

    def delete_media(self, url: str) -> None:
        """Delete it at the gateway by the address it was fetched from; deleted already is deleted."""
        ...

    def place_call(self, *, to: str, sender: str, url: str, status_callback: str, ring_seconds: int = 30) -> PlacedCall:
        """Ring a number from one of ours, and let whoever picks up hear the document at `url`.

        Never tries twice by itself: the gateway cannot tell a repeated request from a second call, so look with
        `find_calls` after NotKnown. `status_callback` is told of every step. Raises Refused.
        """
        ...

    def find_calls(self, *, to: str, since: datetime) -> list[PlacedCall]:
        """Return the calls that we placed to this number since a time, oldest first, a hundred at most."""
        ...

    def end_call(self, sid: str) -> None:
        """Hang up a call or a leg in whatever state it is; one that is over already is over."""
        ...

    def cancel_call(self, sid: str) -> bool:
        """Stop a leg that is still ringing. False where it was picked up or had ended: then nothing was done."""
        ...

    def move_call(self, sid: str, url: str) -> None:
        """Let a live call play the document at this address. Raises Refused where the call is over."""
        ...

    def get_call(self, sid: str) -> CallNow:
        """Return a call as the gateway's list has it. Raises NotThere."""
        ...

    # Rooms (conferences). `room` is the gateway's id of one that goes on, `sid` the call of somebody in it.

    def find_room(self, name: str) -> str | None:
        """Return the id of the room of this name in which somebody is now; None where nobody is."""
        ...

    def who_is_in(self, room: str) -> frozenset[str]:
        """Return the ids of the calls that are in a room now. Raises NotThere."""
        ...

    def add_participant(
        self, room: str, *, to: str, sender: str, label: str, status_callback: str, ring_seconds: int = 30
    ) -> str:
        """Ring somebody straight into a room (its id or its name), and return the id of the call.

        Whoever picks up is in it, a mailbox too: where a person must accept first, use `place_call`. Raises Refused.
        """
        ...

    def hold(self, room: str, sid: str, *, url: str) -> None:
        """Take somebody out of hearing; they hear the document at `url`. Raises NotThere where they are not in the room."""
        ...

    def unhold(self, room: str, sid: str) -> None:
        """Let them hear and be heard again. Raises NotThere."""
        ...

    def announce(self, room: str, sid: str, *, url: str) -> None:
        """Say the document at `url` to one person in the room, whom nobody else hears meanwhile. Raises NotThere."""
        ...

    def set_ends_room(self, room: str, sid: str, *, ends: bool) -> None:
        """Set whether the room ends for everybody when this person leaves. Raises NotThere."""
        ...

    def remove(self, room: str, sid: str) -> None:
        """Take somebody out of the room: their call goes on with what follows. Not there is removed already."""
        ...

    def end_room(self, room: str) -> None:
        """End the room for everybody; their calls go on with what follows. Over is over."""
        ...

    def check_credentials(self) -> None:
        """Return where account and token are good for sending; raises ShutOut where they are not."""
        ...
