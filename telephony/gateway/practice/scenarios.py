"""Scripted calls and texts, read from the TOML files beside this module, played over the control side and checked."""

import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telephony.gateway.practice.control import PracticeControl, PracticeRefused
from telephony.gateway.practice.phones import Caller, Phone, RingsOut, read_phone
from telephony.gateway.practice.reading import build
from telephony.gateway.practice.transcript import Event, Kind

FOLDER = Path(__file__).parent / "scenarios"
# The duty phones of the demo organisation. A scenario that does not name one lets it ring out.
DUTY_PHONES = ("+447700900110", "+447700900111", "+447700900112", "+447700900113")
DEMO_LINES = ("+18885550100", "+18885550101")


class BadScenario(Exception):
    """The file says something that no scenario can mean; the text says what."""


@dataclass(frozen=True)
class Expectation:
    """What must be true of the transcript afterwards. What is None is not looked at.

    rung: these numbers were rung, in this order (others may come between)
    not_rung: these were not
    legs: how each of these legs ended, in Twilio's words, by number
    talks_with: the caller talked with this number; blank: with nobody
    message_seconds: a message of this length was left; 0: none was
    asked: these paths of the application were asked
    ends: how the call ended, in Twilio's words
    problems: the network complained of nothing (false: it may have)
    """

    rung: tuple[str, ...] | None = None
    not_rung: tuple[str, ...] = ()
    legs: dict[str, str] = field(default_factory=dict)
    talks_with: str | None = None
    message_seconds: int | None = None
    asked: tuple[str, ...] = ()
    ends: str | None = None
    problems: bool = False


@dataclass(frozen=True)
class Scenario:
    name: str
    about: str
    phones: dict[str, Phone] = field(default_factory=dict)
    call: dict[str, Any] | None = None
    caller: Caller = field(default_factory=Caller)
    texts: tuple[dict[str, str], ...] = ()
    expect: Expectation = field(default_factory=Expectation)


def names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str, folder: Path = FOLDER) -> Scenario:
    """Read one scenario; raises BadScenario where there is none of this name or its file cannot be understood."""
    file = folder / f"{name}.toml"
    if name not in {each.stem for each in folder.glob("*.toml")}:
        raise BadScenario(f"there is no scenario {name}; there are: {', '.join(names())}")
    try:
        return read(name, tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise BadScenario(f"{file.name}: {wrong}") from wrong


def read(name: str, values: dict[str, Any]) -> Scenario:
    call = values.get("call")
    caller = Caller()
    if call is not None:
        call = dict(call)
        parties = {"from": str(call.pop("from")), "to": str(call.pop("to"))}
        reactions = call.pop("does", ())
        caller = Caller.from_json({**call, "reactions": reactions})
        call = parties
    expect = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.get("expect", {}).items()
    }
    return Scenario(
        name=name,
        about=str(values["about"]),
        phones={number: RingsOut() for number in DUTY_PHONES}
        | {str(number): read_phone(phone) for number, phone in values.get("phones", {}).items()},
        call=call,
        caller=caller,
        texts=tuple(dict(text) for text in values.get("text", ())),
        expect=build(Expectation, expect),
    )


@dataclass(frozen=True)
class Outcome:
    """What happened, and every expectation that it failed, as sentences."""

    scenario: Scenario
    events: list[Event]
    failed: list[str]

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.name,
            "about": self.scenario.about,
            "ok": not self.failed,
            "failed": self.failed,
            "events": [event.as_json() for event in self.events],
        }


def play(scenario: Scenario, control: PracticeControl, *, within: float = 60.0) -> Outcome:
    """Play a scenario on a network and check it. `within`: real seconds after which it counts as failed."""
    begins_after = int(control.state()["events"])
    control.set_phones(scenario.phones)
    about = [control.text(from_=text["from"], to=text["to"], body=text.get("body", "")).sid for text in scenario.texts]
    failed: list[str] = []
    if scenario.call is not None:
        call = control.call(from_=scenario.call["from"], to=scenario.call["to"], caller=scenario.caller)
        about.append(call.sid)
        if not _wait_until_over(control, call.sid, begins_after, within):
            failed.append(f"the call was not over after {within:g} s")
            control.hang_up(call.sid)
    try:
        control.settle(within=min(within, 10.0))
    except PracticeRefused:
        # Somebody else plays on this network meanwhile: what belongs to this call is in the transcript all the same.
        failed = failed if scenario.call is not None else ["the network did not come to rest"]
    events = control.transcript(after=begins_after)
    return Outcome(scenario, events, failed + check(scenario.expect, events, about))


def _wait_until_over(control: PracticeControl, sid: str, after: int, within: float) -> bool:
    ends_at = time.monotonic() + within
    while (left := ends_at - time.monotonic()) > 0:
        events = control.transcript(after=after, wait=min(left, 5.0))
        if any(_is_end_of(event, sid) for event in events):
            return True
        after = events[-1].number if events else after
    return False


def _is_end_of(event: Event, sid: str) -> bool:
    return event.about == sid and event.kind is Kind.CALL and "status" in event.details


def check(expect: Expectation, events: Sequence[Event], about: Sequence[str]) -> list[str]:
    """Return a sentence for every expectation that the transcript fails. `about`: the SIDs of the scenario's call and texts."""
    failed: list[str] = []
    rung = [event.who for event in events if event.kind is Kind.CALL and event.text == "is dialled"]
    if expect.rung is not None and not _in_order(expect.rung, rung):
        failed.append(f"rung in order should be {_list(expect.rung)}; it was {_list(rung)}")
    failed += [f"{number} should not have been rung" for number in expect.not_rung if number in rung]
    ended = {event.who: str(event.details["status"]) for event in events if _is_end_of(event, event.about)}
    failed += [
        f"{number} should have ended {status}; it was {ended.get(number, 'not rung')}"
        for number, status in expect.legs.items()
        if ended.get(number) != status
    ]
    talks = [event.text.removeprefix("talks with ") for event in events if "bridged" in event.details]
    if expect.talks_with is not None and talks != ([expect.talks_with] if expect.talks_with else []):
        failed.append(f"the caller should have talked with {expect.talks_with or 'nobody'}; it was {_list(talks)}")
    messages = [event.details["seconds"] for event in events if "recording" in event.details]
    if expect.message_seconds is not None and messages != ([expect.message_seconds] if expect.message_seconds else []):
        failed.append(f"a message of {expect.message_seconds} s should have been left; there were {messages}")
    asked = [event.text for event in events if event.kind in {Kind.ASKED, Kind.TOLD}]
    failed += [f"{path} was not asked" for path in expect.asked if not any(f" {path}" in line for line in asked)]
    ends = [str(event.details["status"]) for event in events if event.about in about and _is_end_of(event, event.about)]
    if expect.ends is not None and ends != [expect.ends]:
        failed.append(f"the call should have ended {expect.ends}; it was {_list(ends)}")
    if not expect.problems:
        failed += [f"the network complained: {event.text}" for event in events if event.kind is Kind.PROBLEM]
    return failed


def _in_order(wanted: Sequence[str], found: Sequence[str]) -> bool:
    rest = iter(found)
    return all(number in rest for number in wanted)


def _list(numbers: Sequence[str]) -> str:
    return ", ".join(numbers) or "nobody"
