"""The control side: another process sets phones, rings, presses keys and reads the transcript. JSON, with the auth token as bearer."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

from telephony.gateway.practice.clock import Pace
from telephony.gateway.practice.legs import Leg
from telephony.gateway.practice.network import NotQuiet, PracticeNetwork
from telephony.gateway.practice.phones import Caller, Stage, read_phone
from telephony.gateway.practice.quirks import Quirks
from telephony.gateway.practice.rest import RestAnswer, RestSide, as_json
from telephony.gateway.practice.texting import read_texting

LONGEST_WAIT = 60.0  # real seconds of a long poll

Values = dict[str, Any]


class _Wrong(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class ControlSide:
    def __init__(self, network: PracticeNetwork, rest: RestSide) -> None:
        self._network = network
        self._rest = rest
        self._routes: dict[tuple[str, str], Callable[[Values], object]] = {
            ("GET", "state"): self._state,
            ("GET", "transcript"): self._transcript,
            ("GET", "call"): lambda values: self._leg(values).as_json(),
            ("GET", "texts"): self._texts,
            ("GET", "requests"): self._requests,
            ("POST", "lines"): self._add_line,
            ("POST", "phones"): self._set_phones,
            ("POST", "texting"): self._set_texting,
            ("POST", "quirks"): self._set_quirks,
            ("POST", "recordings"): self._set_recordings,
            ("POST", "call"): self._call,
            ("POST", "press"): self._press,
            ("POST", "say"): self._say,
            ("POST", "pick-up"): self._pick_up,
            ("POST", "hang-up"): self._hang_up,
            ("POST", "text"): self._text,
            ("POST", "advance"): self._advance,
            ("POST", "settle"): self._settle,
        }

    def answer(self, method: str, path: str, query: Values, body: bytes, authorization: str) -> RestAnswer:
        """Answer one control request: 200 with JSON, or 400, 401, 404, 405, 409 with `{"error": …}`."""
        name = path.removeprefix("/practice/").strip("/")
        try:
            if not hmac.compare_digest(authorization.encode(), f"Bearer {self._network.auth_token}".encode()):
                raise _Wrong(401, "the bearer is not this network's auth token")
            act = self._routes.get((method, name))
            if act is None:
                known = {route for _, route in self._routes}
                raise _Wrong(405 if name in known else 404, f"no {method} {name}")
            values = query if method == "GET" else json.loads(body or b"{}")
            if not isinstance(values, dict):
                raise _Wrong(400, "the body is not an object")
            return as_json(act(values))
        except _Wrong as wrong:
            return as_json({"error": str(wrong)}, wrong.status)
        except NotQuiet as busy:
            return as_json({"error": str(busy)}, 409)
        except KeyError as missing:
            return as_json({"error": f"missing or unknown: {missing}"}, 400)
        except (ValueError, TypeError) as wrong_value:
            return as_json({"error": str(wrong_value)}, 400)

    def _leg(self, values: Values) -> Leg:
        """Return the leg named by `sid`, or the live one at `number`."""
        if "sid" in values:
            leg = self._network.shelf.legs.get(values["sid"])
        else:
            leg = self._network.ringing_at(values["number"])
        if leg is None:
            raise _Wrong(404, "no such call")
        return leg

    def _state(self, _values: Values) -> Values:
        network = self._network
        return {
            "account_sid": network.account_sid,
            "at": network.at.isoformat(),
            "pace": network.pace,
            "public_url": network.public_url,
            "lines": sorted(network.exchange.lines),
            "phones": {number: phone.as_json() for number, phone in network.phones.items()},
            "texting": {number: texting.as_json() for number, texting in network.texting.items()},
            "quirks": network.quirks.as_json(),
            "calls": [leg.as_json() for leg in network.shelf.live_legs()],
            "events": len(network.transcript.after()),
        }

    def _transcript(self, values: Values) -> Values:
        wait = min(float(values.get("wait", 0)), LONGEST_WAIT)
        events = self._network.transcript.after(int(values.get("after", 0)), wait=wait)
        return {"events": [event.as_json() for event in events]}

    def _texts(self, values: Values) -> Values:
        number = values["number"]
        return {
            "texts": [
                text.as_json() for text in self._network.texts.messages.values() if number in {text.to, text.from_}
            ]
        }

    def _requests(self, _values: Values) -> Values:
        kept = [
            {"method": request.method, "path": request.path, "query": request.query, "form": request.form}
            for request in self._rest.requests
        ]
        return {"requests": kept}

    def _add_line(self, values: Values) -> Values:
        return {"number": self._network.add_line(str(values["number"])).number}

    def _set_phones(self, values: Values) -> Values:
        """`{"+44…": {"kind": "accepts", "after": 4}}`; all or nothing."""
        phones = {str(number): read_phone(phone) for number, phone in values.items()}
        self._network.phones.update(phones)
        return {"phones": sorted(phones)}

    def _set_texting(self, values: Values) -> Values:
        texting = {str(number): read_texting(how) for number, how in values.items()}
        self._network.texting.update(texting)
        return {"texting": sorted(texting)}

    def _set_quirks(self, values: Values) -> Values:
        self._network.quirks = Quirks.from_json(values)
        return self._network.quirks.as_json()

    def _set_recordings(self, values: Values) -> Values:
        self._rest.recording_missing_times = int(values.get("missing_times", 0))
        return {"missing_times": self._rest.recording_missing_times}

    def _call(self, values: Values) -> Values:
        caller = Caller.from_json(values.get("caller", {}))
        if caller.by_hand and self._network.pace is Pace.INSTANT:
            raise _Wrong(409, "nobody can play by hand where waiting costs no time")
        leg = self._network.call(
            from_=str(values["from"]), to=str(values["to"]), caller=caller, extra=values.get("extra")
        )
        return leg.as_json()

    def _press(self, values: Values) -> Values:
        keys = str(values["keys"])
        if set(keys) - set("0123456789*#"):
            raise _Wrong(400, "keys are 0 to 9, * and #")
        leg = self._leg(values)
        self._network.press(leg, keys)
        return leg.as_json()

    def _say(self, values: Values) -> Values:
        """Say words, and make sound for a recording as long as they take (or `seconds`)."""
        leg = self._leg(values)
        words = str(values.get("words", ""))
        if words:
            self._network.say(leg, words)
        if leg.stage is Stage.RECORDING:
            self._network.speak(leg, float(values.get("seconds", max(1, len(words.split()) // 2))))
        return leg.as_json()

    def _pick_up(self, values: Values) -> Values:
        leg = self._leg(values)
        self._network.pick_up(leg)
        return leg.as_json()

    def _hang_up(self, values: Values) -> Values:
        leg = self._leg(values)
        self._network.hang_up(leg)
        return leg.as_json()

    def _text(self, values: Values) -> Values:
        media = [(str(each["type"]), base64.b64decode(each["base64"])) for each in values.get("media", ())]
        text = self._network.text(
            from_=str(values["from"]), to=str(values["to"]), body=str(values.get("body", "")), media=media
        )
        return text.as_json()

    def _advance(self, values: Values) -> Values:
        self._network.advance(float(values["seconds"]))
        return {"at": self._network.at.isoformat()}

    def _settle(self, values: Values) -> Values:
        self._network.settle(within=min(float(values.get("within", 30)), LONGEST_WAIT))
        return {"at": self._network.at.isoformat()}
