"""Texts on their way: from people to the application, from the application to people, and what is told of them."""

from collections.abc import Sequence

from telephony.gateway.practice.exchange import Exchange
from telephony.gateway.practice.grammar import Document, Element, Refused, read_twiml
from telephony.gateway.practice.legs import Address, Line
from telephony.gateway.practice.scheduler import Steps, wait
from telephony.gateway.practice.texting import (
    HELP_WORDS,
    START_WORDS,
    STOP_WORDS,
    Delivers,
    Fails,
    Message,
    Texting,
    Undelivered,
    segments_of,
)
from telephony.gateway.practice.transcript import Kind
from telephony.gateway.practice.transport import Answer, RequestFailed
from telephony.gateway.practice.webhooks_out import API_VERSION, Webhooks, geography

SENDING = 0.5  # practice seconds from the request to `sent`


class Texts:
    """All texts by SID, who opted out of which line, and how each number takes texts."""

    def __init__(self, exchange: Exchange, webhooks: Webhooks) -> None:
        self._x = exchange
        self._webhooks = webhooks
        self.messages: dict[str, Message] = {}
        self.behaviours: dict[str, Texting] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self._asked: dict[str, int] = {}

    def receive(
        self,
        *,
        from_: str,
        to: str,
        body: str,
        media: Sequence[tuple[str, bytes]] = (),
        extra: dict[str, str] | None = None,
    ) -> Message:
        """A person texts a line: keywords are obeyed by the network itself, whether or not the application works."""
        line = self._x.lines.get(to)
        if line is None:
            message = f"{to} is none of our lines"
            raise ValueError(message)
        kept = [(self._x.sids.new("ME"), kind, content) for kind, content in media]
        text = Message(
            self._x.sids.new("MM" if media else "SM"), from_, to, body, "inbound", self._x.now(), "received",
            sent_at=self._x.now(), media=kept, segments=segments_of(body),
        )  # fmt: skip
        self.messages[text.sid] = text
        self._x.transcript.note(Kind.TEXT, f"texts: {body}", who=from_, about=text.sid, body=body)
        self._obey_keyword(text)
        self._x.scheduler.spawn(self._bring(text, line, extra or {}))
        return text

    def _obey_keyword(self, text: Message) -> None:
        word = text.body.strip().upper()
        if word in STOP_WORDS:
            self.opted_out.add((text.to, text.from_))
        elif word in START_WORDS:
            self.opted_out.discard((text.to, text.from_))
        elif word not in HELP_WORDS:
            return
        self._x.transcript.note(Kind.TEXT, f"the network answers {word} by itself", who=text.from_, about=text.sid)

    def _bring(self, text: Message, line: Line, extra: dict[str, str]) -> Steps[None]:
        """Ask the line's address, then its fallback; a <Message> in the answer goes back to the sender."""
        form = self._form_of(text) | extra
        document: Document | None = None
        told: dict[str, str] = {}
        for address in (line.sms, line.sms_fallback):
            if address is None:
                continue
            try:
                answer = yield from self._webhooks.request(text.sid, text.from_, address, form | told)
                document = _read_reply(answer)
                break
            except (RequestFailed, Refused) as failure:
                told = {"ErrorCode": str(failure.code), "ErrorUrl": address.url}
                self._x.transcript.note(
                    Kind.PROBLEM, f"error {failure.code}: {failure.why}", who=text.from_, about=text.sid,
                    code=failure.code, url=address.url,
                )  # fmt: skip
        for verb in document.verbs if document is not None else ():
            self._reply(text, verb)

    def _reply(self, text: Message, verb: Element) -> None:
        if verb.name != "Message":
            self._webhooks.complain(14110, f"<{verb.name}> in an answer to a text")
            return
        body = next((child.text for child in verb.children if child.name == "Body"), verb.text)
        self.send(from_=text.to, to=verb.attributes.get("to", text.from_), body=body, direction="outbound-reply")

    def _form_of(self, text: Message) -> dict[str, str]:
        form = {
            "AccountSid": self._x.account_sid,
            "ApiVersion": API_VERSION,
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "SmsMessageSid": text.sid,
            "SmsStatus": "received",
            "From": text.from_,
            "To": text.to,
            "Body": text.body,
            "NumMedia": str(len(text.media)),
            "NumSegments": str(text.segments),
            "ReferralNumMedia": "0",
            **geography(From=text.from_, To=text.to),
        }
        for number, (sid, kind, _content) in enumerate(text.media):
            form[f"MediaUrl{number}"] = self.media_url(text, sid)
            form[f"MediaContentType{number}"] = kind
        return form | dict(self._x.quirks.extra_parameters)

    def media_url(self, text: Message, sid: str) -> str:
        account = f"{self._x.base_url}/{API_VERSION}/Accounts/{self._x.account_sid}"
        return f"{account}/Messages/{text.sid}/Media/{sid}"

    def behaviour_this_time(self, number: str) -> Texting:
        """Count a text to this number and return what becomes of it."""
        time = self._asked.get(number, 0)
        self._asked[number] = time + 1
        behaviour = self.behaviours.get(number, Delivers())
        times = getattr(behaviour, "times", None)
        return behaviour if times is None or time < times else Delivers()

    def send(
        self,
        *,
        from_: str,
        to: str,
        body: str,
        direction: str = "outbound-api",
        status_callback: Address | None = None,
        behaviour: Texting | None = None,
    ) -> Message:
        """Take a text from the application; its way to the phone goes on by itself."""
        text = Message(
            self._x.sids.new("SM"), from_, to, body, direction, self._x.now(),
            status_callback=status_callback, segments=segments_of(body),
        )  # fmt: skip
        self.messages[text.sid] = text
        self._x.transcript.note(Kind.TEXT, f"is texted: {body}", who=to, about=text.sid, body=body)
        how = behaviour or self.behaviour_this_time(to)
        if not (isinstance(how, Delivers) and how.before_answer):
            self._x.scheduler.spawn(self._carry(text, how))
        return text

    def _carry(self, text: Message, how: Texting) -> Steps[None]:
        yield from wait(SENDING)
        if text.status == "canceled":
            return
        match how:
            case Fails(code):
                self._move(text, "failed", error=code)
            case Undelivered(code, after):
                self._move(text, "sent")
                yield from wait(after)
                self._move(text, "undelivered", error=code)
            case Delivers(after, backwards=backwards, twice=twice):
                times = 2 if twice else 1
                for status in ("delivered", "sent") if backwards else ("sent", "delivered"):
                    self._move(text, status, times=times)
                    yield from wait(after if status == "sent" else 0)
            case _:
                self._move(text, "sent")
                yield from wait(Delivers.after)
                self._move(text, "delivered")

    def _move(self, text: Message, status: str, *, error: int | None = None, times: int = 1) -> None:
        if text.status not in {"delivered", "undelivered", "failed"}:
            text.status = status
        text.error_code = error
        text.updated_at = self._x.now()
        text.sent_at = text.sent_at or (self._x.now() if status == "sent" else None)
        code = f" ({error})" if error else ""
        self._x.transcript.note(Kind.TEXT, f"text is {status}{code}", who=text.to, about=text.sid, status=status)
        for _ in range(times):
            form = self.status_form(text, status)
            self._webhooks.call_back(text.status_callback, form, who=text.to, about=text.sid)

    def status_form(self, text: Message, status: str) -> dict[str, str]:
        form = {
            "AccountSid": self._x.account_sid,
            "ApiVersion": API_VERSION,
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "From": text.from_,
            "To": text.to,
        }
        if text.error_code is not None:
            form["ErrorCode"] = str(text.error_code)
        if status in {"delivered", "undelivered"}:
            form["RawDlrDoneDate"] = self._x.now().strftime("%y%m%d%H%M")
        return form | dict(self._x.quirks.extra_parameters)

    def received_by(self, number: str) -> list[Message]:
        return [text for text in self.messages.values() if text.to == number]

    def carry_now(self, text: Message) -> None:
        """Bring a text to its phone at once and tell so before going on: from the thread that answers the REST request."""
        for status in ("sent", "delivered"):
            with self._x.scheduler.changed:
                text.status, text.updated_at = status, self._x.now()
                text.sent_at = text.sent_at or text.updated_at
                self._x.transcript.note(Kind.TEXT, f"text is {status}", who=text.to, about=text.sid, status=status)
                form = self.status_form(text, status)
            if text.status_callback is not None:
                self._webhooks.call_back_now(text.status_callback, form, who=text.to, about=text.sid)


def _read_reply(answer: Answer) -> Document:
    """Read the answer to a text: TwiML, or nothing at all with 204."""
    if answer.status == 204 and not answer.body:
        return Document([], [], answer.url)
    return read_twiml(answer.body, url=answer.url, content_type=answer.content_type)
