"""What a phone shows on its lock screen: in every language one segment, and nothing that tells a stranger who writes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from helpline.core.outbox.models import Message
from helpline.schedule import SWEEPS
from telephony.services.addressing import write_body
from telephony.tasks import deliver_due, fetch_media, fetch_recordings, resolve_unknown_sends
from telephony.text_words import count_segments

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "messages" / "sms"
TO_STAFF = sorted(str(path.relative_to(TEMPLATES).with_suffix("")) for path in (TEMPLATES / "staff").glob("*.txt"))
WORDS = {"code": "123456", "kind": "urgent_text"}
KINDS = ["urgent_text", "text_perhaps_sent", "danger_not_answered", "recording_lost", "anything_else"]
# What must not stand on a phone that others may see (in English; translations are read by people).
TELLING = re.compile(
    r"(?i)helpline|umbrella|police|court|arrest|case|caller|client|lawyer|hiv|clinic|sex|abuse|HL-|http|\+\d"
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("template", TO_STAFF)
@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_a_message_to_staff_is_one_segment_and_tells_a_stranger_nothing(language, template, kind):
    body = write_body(Message(template=template, words={**WORDS, "kind": kind}), [language])
    assert body
    assert count_segments(body).segments == 1
    assert "\n" not in body
    assert not TELLING.search(body)


def test_there_are_messages_to_staff():
    assert {"staff/alarm", "staff/follow_up_due", "staff/verify_number"} <= set(TO_STAFF)


def test_the_sweeps_of_the_phone_have_the_names_that_the_schedule_calls():
    scheduled = {name for name, _, _ in SWEEPS}
    assert {task.name for task in (deliver_due, resolve_unknown_sends, fetch_recordings, fetch_media)} <= scheduled
