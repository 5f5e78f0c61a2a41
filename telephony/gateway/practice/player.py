"""Plays TwiML on a leg, verb by verb, with Twilio's rules for what comes next."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from telephony.gateway.practice.dialling import Dialling
from telephony.gateway.practice.exchange import Exchange
from telephony.gateway.practice.floor import Floor, seconds_to_say
from telephony.gateway.practice.grammar import Document, Element
from telephony.gateway.practice.legs import HungUp, Key, Leg, SentElsewhere, Source, Status, Words
from telephony.gateway.practice.phones import Phone, Stage
from telephony.gateway.practice.recording import Recorder
from telephony.gateway.practice.rooms import Rooms
from telephony.gateway.practice.scheduler import Steps, listen, wait
from telephony.gateway.practice.sounds import Sounds
from telephony.gateway.practice.webhooks_out import Webhooks

MOST_DOCUMENTS = (
    200  # ours, so that a loop ends where waiting costs no time; in life the call would end after four hours
)
APOLOGY = "We are sorry, an application error has occurred. Goodbye."
NOT_PLAYED = {"Enqueue", "Leave", "Sms"}


@dataclass
class _Collected:
    digits: str = ""
    finished_on: str = ""
    words: str = ""
    finished: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.digits and not self.words and not self.finished


class Player:
    def __init__(self, exchange: Exchange, webhooks: Webhooks, floor: Floor) -> None:
        self._x = exchange
        self._webhooks = webhooks
        self._floor = floor
        self._sounds = Sounds(exchange, webhooks)
        self._recorder = Recorder(exchange, webhooks, floor)
        self.rooms = Rooms(exchange, webhooks, floor, self._hear)
        self._dialling = Dialling(exchange, webhooks, floor, self._play_whisper, self._play_from)

    def inbound(self, leg: Leg, source: Source) -> Steps[None]:
        """The life of a call that somebody makes to a line."""
        end: HungUp | None = None
        try:
            leg.status = Status.RINGING
            self._floor.enter(leg, Stage.DIALLING)
            yield from self._play_from(leg, source)
        except HungUp as hung_up:
            end = hung_up
        self._floor.finish(leg, end)

    def outbound(self, leg: Leg, phone: Phone, source: Source, timeout: float) -> Steps[None]:
        """The life of a call that the application makes over REST."""
        end: HungUp | None = None
        ringing_for = self._x.scheduler.spawn(self._give_up_ringing(leg), after=timeout)
        try:
            yield from self._floor.ring(leg, phone)
            self._x.scheduler.cancel(ringing_for)
            yield from self._play_from(leg, source)
        except HungUp as hung_up:
            end = hung_up
        self._x.scheduler.cancel(ringing_for)
        self._floor.finish(leg, end)

    def _give_up_ringing(self, leg: Leg) -> Steps[None]:
        if leg.answered_at is None:
            self._floor.release(leg, status=Status.NO_ANSWER, sip_code="487")
        yield from wait(0)

    def _play_whisper(self, leg: Leg, source: Source) -> Steps[None]:
        """Play a called leg's own document; raises HungUp where it ends the leg, comes back where the two sides may be joined."""
        document = yield from self._webhooks.fetch(leg, source)
        if document is None:
            raise HungUp("network")
        yield from self._play_documents(leg, document)

    def _play_from(self, leg: Leg, source: Source) -> Steps[None]:
        following: Source | None = source
        while following is not None:
            try:
                document = yield from self._webhooks.fetch(leg, following)
                if document is None:
                    yield from self._apologise(leg)
                    return
                yield from self._play_documents(leg, document)
                following = None
            except SentElsewhere as sent:
                following = sent.source

    def _apologise(self, leg: Leg) -> Steps[None]:
        self._floor.answer(leg)
        self._floor.hear(leg, APOLOGY)
        yield from wait(seconds_to_say(APOLOGY))

    def _play_documents(self, leg: Leg, document: Document) -> Steps[None]:
        """Play a document and those that it leads to, until one ends."""
        for _ in range(MOST_DOCUMENTS):
            source = yield from self._play(leg, document)
            if source is None:
                return
            following = yield from self._webhooks.fetch(leg, source)
            if following is None:
                yield from self._apologise(leg)
                raise HungUp("network")
            document = following
        self._webhooks.complain(11215, f"more than {MOST_DOCUMENTS} documents in one call: a loop", leg=leg)
        raise HungUp("network")

    def _play(self, leg: Leg, document: Document) -> Steps[Source | None]:
        """Play the verbs in order; return what is asked for next, None at the end of the document."""
        for place, verb in enumerate(document.verbs):
            if verb.name == "Reject":
                self._reject(leg, verb, is_first=place == 0)
            is_ringing_on = verb.name == "Dial" and place == 0 and verb.yes("answerOnBridge")
            if not is_ringing_on:
                self._floor.answer(leg)
            source = yield from self._play_verb(leg, verb, document, document.verbs[place + 1 :])
            if source is not None:
                return source
        return None

    def _play_verb(self, leg: Leg, verb: Element, document: Document, rest: Sequence[Element]) -> Steps[Source | None]:
        match verb.name:
            case "Say" | "Play" | "Pause":
                self._floor.carry_on(leg, _stage_of_words(leg, rest))
                yield from wait((yield from self._hear(leg, verb, document)))
            case "Gather":
                return (yield from self._gather(leg, verb, document))
            case "Dial" if any(noun.name == "Queue" for noun in verb.children):
                self._refuse(leg, "<Dial><Queue>")
            case "Dial":
                self._refuse_dial_in_whisper(leg)
                room = next((noun for noun in verb.children if noun.name == "Conference"), None)
                if room is not None:
                    return (yield from self.rooms.join(leg, verb, room, document))
                return (yield from self._dialling.dial(leg, verb, document))
            case "Record":
                return (yield from self._recorder.record(leg, verb, document))
            case "Redirect":
                method = verb.attributes.get("method", "POST")
                return Source(self._webhooks.address(document, verb.text, method, leg))
            case "Hangup":
                raise HungUp("application")
            case name if name in NOT_PLAYED:
                self._refuse(leg, f"<{name}>")
            case name:
                self._webhooks.complain(12200, f"<{name}> is no verb for a call", leg=leg)
        return None

    def _refuse(self, leg: Leg, what: str) -> None:
        """Say clearly what this network cannot play, and end the call, rather than pretend."""
        self._webhooks.complain(13750, f"the practice network does not play {what} yet", leg=leg)
        raise HungUp("network")

    def _refuse_dial_in_whisper(self, leg: Leg) -> None:
        if leg.direction == "outbound-dial" and not leg.apart:
            self._webhooks.complain(13201, "<Dial> on a dialled leg", leg=leg)
            raise HungUp("network")

    def _reject(self, leg: Leg, verb: Element, *, is_first: bool) -> None:
        """Only as the first verb it costs nothing and the call is never answered; later it is a hang-up."""
        if is_first and leg.answered_at is None:
            busy = verb.attributes.get("reason") == "busy"
            raise HungUp("application", status=Status.BUSY if busy else Status.NO_ANSWER)
        raise HungUp("application")

    def _hear(self, leg: Leg, verb: Element, document: Document) -> Steps[float]:
        """Let the leg hear this verb; return how many seconds it takes."""
        match verb.name:
            case "Say":
                self._floor.hear(leg, verb.text, voice=verb.attributes.get("voice", ""))
                return seconds_to_say(verb.text) * max(1, verb.whole("loop", 1))
            case "Play" if verb.text:
                seconds = yield from self._sounds.fetch(leg, self._webhooks.address(document, verb.text, "GET", leg))
                self._floor.hear(leg, f"[sound {verb.text.rsplit('/', 1)[-1]}]", url=verb.text)
                return seconds * max(1, verb.whole("loop", 1))
            case "Play":
                return 0.5 * len(verb.attributes.get("digits", ""))
            case _:
                return float(verb.whole("length", 1))

    def _gather(self, leg: Leg, verb: Element, document: Document) -> Steps[Source | None]:
        """Collect keys or words. Without any, no request and the next verb; without an action, the same document again."""
        self._floor.enter(leg, Stage.MENU)
        self._floor.take_keys(leg)
        try:
            collected = yield from self._collect(leg, verb, document)
        finally:
            leg.takes_keys = False
        if collected.is_empty and not verb.yes("actionOnEmptyResult"):
            return None
        method = verb.attributes.get("method", "POST")
        address = self._webhooks.address(document, verb.attributes.get("action", document.url), method, leg)
        if collected.words:
            return Source(address, {"SpeechResult": collected.words, "Confidence": "0.91", "Language": "en-US"})
        extra = {"Digits": collected.digits, "FinishedOnKey": collected.finished_on, "msg": "Gather End"}
        return Source(address, extra)

    def _collect(self, leg: Leg, verb: Element, document: Document) -> Steps[_Collected]:
        """Listen during the nested words and for `timeout` seconds after the last of them, or after the last key."""
        collected = _Collected()
        prompts = deque(verb.children)
        inputs = verb.words("input", "dtmf")
        most = verb.whole("numDigits", 0)
        finish = verb.attributes.get("finishOnKey", "#")
        while not collected.finished:
            prompt = prompts.popleft() if prompts else None
            seconds = float(verb.whole("timeout", 5))
            if prompt is not None:
                seconds = yield from self._hear(leg, prompt, document)
            match (yield from listen(seconds)):
                case None if prompt is None:
                    return collected
                case Key(digit) if "dtmf" in inputs:
                    prompts.clear()
                    if digit in finish:
                        collected.finished_on, collected.finished = digit, True
                    else:
                        collected.digits += digit
                        collected.finished = len(collected.digits) == most
                case Words(text) if "speech" in inputs:
                    collected.words, collected.finished = text, True
                case _:
                    pass
        return collected


def _stage_of_words(leg: Leg, rest: Sequence[Element]) -> Stage:
    """Return where somebody stands who hears words: before a recording, after somebody was rung, or at the beginning."""
    for verb in rest:
        if verb.name == "Record":
            return Stage.PROMPT
        if verb.name in {"Gather", "Dial", "Redirect"}:
            break
    return Stage.MESSAGE if leg.has_rung_somebody else Stage.GREETING
