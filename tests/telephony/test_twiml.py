"""What the gateway is told to play: every document against the gateway's own schema, and who hears what."""

import importlib.util
from pathlib import Path

import pytest
from lxml import etree

from telephony import twiml
from telephony.twiml import MessageTaking, Phone, Prompts, Ring, choose_voice

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT.parent / "shared" / "gateway" / "check_twiml.py"
HERE = "https://line.example/telephony/call/k7/"
VOICE = choose_voice("en-ZA")
CALLER = "+447700900200"
LINE = "+18885550100"

PROMPTS = Prompts(
    greeting="Umbrella Line & friends, good evening <you are not alone>.",
    danger="If you are in danger or arrested, press 9.",
    whisper="This is the line. Press 1 to take the call.",
    accepted="You have the call.",
    already_taken="Somebody else has taken the call. Thank you.",
    caller_has_gone="The caller has hung up. Look at the board.",
    leave_message="Please leave a message after the tone.",
    goodbye="Goodbye.",
    apology="Something is wrong on our side. Please hold on.",
)
MESSAGE = MessageTaking(key_url=HERE + "key/", action_url=HERE + "recorded/", status_url=HERE + "recording/")
PROMISE = "We call you back before 8 in the morning."


def phones(count):
    return tuple(
        Phone(f"+44770090011{number}", HERE + f"leg/{number}/whisper/", HERE + f"leg/{number}/status/")
        for number in range(count)
    )


def ring(count=1):
    return Ring(phones=phones(count), seconds=20, caller_id=LINE, action_url=HERE + "rang/")


def menu(build, with_ring=True, voice=VOICE):
    return build(
        prompts=PROMPTS,
        voice=voice,
        key_url=HERE + "key/",
        ring=ring(10) if with_ring else None,
        prompt_url=HERE + "prompt/",
    )


def apologise(numbers=("+447700900111",)):
    return twiml.apologise(
        prompts=PROMPTS,
        voice=VOICE,
        phones=numbers,
        caller_id=LINE,
        seconds=20,
        record_action_url=HERE + "recorded/",
        recording_status_url=HERE + "recording/",
    )


DOCUMENTS = {
    "greeting and first ring": menu(twiml.greet),
    "greeting with nobody to ring": menu(twiml.greet, with_ring=False),
    "the choice again": menu(twiml.ask_again),
    "one phone": twiml.ring_phones(ring()),
    "ten phones": twiml.ring_phones(ring(10)),
    "last resort": twiml.ring_last_resort(
        number="+447700900113",
        seconds=20,
        caller_id=LINE,
        whisper_url=HERE + "leg/1/whisper/",
        status_url=HERE + "leg/1/status/",
        action_url=HERE + "rang/",
    ),
    "whisper": twiml.whisper(prompts=PROMPTS, voice=VOICE, key_url=HERE + "leg/1/key/"),
    "joined": twiml.join_caller(prompts=PROMPTS, voice=VOICE),
    "already taken": twiml.tell_already_taken(prompts=PROMPTS, voice=VOICE),
    "caller has gone": twiml.tell_caller_has_gone(prompts=PROMPTS, voice=VOICE),
    "message": twiml.take_message(prompts=PROMPTS, voice=VOICE, promise=PROMISE, message=MESSAGE),
    "goodbye": twiml.say_goodbye(prompts=PROMPTS, voice=VOICE, promise=PROMISE),
    "goodbye without a promise": twiml.say_goodbye(prompts=PROMPTS, voice=VOICE),
    "hang up": twiml.hang_up(),
    "reject": twiml.reject(),
    "reject as busy": twiml.reject(is_busy=True),
    "apology": apologise(),
    "apology without duty phones": apologise(numbers=()),
    "static apology": twiml.apologise(prompts=PROMPTS, voice=VOICE, phones=(), caller_id=LINE, seconds=20),
} | {f"greeting in {name}": menu(twiml.greet, voice=choose_voice(name)) for name in sorted(twiml._VOICES)}


def read(name):
    return etree.fromstring(DOCUMENTS[name].encode())


def tags(name):
    return [element.tag for element in read(name)]


