"""Rooms at Twilio (its word is conference): who is in one, who hears what, and how it ends. See `protocol.Gateway`."""

import re
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Final, TypeVar

from telephony.gateway.errors import NotKnown, NotThere

CALL_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
T = TypeVar("T")


def safe_sid(sid: str) -> str:
    """Return an id that can stand in an address; raises NotThere for anything else."""
    if not re.fullmatch(r"[\w-]{1,64}", sid, re.ASCII):
        raise NotThere
    return sid


class TwilioRooms:
    """The part of the gateway that knows rooms; how it is asked is said by the class that it becomes part of."""

    @abstractmethod
    def _ask(self, ask: Callable[[Any], T], *, changes: bool = False) -> T: ...

    def find_room(self, name: str) -> str | None:
        listed = self._ask(lambda client: client.conferences.list(friendly_name=name, limit=20))
        return next((str(room.sid) for room in listed if room.status in {"init", "in-progress"}), None)

    def who_is_in(self, room: str) -> frozenset[str]:
        path = safe_sid(room)
        return frozenset(
            str(each.call_sid)
            for each in self._ask(lambda client: client.conferences(path).participants.list(limit=20))
        )

    def add_participant(
        self, room: str, *, to: str, sender: str, label: str, status_callback: str, ring_seconds: int = 30
    ) -> str:
        asked: dict[str, Any] = {
            "to": to, "from_": sender, "label": label, "beep": "false", "timeout": ring_seconds,
            "status_callback": status_callback, "status_callback_method": "POST",
            "status_callback_event": list(CALL_EVENTS),
        }  # fmt: skip
        path = safe_sid(room)
        made = self._ask(lambda client: client.conferences(path).participants.create(**asked), changes=True)
        if not made.call_sid:
            raise NotKnown("a call without an id")
        return str(made.call_sid)

    def hold(self, room: str, sid: str, *, url: str) -> None:
        self._change(room, sid, hold=True, hold_url=url, hold_method="POST")

    def unhold(self, room: str, sid: str) -> None:
        self._change(room, sid, hold=False)

    def announce(self, room: str, sid: str, *, url: str) -> None:
        self._change(room, sid, announce_url=url, announce_method="POST")

    def set_ends_room(self, room: str, sid: str, *, ends: bool) -> None:
        self._change(room, sid, end_conference_on_exit=ends)

    def remove(self, room: str, sid: str) -> None:
        path, call = safe_sid(room), safe_sid(sid)
        try:
            self._ask(lambda client: client.conferences(path).participants(call).delete(), changes=True)
        except NotThere:
            return

    def end_room(self, room: str) -> None:
        path = safe_sid(room)
        try:
            self._ask(lambda client: client.conferences(path).update(status="completed"), changes=True)
        except NotThere:
            return

    def _change(self, room: str, sid: str, **how: Any) -> None:
        path, call = safe_sid(room), safe_sid(sid)
        self._ask(lambda client: client.conferences(path).participants(call).update(**how), changes=True)
