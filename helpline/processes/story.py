"""One night's call, played on a running line and told line by line. Every sentence is read back from the line itself."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from helpline.celery import app as celery
from helpline.core import clock
from helpline.processes.client import ApiClient, ApiRefused
from telephony.gateway.practice.control import PracticeControl, TextView
from telephony.gateway.practice.transcript import Event, Kind

STARTS_WITHIN = 180.0  # seconds, on a small machine that does other things too; measured 6 on a quiet one
HAPPENS_WITHIN = (
    120.0  # seconds from a fact to its showing; on a quiet machine the slowest sweep on this way runs every 5
)
LOOK_EVERY = 0.25  # seconds
LAWYERS = tuple(f"+447700900{last}" for last in range(121, 125))  # on stand-by in the demo organisation
REPLY = re.compile(r"\b([A-Z][2-9][A-Z]) yes\b")
LINK = re.compile(r"https?://\S+")
TOLD_KINDS = {Kind.CALL, Kind.HEARD, Kind.DID, Kind.TEXT, Kind.PROBLEM}
T = TypeVar("T")


class StepFailed(Exception):
    """The story cannot go on; the text is a sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Stage:
    """What the story is played on: the line's address and zone, its practice network, its API, and where its code is."""

    address: str
    zone: ZoneInfo
    network: PracticeControl
    root: Path
    tell: Callable[[str], None] = field(repr=False)

    def local(self, moment: str | datetime) -> str:
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return at.astimezone(self.zone).strftime("%a %H:%M")


def play(stage: Stage) -> None:
    """Play and tell the whole story. Raises StepFailed at the first thing that does not happen."""
    wait_for_the_line(stage)
    began = clock.now()
    stage.tell(f"\n── {stage.local(began)}, somebody calls the line")
    seen = play_the_call(stage)
    try:
        follow_up = tell_what_was_kept(stage, sign_in(stage, "supervisor"), began)
        # Supervisors read cases and coordinators know duty numbers: neither role has both.
        await_a_lawyer(stage, sign_in(stage, follow_up["owner"]), follow_up["case"])
        owner = sign_in(stage, "coordinator").get(f"staff/{follow_up['owner']}/")
        await_the_reminder(stage, follow_up, owner["duty_phone"], seen)
    except ApiRefused as refusal:
        raise StepFailed(f"The API refused: {refusal}.") from None


def wait_for_the_line(stage: Stage) -> None:
    """Wait until web, worker and practice network answer."""
    wait_until("web answers", lambda: answers(f"{stage.address}/healthz"), STARTS_WITHIN)
    wait_until("the practice network answers", stage.network.is_there, STARTS_WITHIN)
    wait_until("a worker answers", lambda: celery.control.ping(timeout=1.0), STARTS_WITHIN)


def play_the_call(stage: Stage) -> int:
    """Let the practice network play the call, tell what people heard and did, and return the number of its last event."""
    played = json.loads(manage(stage, "practice", "after_hours", "--json"))
    asked = 0
    for event in (Event.from_json(values) for values in played["events"]):
        asked += event.kind in {Kind.ASKED, Kind.TOLD}
        if event.kind in TOLD_KINDS:
            at = datetime.fromisoformat(event.at).astimezone(stage.zone)
            stage.tell(f"   {at:%H:%M:%S}  {event.who:<14}  {event.text}")
    stage.tell(f"   ({asked} signed webhooks went to {stage.address}/telephony/)")
    return int(stage.network.state()["events"])


def tell_what_was_kept(stage: Stage, api: ApiClient, began: datetime) -> dict[str, Any]:
    """Tell what the API has of the call, its legs, its case and the next step, and return that step."""
    call = wait_until("the call has ended", lambda: ended_call(api, began))
    stage.tell("\n── What the line made of it, read from its API")
    for leg in call["legs"]:
        stage.tell(f"   rang {leg['to_staff']}: {leg['result']}")
    if call["outcome"] != "answered" or not call["answered_by"]:
        raise StepFailed(f"The call was to be answered by a person, and is {call['outcome']}.")
    results = [leg["result"] for leg in call["legs"]]
    if results != ["no-answer", "accepted"]:
        raise StepFailed(f"First on call was to ring out and second to accept; the legs say {', '.join(results)}.")
    stage.tell(f"   call answered by {call['answered_by']}, case {call['case']}")
    case = api.get(f"cases/{call['case']}/")
    stage.tell(f"   case {case['ref']}, {case['state']}, owner {case['owner']}")
    follow_up = wait_until("the case has a follow-up", lambda: first_due(api, case["ref"]))
    stage.tell(
        f"   follow-up for {follow_up['owner']}: {follow_up['kind'].replace('_', ' ')}, "
        f"due {stage.local(follow_up['due_at'])}"
    )
    return follow_up


