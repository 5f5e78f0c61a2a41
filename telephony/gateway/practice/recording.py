"""<Record>: what the caller says after the beep, until silence, a key, the limit or a hang-up."""

from telephony.gateway.practice.exchange import Exchange
from telephony.gateway.practice.floor import Floor
from telephony.gateway.practice.grammar import Document, Element
from telephony.gateway.practice.legs import HungUp, Key, Leg, Recording, Source, Spoken, Status
from telephony.gateway.practice.phones import Stage
from telephony.gateway.practice.scheduler import Steps, listen, wait
from telephony.gateway.practice.webhooks_out import Webhooks

DEFAULT_LONGEST = 3600
DEFAULT_SILENCE = 5
ANY_KEY = "1234567890*#"
READY_AFTER = 1.0  # practice seconds from the end of the recording to its `completed` callback


class _Tape:
    """How much was said so far; seconds of practice time."""

    def __init__(self, at: float, longest: float, silence: float) -> None:
        self.began = at
        self.longest = longest
        self.silence = silence
        self.first_sound: float | None = None
        self.sound_until = at

    @property
    def ends_at(self) -> float:
        return min(self.began + self.longest, self.sound_until + self.silence)

    def hear(self, at: float, seconds: float) -> None:
        if self.first_sound is None:
            self.first_sound = at
        self.sound_until = max(self.sound_until, at + seconds)

    def seconds(self, at: float, *, trimmed: bool) -> int:
        """Return the length of the recording that ends now, 0 where nothing was said."""
        if self.first_sound is None:
            return 0
        end = min(at, self.sound_until, self.began + self.longest) if trimmed else at
        return max(1, round(end - (self.first_sound if trimmed else self.began)))


class Recorder:
    def __init__(self, exchange: Exchange, webhooks: Webhooks, floor: Floor) -> None:
        self._x = exchange
        self._webhooks = webhooks
        self._floor = floor

    def record(self, leg: Leg, verb: Element, document: Document) -> Steps[Source | None]:
        """Play a <Record>. An empty one makes no request and leads to the next verb; a caller who hangs up while speaking is
        told to the action with Digits=hangup and CallStatus=completed, and the answer is ignored."""
        if verb.yes("playBeep", default=True):
            self._floor.hear(leg, "[beep]")
        recording = Recording(self._x.sids.new("RE"), leg.sid, "RecordVerb", self._x.now())
        self._tell(leg, verb, document, recording, "in-progress")
        now = self._x.clock.seconds
        tape = _Tape(now(), verb.whole("maxLength", DEFAULT_LONGEST), verb.whole("timeout", DEFAULT_SILENCE))
        end: HungUp | None = None
        digits = ""
        self._floor.take_keys(leg)
        self._floor.enter(leg, Stage.RECORDING)
        try:
            digits = yield from self._listen(tape, verb.attributes.get("finishOnKey", ANY_KEY))
        except HungUp as hung_up:
            end, digits, leg.status = hung_up, "hangup", Status.COMPLETED
        finally:
            leg.takes_keys = False
        recording.seconds = tape.seconds(now(), trimmed=verb.attributes.get("trim") != "do-not-trim")
        source = self._keep(leg, verb, document, recording, digits)
        if end is None:
            return source
        if source is not None:
            yield from self._webhooks.fetch(leg, source)  # asked, and the answer ignored: nobody is there to hear it
        raise end

    def _listen(self, tape: _Tape, finish: str) -> Steps[str]:
        """Return the key that ended the recording, blank where silence or the limit did."""
        while True:
            now = self._x.clock.seconds()
            if now >= tape.ends_at:
                return ""
            match (yield from listen(tape.ends_at - now)):
                case Key(digit) if digit in finish:
                    return digit
                case Spoken(seconds):
                    tape.hear(self._x.clock.seconds(), seconds)
                case _:
                    pass

    def _keep(self, leg: Leg, verb: Element, document: Document, recording: Recording, digits: str) -> Source | None:
        if recording.seconds == 0:
            recording.status = "absent"
            self._tell(leg, verb, document, recording, "absent")
            return None
        recording.status = "completed"
        self._x.shelf.recordings[recording.sid] = recording
        self._floor.note(leg, f"recording of {recording.seconds} s", seconds=recording.seconds, recording=recording.sid)
        self._x.scheduler.spawn(self._tell_ready(leg, verb, document, recording), after=READY_AFTER)
        extra = {
            "RecordingUrl": self._webhooks.recording_url(recording),
            "RecordingSid": recording.sid,
            "RecordingDuration": str(recording.seconds),
            "Digits": digits,
        }
        method = verb.attributes.get("method", "POST")
        return Source(self._webhooks.address(document, verb.attributes.get("action", document.url), method, leg), extra)

    def _tell_ready(self, leg: Leg, verb: Element, document: Document, recording: Recording) -> Steps[None]:
        self._tell(leg, verb, document, recording, "completed")
        yield from wait(0)

    def _tell(self, leg: Leg, verb: Element, document: Document, recording: Recording, event: str) -> None:
        url = verb.attributes.get("recordingStatusCallback")
        if url and event in verb.words("recordingStatusCallbackEvent", "completed"):
            method = verb.attributes.get("recordingStatusCallbackMethod", "POST")
            self._webhooks.tell_recording(recording, leg, self._webhooks.address(document, url, method, leg), event)
