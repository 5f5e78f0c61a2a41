"""What happens on one leg: it is answered, it reaches a stage, the person on it presses, speaks, hangs up, it ends."""

from telephony.gateway.practice.exchange import Exchange
from telephony.gateway.practice.legs import HungUp, Key, Leg, PickedUp, Spoken, Status, Words
from telephony.gateway.practice.phones import Phone, Reaction, Stage
from telephony.gateway.practice.scheduler import Steps, listen, wait
from telephony.gateway.practice.transcript import Kind
from telephony.gateway.practice.webhooks_out import Webhooks

REACHING_THE_NETWORK = 0.5  # practice seconds before a phone rings or is found busy
WORDS_PER_SECOND = 2.5  # an unhurried voice


def seconds_to_say(text: str) -> float:
    return max(1.0, round(len(text.split()) / WORDS_PER_SECOND, 1))


class Floor:
    def __init__(self, exchange: Exchange, webhooks: Webhooks) -> None:
        self._x = exchange
        self._webhooks = webhooks

    def note(self, leg: Leg, text: str, *, kind: Kind = Kind.CALL, **details: object) -> None:
        self._x.transcript.note(kind, text, who=leg.person, about=leg.sid, **details)

    def hear(self, leg: Leg, text: str, **details: object) -> None:
        leg.heard.append(text)
        self.note(leg, f"hears: {text}", kind=Kind.HEARD, **details)

    def enter(self, leg: Leg, stage: Stage) -> None:
        """Begin a stage; what the person means to do in it is set going."""
        leg.stage = stage
        for process, reaction in leg.reactions:
            if not reaction.stays or stage is Stage.OVER:
                self._x.scheduler.cancel(process)
        leg.reactions = [(process, reaction) for process, reaction in leg.reactions if not process.done]
        for place, reaction in enumerate(leg.script):
            if reaction.stage is stage and leg.done.get(place, 0) < reaction.times:
                react = self._react(leg, place, reaction)
                leg.reactions.append((self._x.scheduler.spawn(react, after=reaction.after), reaction))

    def carry_on(self, leg: Leg, stage: Stage) -> None:
        """Be in a stage, without beginning it anew."""
        if leg.stage is not stage:
            self.enter(leg, stage)

    def _react(self, leg: Leg, place: int, reaction: Reaction) -> Steps[None]:
        if leg.gone or leg.done.get(place, 0) >= reaction.times:
            return
        leg.done[place] = leg.done.get(place, 0) + 1
        if reaction.press is not None:
            for digit in reaction.press:
                self.press(leg, digit)
                yield from wait(0.2)
        if reaction.speak is not None:
            self.speak(leg, reaction.speak)
        if reaction.say is not None:
            self.say(leg, reaction.say)
        if reaction.hang_up:
            self.hang_up(leg)

    def take_keys(self, leg: Leg) -> None:
        """Notice keys from now on; those pressed before are lost."""
        leg.takes_keys = True
        if leg.process is not None:
            leg.process.inbox.clear()

    def press(self, leg: Leg, digit: str) -> None:
        """Press one key; the network only notices where it waits for keys."""
        if leg.process is None or leg.is_over:
            return
        unheard = "" if leg.takes_keys else " (nobody waits for a key)"
        self.note(leg, f"presses {digit}{unheard}", kind=Kind.DID, key=digit)
        if leg.takes_keys:
            self._x.scheduler.tell(leg.process, Key(digit))

    def speak(self, leg: Leg, seconds: float) -> None:
        if leg.process is not None and not leg.is_over:
            self.note(leg, f"speaks for {seconds:g} s", kind=Kind.DID, seconds=seconds)
            if leg.stage is Stage.RECORDING:
                self._x.scheduler.tell(leg.process, Spoken(seconds))

    def say(self, leg: Leg, words: str) -> None:
        if leg.process is not None and not leg.is_over:
            self.note(leg, f"says: {words}", kind=Kind.DID, words=words)
            if leg.takes_keys:
                self._x.scheduler.tell(leg.process, Words(words))

    def pick_up(self, leg: Leg) -> None:
        if leg.process is not None and leg.stage is Stage.RINGING:
            self._x.scheduler.tell(leg.process, PickedUp())

    def hang_up(self, leg: Leg) -> None:
        """The person on this leg hangs up. Twice is once."""
        if leg.process is None or leg.is_over or leg.gone:
            return
        leg.gone = True
        self.note(leg, "hangs up", kind=Kind.DID, stage=leg.stage)
        self._x.scheduler.interrupt(leg.process, HungUp())

    def release(self, leg: Leg, *, status: Status | None = None, sip_code: str | None = None) -> None:
        """The network ends this leg."""
        if leg.process is None or leg.is_over or leg.gone:
            return
        leg.gone = True
        self._x.scheduler.interrupt(leg.process, HungUp("network", status=status, sip_code=sip_code))

    def answer(self, leg: Leg) -> None:
        if leg.answered_at is not None or leg.gone:
            return
        leg.answered_at = self._x.now()
        leg.status = Status.IN_PROGRESS

    def ring(self, leg: Leg, phone: Phone) -> Steps[None]:
        """Ring a phone until it is picked up; raises HungUp where it is busy or cannot be reached, or when the leg is released."""
        leg.status = Status.INITIATED
        self.note(leg, "is dialled", from_=leg.from_)
        self._webhooks.tell_status(leg, "initiated")
        yield from wait(REACHING_THE_NETWORK)
        if phone.refuses is not None:
            raise HungUp(
                "network", status=Status(phone.refuses), sip_code="486" if phone.refuses == Status.BUSY else "404"
            )
        leg.status = Status.RINGING
        self.note(leg, "rings")
        self.enter(leg, Stage.RINGING)
        self._webhooks.tell_status(leg, "ringing")
        if phone.picks_up is not None:
            yield from wait(phone.picks_up)
        else:
            while not isinstance((yield from listen(None)), PickedUp):
                continue
        self.answer(leg)
        self.note(leg, "picks up")
        leg.sip_code = "200"
        self.enter(leg, Stage.ANSWERED)
        self._webhooks.tell_status(leg, "answered")

    def finish(self, leg: Leg, end: HungUp | None = None) -> None:
        """End a leg and tell whoever asked for its `completed` event. Twice is once."""
        if leg.ended_at is not None:
            return
        leg.ended_at = self._x.now()
        leg.gone = True
        unanswered = Status.COMPLETED if leg.direction == "inbound" else Status.CANCELED
        leg.status = Status.COMPLETED if leg.answered_at is not None else unanswered
        if end is not None and end.status is not None:
            leg.status = end.status
        if end is not None and end.sip_code is not None:
            leg.sip_code = end.sip_code
        elif leg.status is Status.CANCELED:
            leg.sip_code = "487"
        self.note(leg, f"leg ends: {leg.status}", status=leg.status, seconds=leg.seconds)
        self.enter(leg, Stage.OVER)
        self._webhooks.tell_status(leg, "completed")