def await_a_lawyer(stage: Stage, api: ApiClient, case: str) -> None:
    """Let whoever has the case ask a lawyer, let the practice phone that is asked reply, and tell who accepted."""
    before = {number: len(stage.network.texts(number)) for number in LAWYERS}
    stage.tell("\n── A lawyer is asked, and told nothing of the caller")
    said = {"case": case, "need": "legal", "matter": "arrest", "area": "woodstock", "language": "xh", "key": "demo"}
    asked = api.post("referrals/", said)
    stage.tell(
        f"   asked at {stage.local(asked['offered_at'] or asked['asked_at'])}, promised by {stage.local(asked['promised_by'])}"
    )
    text = wait_until("a lawyer is asked by text", lambda: new_text(stage, before))
    stage.tell(f"   text to a lawyer, {text.to}: “{LINK.sub('<link>', text.body)}”")
    code = REPLY.search(text.body)
    if code is None:
        raise StepFailed("The text to the lawyer names no code to reply with.")
    stage.network.text(from_=text.to, to=text.from_, body=f"{code[1]} yes")
    stage.tell(f"   text from {text.to}: “{code[1]} yes”")

    def accepted() -> dict[str, Any] | None:
        now: dict[str, Any] = api.get(f"referrals/{asked['id']}/")
        return now if now["state"] == "accepted" else None

    taken = wait_until("the lawyer's reply is heard", accepted)
    lawyer = api.get(f"providers/{taken['provider']}/")
    stage.tell(f"   {lawyer['name']} accepted at {stage.local(taken['accepted_at'])}")


def new_text(stage: Stage, before: dict[str, int]) -> TextView | None:
    """Return the first text that came to one of these phones since."""
    for number, seen in before.items():
        texts = [text for text in stage.network.texts(number)[seen:] if text.to == number]
        if texts:
            return texts[0]
    return None


def await_the_reminder(stage: Stage, follow_up: dict[str, Any], number: str, seen: int) -> None:
    """Move the clock to when the follow-up is due, and wait until its reminder reaches its owner's duty `number`."""
    before = len(stage.network.texts(number))
    due = datetime.fromisoformat(follow_up["due_at"])
    # The network moves its own clock and, with it, everybody's.
    stage.network.advance((max(due - clock.now(), timedelta()) + timedelta(seconds=1)).total_seconds())
    wait_until("the clock has moved on", lambda: clock.now() >= due)
    stage.tell(f"\n── {stage.local(clock.now())}, the clock moved on")
    deadline = time.monotonic() + HAPPENS_WITHIN
    while time.monotonic() < deadline:
        texts = [text for text in stage.network.texts(number)[before:] if text.to == number]
        if texts:
            stage.tell(f"   text to {follow_up['owner']}, {number}: “{texts[0].body}”")
            return
        events = stage.network.transcript(after=seen, wait=5.0)
        seen = events[-1].number if events else seen
    raise StepFailed("The follow-up is due, and its reminder did not come within two minutes.")


def sign_in(stage: Stage, username: str) -> ApiClient:
    return ApiClient(stage.address, manage(stage, "issue_api_token", username).strip())


def ended_call(api: ApiClient, began: datetime) -> dict[str, Any] | None:
    return next(iter(api.list("calls", state="ended", since=began.isoformat())), None)


def first_due(api: ApiClient, case: str) -> dict[str, Any] | None:
    due = [each for each in api.list("follow-ups", case=case) if each["state"] == "due"]
    return min(due, key=lambda each: datetime.fromisoformat(each["due_at"]), default=None)


def manage(stage: Stage, *words: str) -> str:
    """Run a command of `manage.py` and return what it printed. Raises StepFailed with what it said where it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=stage.root, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise StepFailed(f"`manage.py {' '.join(words)}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  PUBLIC_URL, checked at the start
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(what: str, look: Callable[[], T | None], within: float = HAPPENS_WITHIN) -> T:
    """Look until there is something, and return it. Raises StepFailed with `what` after `within` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(LOOK_EVERY)  # another process changes it, and has no way to tell us
    raise StepFailed(f"Waited {within:.0f} s in vain until {what}.")
