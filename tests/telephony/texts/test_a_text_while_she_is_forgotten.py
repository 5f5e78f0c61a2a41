"""She writes in the very moment in which she is forgotten: neither waits for the other for ever, and no text is lost."""

import threading
import time

import pytest
from django.db import connection

from cases.models import Caller, Case, ErasureWish
from cases.services import casework, erasing, intake
from telephony.models import Text
from telephony.services import inbound_texts
from tests.factories import make_caller, make_case

pytestmark = pytest.mark.django_db(transaction=True)
ROSE = "+447700900261"
LONGEST = 60  # seconds that a test waits for something which takes none


class Beside:
    """Something that is done in a thread of its own, and stops at a place until it is let go on."""

    def __init__(self, deed):
        self.came, self.is_there, self.may_go_on = None, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._do, args=(deed,))

    def stop_here(self):
        if threading.current_thread() is self.thread:
            self.is_there.set()
            assert self.may_go_on.wait(timeout=LONGEST)

    def _do(self, deed):
        try:
            self.came = deed()
        except Exception as error:  # noqa: BLE001  what it raised is what the tests look at
            self.came = error
        finally:
            connection.close()


def both(first, second):
    """Let the first stop at its place, the second begin and wait for it, and then both come to their end."""
    first.thread.start()
    assert first.is_there.wait(timeout=LONGEST)
    second.thread.start()
    began = time.monotonic()
    with connection.cursor() as cursor:
        while time.monotonic() - began < LONGEST:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] or not second.thread.is_alive():
                break
            time.sleep(0.02)
    first.may_go_on.set()
    for each in (first, second):
        each.thread.join(timeout=LONGEST)
    return first.came, second.came


@pytest.fixture
def case(line, thandi):
    return make_case(line=line, caller=make_caller(number=ROSE), owner=thandi)


@pytest.fixture
def forget(case, thandi, naledi, at, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    wish = erasing.ask(case=case, scope="person", how="code_word", by=thandi, at=at)
    return Beside(lambda: erasing.carry_out(wish=wish, by=naledi, at=at))


@pytest.fixture
def text(line, at):
    said = {"MessageSid": "SM" + "1" * 32, "From": ROSE, "To": line.number, "Body": "Are you there?", "NumMedia": "0"}
    return Beside(lambda: inbound_texts.receive(said, at=at))


def test_a_text_that_was_first_goes_with_its_case(case, text, forget, monkeypatch):
    find = intake.open_for_text

    def find_and_stop(**asked):
        found = find(**asked)
        text.stop_here()
        casework.lock(found.case)  # as whatever is written on the case does
        return found

    monkeypatch.setattr(intake, "open_for_text", find_and_stop)
    was_text, done = both(text, forget)
    assert isinstance(was_text, Text), was_text
    assert isinstance(done, ErasureWish), done
    assert not Case.objects.filter(pk=case.pk).exists()
    assert not Text.objects.exists()


def test_a_text_that_was_second_begins_a_new_case_of_somebody_new(case, text, forget, monkeypatch):
    erase = erasing._erase

    def erase_and_stop(*args):
        gone = erase(*args)
        forget.stop_here()
        return gone

    monkeypatch.setattr(erasing, "_erase", erase_and_stop)
    before = case.caller_id
    done, came = both(forget, text)
    assert isinstance(done, ErasureWish), done
    assert isinstance(came, Text), came
    kept = Text.objects.select_related("case", "caller").get()
    assert (kept.body, kept.case.state) == ("Are you there?", "open")
    assert not Case.objects.filter(pk=case.pk).exists()
    assert Caller.objects.get().pk != before
