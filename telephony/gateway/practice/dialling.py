"""<Dial>: rings other phones from a call, lets them hear their own words first, joins the two sides, tells how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from telephony.gateway.practice.exchange import Exchange
from telephony.gateway.practice.floor import Floor
from telephony.gateway.practice.grammar import Document, Element
from telephony.gateway.practice.legs import Address, HungUp, Key, Leg, Recording, SentElsewhere, Source, Status
from telephony.gateway.practice.phones import Phone, Stage
from telephony.gateway.practice.scheduler import Steps, listen, wait
from telephony.gateway.practice.transcript import Kind
from telephony.gateway.practice.webhooks_out import Webhooks

MOST_NOUNS = 10
DEFAULT_TIMEOUT = 30
LONGEST_CALL = 4 * 60 * 60
NOUNS = {"Number", "Client", "Sip"}

News = Literal["picked up", "ready", "left", "over"]
Play = Callable[[Leg, Source], Steps[None]]


@dataclass(frozen=True)
class ChildNews:
    child: Leg
    what: News


@dataclass
class _Dialled:
    """How a <Dial> went: the words that its action is told."""

    status: Status = Status.NO_ANSWER
    child: Leg | None = None
    bridged: bool = False
    error: tuple[int, str] | None = None
    recording: Recording | None = None


class Dialling:
    def __init__(
        self, exchange: Exchange, webhooks: Webhooks, floor: Floor, play_whisper: Play, play_apart: Play
    ) -> None:
        self._x = exchange
        self._webhooks = webhooks
        self._floor = floor
        self._play_whisper = play_whisper
        self._play_own = play_apart

    def dial(self, leg: Leg, verb: Element, document: Document) -> Steps[Source | None]:
        """Play a <Dial>; return what its action asks for, None for the next verb.

        The action is requested also when the caller hung up meanwhile (CallStatus=completed); the hang-up goes on after it.
        """
        leg.has_rung_somebody = True
        dialled = _Dialled()
        end: HungUp | None = None
        try:
            yield from self._ring_and_talk(leg, verb, document, dialled)
        except HungUp as hung_up:
            end = hung_up
            leg.status = Status.COMPLETED
            yield from self._let_go(leg, dialled)
        except SentElsewhere:
            yield from self._let_go(leg, dialled)
            raise
        finally:
            leg.takes_keys = False
        source = self._action(leg, verb, document, dialled)
        if end is None:
            return source
        if source is not None:
            yield from self._webhooks.fetch(leg, source)  # asked, and the answer ignored: nobody is there to hear it
        raise end

    def _ring_and_talk(self, leg: Leg, verb: Element, document: Document, dialled: _Dialled) -> Steps[None]:
        groups = self._groups(leg, verb)
        caller_id = verb.attributes.get("callerId", leg.from_ if leg.direction == "inbound" else leg.to)
        if (refused := self._refuse(leg, caller_id, groups)) is not None:
            dialled.status, dialled.error = Status.FAILED, refused
            yield from wait(0.5)
            return
        timeout = verb.whole("timeout", DEFAULT_TIMEOUT)
        for group in groups:
            children = [self._start(leg, noun, caller_id, document) for noun in group]
            self._floor.enter(leg, Stage.RINGING)
            winner = yield from self._first_to_pick_up(leg, children, timeout)
            dialled.child = winner or children[-1]
            dialled.status = dialled.child.status
            if winner is not None:
                yield from self._with_winner(leg, winner, verb, document, dialled)
                return

    def _groups(self, leg: Leg, verb: Element) -> list[list[Element]]:
        """Return the nouns to ring at the same time, group after group."""
        nouns = [noun for noun in verb.children if noun.name in NOUNS]
        if not nouns and verb.text:
            nouns = [Element("Number", text=verb.text)]
        if len(nouns) > MOST_NOUNS:
            self._webhooks.complain(13250, f"{len(nouns)} nouns in a <Dial>, more than {MOST_NOUNS}", leg=leg)
            nouns = nouns[:MOST_NOUNS]
        if verb.yes("sequential"):
            return [[noun] for noun in nouns]
        return [nouns] if nouns else []

    def _refuse(self, leg: Leg, caller_id: str, groups: list[list[Element]]) -> tuple[int, str] | None:
        """Return Twilio's error where this <Dial> rings nobody.

        callerId must be the call's own From or To, or a number of the account (verified numbers do not exist here).
        """
        refused: tuple[int, str] | None = None
        numbers = [noun.text for group in groups for noun in group if noun.name == "Number"]
        if not groups:
            refused = (13215, "a <Dial> with nobody to ring")
        elif numbers and caller_id not in {leg.from_, leg.to} and not self._x.owns(caller_id):
            refused = (13214, "callerId is neither of this call nor of the account")
        elif any(not number.lstrip("+").replace("-", "").replace(" ", "").isdecimal() for number in numbers):
            refused = (13223, "not a phone number")
        if refused is not None:
            self._webhooks.complain(*refused, leg=leg)
        return refused

    def _start(self, leg: Leg, noun: Element, caller_id: str, document: Document) -> Leg:
        """Begin a called leg beside the caller's."""
        to = _whom(noun)
        phone = self._x.phonebook.ring(to)
        child = Leg(
            sid=self._x.sids.new("CA"),
            from_=caller_id,
            to=to,
            direction="outbound-dial",
            created_at=self._x.now(),
            line=leg.line,
            parent=leg,
            script=phone.script,
            by_hand=phone.by_hand,
            is_machine=phone.is_machine,
            status_events=noun.words("statusCallbackEvent", "completed"),
        )
        attributes = noun.attributes
        if "statusCallback" in attributes:
            method = attributes.get("statusCallbackMethod", "POST")
            child.status_callback = self._webhooks.address(document, attributes["statusCallback"], method, leg)
        whisper: Source | None = None
        if "url" in attributes:
            method = attributes.get("method", "POST")
            whisper = Source(self._webhooks.address(document, attributes["url"], method, leg))
        self._x.shelf.legs[child.sid] = child
        leg.children.append(child)
        child.process = self._x.scheduler.spawn(self._child(leg, child, phone, whisper))
        if "amdStatusCallback" in attributes and attributes.get("machineDetection"):
            url = attributes["amdStatusCallback"]
            address = self._webhooks.address(document, url, attributes.get("amdStatusCallbackMethod", "POST"), leg)
            self._x.scheduler.spawn(self._detect_machine(child, phone, address))
        return child

    def _child(self, leg: Leg, child: Leg, phone: Phone, whisper: Source | None) -> Steps[None]:
        end: HungUp | None = None
        try:
            yield from self._floor.ring(child, phone)
            self._tell(leg, child, "picked up")
            if whisper is not None:
                yield from self._play_whisper(child, whisper)
            self._tell(leg, child, "ready")
            yield from self._stay(child)
        except HungUp as hung_up:
            end = hung_up
        except SentElsewhere as sent:
            end = yield from self._play_apart(child, sent.source)
        self._floor.finish(child, end)
        self._tell(leg, child, "over")

    def _stay(self, child: Leg) -> Steps[None]:
        """Be joined until somebody hangs up. A caller who left during the words leaves nobody to be joined with."""
        if child.parent is not None and child.parent.gone:
            raise HungUp("network")
        while True:
            yield from listen(None)

    def _play_apart(self, child: Leg, source: Source) -> Steps[HungUp | None]:
        """A called leg that REST sent to its own document leaves the caller."""
        child.apart = True
        if child.parent is not None:
            self._tell(child.parent, child, "left")
        try:
            yield from self._play_own(child, source)
        except HungUp as hung_up:
            return hung_up
        return None

    def _tell(self, leg: Leg, child: Leg, what: News) -> None:
        if leg.process is not None:
            self._x.scheduler.tell(leg.process, ChildNews(child, what))

    def _first_to_pick_up(self, leg: Leg, children: list[Leg], timeout: float) -> Steps[Leg | None]:
        """Return the leg that was picked up first; the others are let go. None where nobody did in time."""
        deadline = self._x.clock.seconds() + timeout
        waiting = list(children)
        while waiting:
            news = yield from listen(deadline - self._x.clock.seconds())
            match news:
                case None:
                    for child in waiting:
                        self._floor.release(child, status=Status.NO_ANSWER, sip_code="487")
                    yield from self._until_over(waiting)
                    return None
                case ChildNews(child, "picked up") if child in waiting:
                    waiting.remove(child)
                    for other in waiting:
                        self._floor.release(other, status=Status.CANCELED, sip_code="487")
                    return child
                case ChildNews(child, "over" | "left") if child in waiting:
                    waiting.remove(child)
                case _:
                    pass
        return None

    def _with_winner(self, leg: Leg, winner: Leg, verb: Element, document: Document, dialled: _Dialled) -> Steps[None]:
        self._floor.enter(leg, Stage.WHISPER)
        while True:
            match (yield from listen(None)):
                case ChildNews(child, "ready") if child is winner:
                    break
                case ChildNews(child, "over" | "left") if child is winner:
                    dialled.status = winner.status
                    return
                case _:
                    pass
        self._floor.answer(leg)
        dialled.bridged = True
        self._floor.note(leg, f"talks with {winner.to}", bridged=winner.sid)
        self._begin_recording(leg, verb, document, dialled)
        self._floor.enter(winner, Stage.TALKING)
        self._floor.enter(leg, Stage.TALKING)
        yield from self._talk(leg, winner, verb)
        self._end_recording(leg, verb, document, dialled)
        dialled.status = winner.status if winner.is_over else Status.COMPLETED  # sent elsewhere: over for this call

    def _talk(self, leg: Leg, winner: Leg, verb: Element) -> Steps[None]:
        ends_at = self._x.clock.seconds() + verb.whole("timeLimit", LONGEST_CALL)
        leg.takes_keys = verb.yes("hangupOnStar")
        while not winner.is_over:
            match (yield from listen(ends_at - self._x.clock.seconds())):
                case None:
                    self._floor.note(leg, "the time limit ends the conversation")
                    self._floor.release(winner)
                    yield from self._until_over([winner])
                case ChildNews(child, "left") if child is winner:
                    return
                case Key("*"):
                    self._floor.release(winner)
                    yield from self._until_over([winner])
                case _:
                    pass

    def _until_over(self, legs: list[Leg]) -> Steps[None]:
        while any(not leg.is_over for leg in legs):
            yield from listen(None)

    def _let_go(self, leg: Leg, dialled: _Dialled) -> Steps[None]:
        """The caller is gone: end what was rung for them."""
        outlives = self._x.quirks.whisper_outlives_caller
        live = [child for child in leg.children if not child.is_over and not child.apart]
        for child in live:
            if child.answered_at is None:
                self._floor.release(child, status=Status.CANCELED, sip_code="487")
            elif dialled.bridged or not outlives:
                self._floor.release(child)
        ending = [child for child in live if child.gone]
        yield from self._until_over(ending)
        if live:
            dialled.child = dialled.child or live[-1]
            answered = dialled.child.answered_at is not None
            dialled.status = Status.COMPLETED if answered else Status.CANCELED
        else:
            dialled.status = dialled.child.status if dialled.child is not None else Status.CANCELED

    def _action(self, leg: Leg, verb: Element, document: Document, dialled: _Dialled) -> Source | None:
        if "action" not in verb.attributes:
            return None
        extra = {"DialCallStatus": str(dialled.status), "DialBridged": "true" if dialled.bridged else "false"}
        if dialled.child is not None:
            extra["DialCallSid"] = dialled.child.sid
            if dialled.status in {Status.COMPLETED, Status.NO_ANSWER}:
                extra["DialCallDuration"] = str(dialled.child.seconds)
        if dialled.error is not None:
            extra |= {"ErrorCode": str(dialled.error[0]), "ErrorMessage": dialled.error[1]}
        if dialled.recording is not None:
            extra |= {
                "RecordingUrl": self._webhooks.recording_url(dialled.recording),
                "RecordingSid": dialled.recording.sid,
                "RecordingDuration": str(dialled.recording.seconds),
            }
        method = verb.attributes.get("method", "POST")
        return Source(self._webhooks.address(document, verb.attributes["action"], method, leg), extra)

    def _begin_recording(self, leg: Leg, verb: Element, document: Document, dialled: _Dialled) -> None:
        if verb.attributes.get("record", "do-not-record") == "do-not-record":
            return
        recording = Recording(self._x.sids.new("RE"), leg.sid, "DialVerb", self._x.now())
        self._x.shelf.recordings[recording.sid] = recording
        dialled.recording = recording
        self._tell_recording(leg, verb, document, recording, "in-progress")

    def _end_recording(self, leg: Leg, verb: Element, document: Document, dialled: _Dialled) -> None:
        if (recording := dialled.recording) is None:
            return
        recording.seconds = round((self._x.now() - recording.created_at).total_seconds())
        recording.status = "completed"
        self._tell_recording(leg, verb, document, recording, "completed")

    def _tell_recording(self, leg: Leg, verb: Element, document: Document, recording: Recording, event: str) -> None:
        url = verb.attributes.get("recordingStatusCallback")
        if url and event in verb.words("recordingStatusCallbackEvent", "completed"):
            method = verb.attributes.get("recordingStatusCallbackMethod", "POST")
            self._webhooks.tell_recording(recording, leg, self._webhooks.address(document, url, method, leg), event)

    def _detect_machine(self, child: Leg, phone: Phone, address: Address) -> Steps[None]:
        """Asynchronous answering machine detection: says what picked up, some seconds after it did."""
        if phone.picks_up is None:
            return
        yield from wait(phone.picks_up + 4.0)
        child.answered_by = "machine_start" if phone.is_machine else "human"
        form = {
            "AccountSid": self._x.account_sid,
            "CallSid": child.sid,
            "AnsweredBy": child.answered_by,
            "MachineDetectionDuration": "3120",
        }
        self._x.transcript.note(Kind.CALL, f"picked up by: {child.answered_by}", who=child.to, about=child.sid)
        self._webhooks.call_back(address, form, who=child.to, about=child.sid)


def _whom(noun: Element) -> str:
    """Return the number, or the address in the form that the network uses for browsers and SIP phones."""
    if noun.name == "Client":
        identity = next((child.text for child in noun.children if child.name == "Identity"), noun.text)
        return f"client:{identity}"
    if noun.name == "Sip" and not noun.text.startswith("sip:"):
        return f"sip:{noun.text}"
    return noun.text
