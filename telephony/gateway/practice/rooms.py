"""<Dial><Conference>: rooms in which several calls hear each other, wait, are held, and leave; and what is told of it.

A room begins with the second person in it where one of them may begin it. Until then, and while somebody is held, they hear
their waiting document, again and again. Somebody who is in a room that goes on with nobody to be heard in it hears nothing at
all: the transcript says so in words, for the tests that nobody is left in silence.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from telephony.gateway.practice.exchange import Exchange, rfc2822
from telephony.gateway.practice.floor import Floor
from telephony.gateway.practice.grammar import Document, Element
from telephony.gateway.practice.legs import Address, HungUp, Leg, SentElsewhere, Source, Status
from telephony.gateway.practice.phones import Stage
from telephony.gateway.practice.scheduler import Steps, listen
from telephony.gateway.practice.transcript import Kind
from telephony.gateway.practice.webhooks_out import Webhooks

HOLD_MUSIC = "[hold music]"  # what the real network plays where no waiting address is named
SHORTEST_WAITING_WORDS = 1.0  # seconds; a waiting document that takes no time would turn for ever
Hear = Callable[[Leg, Element, Document], Steps[float]]
_EVENTS = {
    "start": "conference-start", "end": "conference-end", "join": "participant-join", "leave": "participant-leave",
    "mute": "participant-mute", "unmute": "participant-unmute", "hold": "participant-hold", "unhold": "participant-unhold",
    "modify": "participant-modify",
}  # fmt: skip
_ASKED_AS = {"unmute": "mute", "unhold": "hold"}  # the name under which an address asks for it
_WHY_ENDED = {
    "left": "participant-with-end-conference-on-exit-left",
    "kicked": "participant-with-end-conference-on-exit-kicked",
    "last": "last-participant-left",
    "api": "conference-ended-via-api",
}


@dataclass(frozen=True)
class RoomNews:
    """Told to everybody in a room when anything in it changed."""


@dataclass(eq=False)
class Participant:
    leg: Leg
    label: str
    starts_room: bool
    ends_room: bool
    muted: bool
    waiting: Address | None  # a blank address: silence
    joined_at: datetime
    held: bool = False
    hold: Address | None = None
    announcement: Address | None = None
    is_in: bool = True
    hears: tuple[str, ...] | None = None


@dataclass(eq=False)
class Room:
    sid: str
    name: str
    created_at: datetime
    told: Address | None = None
    events: tuple[str, ...] = ()
    started: bool = False
    ended_at: datetime | None = None
    why_ended: str | None = None
    ended_by: str | None = None
    events_told: int = 0
    people: dict[str, Participant] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return "completed" if self.ended_at else "in-progress" if self.started else "init"


class Rooms:
    def __init__(self, exchange: Exchange, webhooks: Webhooks, floor: Floor, hear: Hear) -> None:
        self._x = exchange
        self._webhooks = webhooks
        self._floor = floor
        self._hear = hear
        self.by_sid: dict[str, Room] = {}

    def live(self, name: str) -> Room | None:
        """Return the room of this name, or with this id, that has not ended."""
        rooms = reversed(self.by_sid.values())
        return next((room for room in rooms if name in {room.name, room.sid} and room.ended_at is None), None)

    # Being in one

    def join(self, leg: Leg, verb: Element, noun: Element, document: Document) -> Steps[Source | None]:
        """Play a <Dial> with a <Conference>; return what its action asks for, None for the next verb."""
        leg.has_rung_somebody = True
        room, me = self._enter(leg, noun, document)
        end: HungUp | None = None
        try:
            yield from self._stay(room, me)
        except HungUp as hung_up:
            end, leg.status = hung_up, Status.COMPLETED
            self.leave(room, me, "participant_hung_up" if hung_up.by == "person" else "participant_updated_via_api")
        except SentElsewhere:
            self.leave(room, me, "participant_updated_via_api")
            raise
        source: Source | None = None
        if "action" in verb.attributes:
            method = verb.attributes.get("method", "POST")
            address = self._webhooks.address(document, verb.attributes["action"], method, leg)
            source = Source(address, {"DialCallStatus": "answered"})
        if end is None:
            return source
        if source is not None:
            yield from self._webhooks.fetch(leg, source)  # asked, and the answer ignored: nobody is there to hear it
        raise end

    def _enter(self, leg: Leg, noun: Element, document: Document) -> tuple[Room, Participant]:
        attributes = noun.attributes
        room = self.live(noun.text)
        if room is None:
            room = Room(self._x.sids.new("CF"), noun.text, self._x.now())
            self.by_sid[room.sid] = room
        if room.told is None and "statusCallback" in attributes:  # the first who names an address is told everything
            method = attributes.get("statusCallbackMethod", "POST")
            room.told = self._webhooks.address(document, attributes["statusCallback"], method, leg)
            room.events = noun.words("statusCallbackEvent", "")
        waiting: Address | None = None
        if "waitUrl" in attributes:
            url = attributes["waitUrl"]
            method = attributes.get("waitMethod", "POST")
            waiting = self._webhooks.address(document, url, method, leg) if url else Address("")
        me = Participant(
            leg=leg, label=attributes.get("participantLabel", ""), starts_room=noun.yes("startConferenceOnEnter", default=True),
            ends_room=noun.yes("endConferenceOnExit"), muted=noun.yes("muted"), waiting=waiting, joined_at=self._x.now(),
        )  # fmt: skip
        room.people[leg.sid] = me
        self._floor.note(
            leg, f"comes into the room{f' as {me.label}' if me.label else ''}", room=room.sid, label=me.label
        )
        self._tell(room, "join", me)
        if not room.started and len(room.people) > 1 and any(each.starts_room for each in room.people.values()):
            room.started = True
            self._tell(room, "start")
        if attributes.get("beep", "true") in {"true", "onEnter"}:
            for other in room.people.values():
                if other is not me and room.started and not other.held:
                    self._floor.hear(other.leg, "[beep]")
        self._wake(room)
        return room, me

    def _stay(self, room: Room, me: Participant) -> Steps[None]:
        while me.is_in:
            if me.announcement is not None:
                address, me.announcement = me.announcement, None
                yield from self._play_words(me, address, lambda: me.is_in)
            elif me.held or not room.started:
                yield from self._wait(room, me)
            else:
                self._say_who_is_heard(room, me)
                yield from listen(None)

    def _wait(self, room: Room, me: Participant) -> Steps[None]:
        me.hears = None
        self._floor.carry_on(me.leg, Stage.QUEUE)
        address = me.hold or me.waiting if me.held else me.waiting

        def still() -> bool:
            now = me.hold or me.waiting if me.held else me.waiting
            return me.is_in and (me.held or not room.started) and now == address and me.announcement is None

        if address is None:
            self._floor.hear(me.leg, HOLD_MUSIC)
            while still():
                yield from listen(None)
        elif not address.url:
            self._say_silent(me)
            while still():
                yield from listen(None)
        else:
            yield from self._play_words(me, address, still)

    def _play_words(self, me: Participant, address: Address, still: Callable[[], bool]) -> Steps[None]:
        """Play a waiting document once, also through its <Redirect>s, while it is still wanted."""
        following: Address | None = address
        while following is not None and still():
            document = yield from self._webhooks.fetch(me.leg, Source(following))
            following = None
            if document is None:
                self._floor.hear(me.leg, HOLD_MUSIC)
                yield from self._for(10.0, still)
                return
            began = self._x.clock.seconds()
            for verb in document.verbs:
                if not still():
                    return
                if verb.name == "Redirect":
                    method = verb.attributes.get("method", "POST")
                    following = self._webhooks.address(document, verb.text, method, me.leg)
                    break
                if verb.name not in {"Say", "Play", "Pause"}:
                    self._webhooks.complain(13230, f"<{verb.name}> in a waiting document", leg=me.leg)
                    continue
                if verb.name == "Pause":
                    self._say_silent(me)
                seconds = yield from self._hear(me.leg, verb, document)
                yield from self._for(seconds, still)
            if self._x.clock.seconds() - began < SHORTEST_WAITING_WORDS:
                yield from self._for(SHORTEST_WAITING_WORDS, still)

    def _for(self, seconds: float, still: Callable[[], bool]) -> Steps[None]:
        until = self._x.clock.seconds() + seconds
        while still() and (left := until - self._x.clock.seconds()) > 0:
            yield from listen(left)

    def _say_who_is_heard(self, room: Room, me: Participant) -> None:
        others = [each for each in room.people.values() if each is not me and not each.held and not each.muted]
        heard = tuple(sorted(each.leg.person for each in others))
        if heard == me.hears:
            return
        me.hears = heard
        if heard:
            self._floor.note(me.leg, f"is in the room with {', '.join(heard)}", talks_with=list(heard))
            self._floor.carry_on(me.leg, Stage.TALKING)
        else:
            self._floor.carry_on(me.leg, Stage.QUEUE)
            self._say_silent(me)

    def _say_silent(self, me: Participant) -> None:
        self._floor.hear(me.leg, "[silence]", silence=True)

    # What changes

    def leave(self, room: Room, me: Participant, reason: str) -> None:
        """Take somebody out; where the room ended with them, or nobody is left, it ends. Twice is once."""
        if not me.is_in:
            return
        if me.ends_room or len(room.people) == 1:
            kicked = reason == "participant_updated_via_api"
            why = "last" if not me.ends_room else "kicked" if kicked else "left"
            self._end(room, why, by=me, leaves=reason, others_leave="moderator_ended_conference")
        else:
            self._go(room, me, reason)
        self._wake(room)

    def end(self, room: Room) -> None:
        """End a room because REST says so."""
        if room.ended_at is None:
            self._end(room, "api", by=None, leaves="", others_leave="conference_ended_via_api")

    def change(self, room: Room, me: Participant, what: str) -> None:
        """Tell of something about somebody that REST has changed."""
        self._floor.note(me.leg, f"room: {what}", what=what)
        self._tell(room, what, me)
        self._wake(room)

    def _go(self, room: Room, me: Participant, reason: str) -> None:
        me.is_in = False
        del room.people[me.leg.sid]
        self._floor.note(me.leg, "leaves the room", reason=reason)
        self._tell(room, "leave", me, ParticipantCallStatus=str(me.leg.status), ReasonParticipantLeft=reason)
        self._news(me)

    def _end(self, room: Room, why: str, *, by: Participant | None, leaves: str, others_leave: str) -> None:
        room.ended_at, room.why_ended = self._x.now(), _WHY_ENDED[why]
        said = {"ReasonConferenceEnded": room.why_ended}
        if by is not None:
            room.ended_by = by.leg.sid
            said |= {"CallSidEndingConference": by.leg.sid, "ParticipantLabelEndingConference": by.label}
        if self._x.quirks.room_ends_before_leaving:
            self._tell(room, "end", None, **said)
        if by is not None:
            self._go(room, by, leaves)
        for each in list(room.people.values()):
            self._go(room, each, others_leave)
        if not self._x.quirks.room_ends_before_leaving:
            self._tell(room, "end", None, **said)

    def _wake(self, room: Room) -> None:
        for each in room.people.values():
            self._news(each)

    def _news(self, me: Participant) -> None:
        if me.leg.process is not None:
            self._x.scheduler.tell(me.leg.process, RoomNews())

    def _tell(self, room: Room, what: str, me: Participant | None = None, **more: str) -> None:
        """Send one event to whoever asked for it; no numbers are in it (gateway facts, section 4)."""
        if room.told is None or _ASKED_AS.get(what, what) not in room.events:
            return
        form = {
            "ConferenceSid": room.sid, "FriendlyName": room.name, "AccountSid": self._x.account_sid,
            "SequenceNumber": str(room.events_told), "Timestamp": rfc2822(self._x.now()) or "",
            "StatusCallbackEvent": _EVENTS[what], **more,
        } | dict(self._x.quirks.extra_parameters)  # fmt: skip
        room.events_told += 1
        if me is not None:
            form |= {
                "CallSid": me.leg.sid, "ParticipantLabel": me.label, "Muted": _word(me.muted), "Hold": _word(me.held),
                "Coaching": "false", "EndConferenceOnExit": _word(me.ends_room), "StartConferenceOnEnter": _word(me.starts_room),
            }  # fmt: skip
        who, about = (me.leg.person, me.leg.sid) if me is not None else ("", room.sid)
        quirks = self._x.quirks
        times = 2 if what == "join" and quirks.room_joins_twice else 1
        late = quirks.room_joins_late_by if what == "join" else 0.0
        for _ in range(times):
            self._webhooks.call_back(room.told, form, who=who, about=about, after=late)


def _word(yes: bool) -> str:
    return "true" if yes else "false"


def silent_seconds(exchange: Exchange, leg: Leg) -> float:
    """Return for how many seconds of practice time this leg heard nothing at all in a room, without a break at a time: the
    longest one. What it hears, says in a room, or where it ends, ends a silence.
    """
    longest, since = 0.0, None
    for event in exchange.transcript.of(about=leg.sid):
        at = datetime.fromisoformat(event.at)
        if event.kind is Kind.HEARD and event.details.get("silence"):
            since = since or at
        elif event.kind in {Kind.HEARD, Kind.CALL} and since is not None:
            longest, since = max(longest, (at - since).total_seconds()), None
    if since is not None:
        longest = max(longest, (exchange.now() - since).total_seconds())
    return longest