@pytest.fixture(scope="module")
def check():
    if not CHECKER.exists():
        pytest.skip("the gateway's schema and its checker are not beside this repository")
    spec = importlib.util.spec_from_file_location("check_twiml", CHECKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_gateway_takes_every_document(check, name):
    assert check(DOCUMENTS[name]) == []


def test_the_checker_would_notice_a_misspelt_attribute(check):
    assert check(DOCUMENTS["one phone"].replace("callerId", "callerID")) != []


def test_the_answer_to_a_text_is_valid_and_sends_nothing(check):
    assert check(twiml.answer_text_with_nothing(), "messaging") == []
    assert len(etree.fromstring(twiml.answer_text_with_nothing().encode())) == 0


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_small_and_begins_with_its_declaration(name):
    assert len(DOCUMENTS[name].encode()) < 64 * 1024
    assert DOCUMENTS[name].startswith("<?xml")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_address_is_absolute_and_every_caller_id_is_the_lines(name):
    for element in read(name).iter():
        for key in ("action", "url", "statusCallback", "recordingStatusCallback"):
            assert element.get(key, HERE).startswith(HERE)
        assert element.get("callerId", LINE) == LINE


def test_a_caller_who_presses_nothing_is_put_through_by_the_same_document():
    assert tags("greeting and first ring") == ["Gather", "Dial"]


def test_a_caller_with_nobody_to_ring_is_led_to_the_prompt():
    assert tags("greeting with nobody to ring") == ["Gather", "Redirect"]
    assert read("greeting with nobody to ring")[1].text == HERE + "prompt/"


def test_the_whisper_says_nothing_of_the_caller_and_hangs_up_without_a_key():
    document = read("whisper")
    assert [say.text for say in document.iter("Say")] == [PROMPTS.whisper]
    assert tags("whisper") == ["Gather", "Hangup"]
    assert (document[0].get("numDigits"), document[0].get("timeout")) == ("1", "8")
    assert document[0].get("actionOnEmptyResult") == "true"


def test_nobody_is_dialled_from_a_whisper():
    assert all("Dial" not in tags(name) for name in ("whisper", "joined", "already taken", "caller has gone"))


def test_accepting_leaves_the_line_open_and_too_late_ends_it():
    assert "Hangup" not in tags("joined")
    assert tags("already taken")[-1] == tags("caller has gone")[-1] == "Hangup"


def test_each_phone_has_its_own_whisper_and_tells_its_own_progress():
    numbers = list(read("ten phones").iter("Number"))
    assert len({number.get("url") for number in numbers}) == 10
    assert len({number.get("statusCallback") for number in numbers}) == 10
    assert {number.get("statusCallbackEvent") for number in numbers} == {"initiated ringing answered completed"}


def test_the_last_resort_must_accept_by_key_too():
    (number,) = read("last resort").iter("Number")
    assert number.get("url").endswith("whisper/")


def test_the_danger_key_is_heard_before_the_recording_begins():
    assert tags("message") == ["Gather", "Record", "Say", "Hangup"]
    assert [say.text for say in read("message")[0].iter("Say")] == [PROMPTS.danger, PROMISE, PROMPTS.leave_message]


def test_a_message_is_never_transcribed_and_its_absence_is_told():
    record = read("message").find("Record")
    assert (record.get("transcribe"), record.get("recordingStatusCallbackEvent")) == ("false", "completed absent")
    assert (record.get("maxLength"), record.get("timeout"), record.get("finishOnKey")) == ("180", "6", "#")


def test_the_apology_reaches_a_person_or_records():
    assert tags("apology") == ["Say", "Dial", "Say", "Record", "Say", "Hangup"]
    assert tags("apology without duty phones") == ["Say", "Say", "Record", "Say", "Hangup"]


def test_signs_that_mean_something_in_xml_are_spoken_and_not_obeyed():
    assert read("greeting and first ring")[0][0].text == PROMPTS.greeting


@pytest.mark.parametrize("address", ["/telephony/voice/", "line.example/x", "", "javascript:alert(1)"])
def test_an_address_that_is_not_absolute_is_refused(address):
    with pytest.raises(ValueError, match="absolute"):
        twiml.whisper(prompts=PROMPTS, voice=VOICE, key_url=address)


@pytest.mark.parametrize("count", [0, 11])
def test_no_phone_or_more_than_ten_are_refused(count):
    with pytest.raises(ValueError, match="ten"):
        twiml.ring_phones(ring(count))


@pytest.mark.parametrize(
    ("language", "words", "spoken"),
    [
        ("en", "en", "en-GB"),
        ("en-ZA", "en", "en-ZA"),
        ("en_us", "en", "en-US"),
        ("af", "af", "af-ZA"),
        ("zu", "en", "en-ZA"),
        ("xh-ZA", "en", "en-ZA"),
        ("sw", "en", "en-GB"),
        ("uk", "uk", "uk-UA"),
        ("pt-PT", "pt", "pt-PT"),
        ("fr-CA", "fr", "fr-CA"),
        ("es-AR", "es", "es-ES"),
        ("", "en", "en-GB"),
    ],
)
def test_a_line_speaks_its_language_where_the_gateway_has_a_voice_for_it(language, words, spoken):
    assert choose_voice(language) == twiml.Voice(words, spoken)
