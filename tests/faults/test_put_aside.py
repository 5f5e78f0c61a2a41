"""What can never be read in is put aside, and somebody is told: a call must not be lost in a folder."""

import pytest

from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from telephony.services import spool, sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / "spool"


def test_lerato_is_told_once_of_what_could_not_be_taken_in(lerato, at):
    for kind in ("of another version", "of another version", "text"):
        spool.keep(kind=kind, parameters={"From": "+447700900200", "MessageSid": "SM1"}, path={}, at=at)
    assert sweeps.read_spool() == 1
    assert len(spool.put_aside()) == 2
    for _ in range(3):
        sweeps.watch_the_line(at=at)
    assert Alarm.objects.get().kind == "put_aside"
    assert Message.objects.get().to_ref == "lerato"
    assert spool.count_kept() == 0, "it is not asked for again every few seconds"


def test_nobody_is_told_where_nothing_was_put_aside(lerato, at, folder):
    spool.keep(kind="text", parameters={"MessageSid": "SM1"}, path={}, at=at)
    sweeps.tell_what_was_put_aside(at=at)
    assert not Alarm.objects.exists()


def test_what_lies_in_the_folder_is_sealed_and_its_name_tells_the_time_alone(at, folder):
    spool.keep(kind="text", parameters={"From": "+447700900200", "Body": "canary"}, path={}, at=at)
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert b"canary" not in file.read_bytes()
    assert b"7700900200" not in file.read_bytes()
    assert file.name.startswith("20261123T001000")
