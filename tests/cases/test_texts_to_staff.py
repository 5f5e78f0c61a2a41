"""What staff are texted: short enough for one text, and nothing in it that a stranger could make something of."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

# The basic table and its extension of GSM 03.38; a character of the extension counts twice.
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = set("^{}\\[~]|€")
LONGEST = 160

TELLING = re.compile(
    r"(?i)\b(caller|case|HL-\w+|police|arrest\w*|court|lawyer|legal|sex|work|victim|violen\w*|danger|abus\w*|rape\w*|health"
    r"|clinic|hiv|drug\w*|helpline|hotline|umbrella|call back|name|number)\b|\+\d{3}"
)
ALARMS = [
    "danger_not_answered", "urgent_text", "nobody_on_duty", "call_without_answer", "fallback", "rota_gap",
    "text_perhaps_sent", "refused_webhooks", "foreign_account", "put_aside", "something new",
]  # fmt: skip
TEXTS = [
    ("staff/follow_up_due", {}),
    ("staff/hand_over", {}),
    ("staff/verify_number", {"code": "492817"}),
    *(("staff/alarm", {"kind": kind}) for kind in ALARMS),
]


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "uk"])
@pytest.mark.parametrize(("template", "words"), TEXTS)
def test_a_text_to_staff_is_one_text_and_tells_a_stranger_nothing(template, words, language):
    with override(language):
        body = render_to_string(f"messages/sms/{template}.txt", words).strip()
    assert body
    assert "\n" not in body
    assert not TELLING.search(body)
    if set(body) <= GSM7 | EXTENSION:
        assert len(body) + len(EXTENSION & set(body)) <= LONGEST
    else:
        assert len(body) <= 70  # UCS-2


def test_the_code_stands_in_its_text():
    assert "492817" in render_to_string("messages/sms/staff/verify_number.txt", {"code": "492817"})


def test_what_is_urgent_says_so_and_what_is_not_does_not():
    said = {kind: render_to_string("messages/sms/staff/alarm.txt", {"kind": kind}).strip() for kind in ALARMS}
    assert [kind for kind, words in said.items() if words.startswith("Urgent")] == ALARMS[:3]
    assert len(set(said.values())) == 5
