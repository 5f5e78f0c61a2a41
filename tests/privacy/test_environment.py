"""A start that would not be safe does not happen, and says why: every problem at once, and no secret in any sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpline.env import UnsafeStart, read_env
from helpline.keyring import new_key

SECRET = "a-signing-key-of-many-and-various-characters-42"
FIELD, INDEX = f"k2:{new_key()},k1:{new_key()}", f"k1:{new_key()}"
TOKEN = "the-token-of-the-gateways-account"
HERE = Path()

PRODUCTION = {
    "DATABASE_URL": "postgresql://desk:the-database-password@db.example.org/desk",
    "REDIS_URL": "rediss://:the-broker-password@broker.example.org/0",
    "SECRET_KEY": SECRET,
    "FIELD_KEYS": FIELD,
    "INDEX_KEYS": INDEX,
    "PUBLIC_URL": "https://desk.example.org",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "VAR_DIR": "/nowhere/var",
}
SECRETS = [SECRET, TOKEN, "the-database-password", "the-broker-password"] + [
    key for pair in (FIELD, INDEX) for key in [one.partition(":")[2] for one in pair.split(",")]
]


def read(**changes):
    environ = {name: value for name, value in {**PRODUCTION, **changes}.items() if value is not None}
    return read_env(environ, HERE)


def problems(**changes):
    with pytest.raises(UnsafeStart) as refused:
        read(**changes)
    return refused.value.problems


def test_a_whole_environment_starts_and_is_live():
    env = read()
    assert (env.has_live_credentials, env.is_practice, env.is_embedded, env.require_mfa, env.debug) == (
        True, False, False, True, False,
    )  # fmt: skip
    assert env.allowed_hosts == ("desk.example.org",)
    assert [name for name, _ in env.field_keys.keys] == ["k2", "k1"]


# What is changed, and the words with which its one problem begins.
WRONG = [
    ({"SECRET_KEY": None}, "SECRET_KEY is missing"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak"),
    ({"SECRET_KEY": "a" * 64}, "SECRET_KEY is too weak"),
    ({"SECRET_KEY": "django-insecure-" + "x1y2z3w4" * 6}, "SECRET_KEY is too weak"),
    ({"FIELD_KEYS": None}, "FIELD_KEYS is missing"),
    ({"FIELD_KEYS": "k1"}, "FIELD_KEYS cannot be used: pair 1 is not of the form id:key"),
    ({"FIELD_KEYS": "k1:c2hvcnQ="}, "FIELD_KEYS cannot be used: key 'k1' has 5 bytes"),
    ({"FIELD_KEYS": f"k1:{new_key()},k1:{new_key()}"}, "FIELD_KEYS cannot be used: key 'k1' is named twice"),
    ({"FIELD_KEYS": "k1:%%%"}, "FIELD_KEYS cannot be used: key 'k1' is not URL-safe base64"),
    ({"INDEX_KEYS": None}, "INDEX_KEYS is missing"),
    ({"INDEX_KEYS": f"K1:{new_key()}"}, "INDEX_KEYS cannot be used: pair 1"),
    ({"DATABASE_URL": "mysql://desk@db/desk"}, "DATABASE_URL is not of the form"),
    ({"REDIS_URL": "http://broker"}, "REDIS_URL is not of the form"),
    ({"PUBLIC_URL": "http://desk.example.org"}, "PUBLIC_URL is http:// and not on this machine"),
    ({"PUBLIC_URL": "https://desk.example.org/desk"}, "PUBLIC_URL is not an address without a path"),
    ({"PUBLIC_URL": "desk.of-ours.example"}, "PUBLIC_URL is not an address without a path"),
    ({"PUBLIC_URL": "ftp://desk.example.org"}, "PUBLIC_URL is not an address without a path"),
    ({"PORT": "0"}, "PORT is not a port"),
    ({"PORT": "eighty"}, "PORT is not a port"),
    ({"TIME_ZONE": "Africa/Nowhere"}, "TIME_ZONE is not the name of a time zone"),
    ({"ATTACHMENT_MOST_MB": "0"}, "ATTACHMENT_MOST_MB is not a whole number of megabytes between 1 and 50"),
    ({"ATTACHMENT_MOST_MB": "100"}, "ATTACHMENT_MOST_MB is not a whole number"),
    ({"ATTACHMENT_MOST_MB": "ten"}, "ATTACHMENT_MOST_MB is not a whole number"),
    ({"TIME_ZONE": "../../etc/passwd"}, "TIME_ZONE is not the name of a time zone"),
    ({"DEFAULT_REGION": "South Africa"}, "DEFAULT_REGION is not a country code"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is not one of"),
    ({"REQUIRE_MFA": "maybe"}, "REQUIRE_MFA is neither true nor false"),
    ({"TWILIO_AUTH_TOKEN": None}, "TWILIO_AUTH_TOKEN is missing"),
    ({"TWILIO_ACCOUNT_SID": None}, "TWILIO_ACCOUNT_SID is missing"),
    ({"TWILIO_API_URL": "gateway"}, "TWILIO_API_URL is not an address"),
    ({"REQUIRE_MFA": "off"}, "REQUIRE_MFA is off: live gateway credentials are refused"),
    ({"PRACTICE_NOW": "2026-11-23T02:10:00+02:00"}, "PRACTICE_NOW is set: live gateway credentials are refused"),
    ({"SECRET_KEY_FILE": "/nowhere/key", "SECRET_KEY": None}, "SECRET_KEY_FILE names a file that cannot be read"),
    ({"TWILIO_AUTH_TOKEN_FILE": "/nowhere/token"}, "TWILIO_AUTH_TOKEN and TWILIO_AUTH_TOKEN_FILE are both set"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_one_thing_that_is_wrong_stops_the_start_with_a_sentence_and_no_secret(changes, sentence):
    told = problems(**changes)
    assert [problem for problem in told if problem.startswith(sentence)], told
    for problem in told:
        assert problem.endswith("."), problem
        assert not [secret for secret in SECRETS if secret in problem]
        for value in changes.values():
            assert value is None or len(value) < 12 or value not in problem


def test_everything_that_is_wrong_is_told_at_once():
    told = problems(
        SECRET_KEY="short", FIELD_KEYS="k1:x", INDEX_KEYS=None, DATABASE_URL="mysql://x", REDIS_URL="x", PUBLIC_URL="x",
        PORT="x", TIME_ZONE="x", DEFAULT_REGION="x1", LOG_LEVEL="x", REQUIRE_MFA="off", DEBUG="on",
        PRACTICE_NOW="2026-11-23T02:10:00+02:00", TWILIO_API_URL="https://gateway.example.org",
    )  # fmt: skip
    names = {problem.split()[0] for problem in told}
    assert names >= {
        "SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "PORT", "TIME_ZONE",
        "DEFAULT_REGION", "LOG_LEVEL", "REQUIRE_MFA", "DEBUG", "PRACTICE_NOW",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"REQUIRE_MFA": "false"}, "REQUIRE_MFA"),
        ({"PRACTICE_NOW": "2026-11-23T02:10:00+02:00"}, "PRACTICE_NOW"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
    ],
)
@pytest.mark.parametrize(
    ("gateway", "is_live"),
    [
        ({}, True),
        ({"TWILIO_API_URL": "https://gateway.example.org"}, True),
        ({"TWILIO_API_URL": "http://127.0.0.1.example.org:8019"}, True),
        ({"TWILIO_API_URL": "http://127.0.0.1:8019"}, False),
        ({"TWILIO_API_URL": "http://localhost:8019"}, False),
        ({"TWILIO_API_URL": "http://[::1]:8019"}, False),
        ({"TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None}, False),
    ],
)
def test_live_credentials_are_refused_in_practice_and_a_stub_on_this_machine_is_not(
    changes, name, gateway, is_live, tmp_path
):
    environ = {"PUBLIC_URL": "http://localhost:8000", "VAR_DIR": str(tmp_path / "var"), **gateway, **changes}
    try:
        told = []
        read(**environ)
    except UnsafeStart as unsafe:
        told = [problem for problem in unsafe.problems if "live gateway credentials" in problem]
    assert [problem.split()[0] for problem in told] == ([name] if is_live else [])


def test_debug_is_refused_on_an_address_that_the_world_can_reach():
    told = problems(DEBUG="true", TWILIO_API_URL="http://127.0.0.1:8019")
    assert told == ["DEBUG is on: that is refused on a public https:// address."]


def test_a_secret_comes_from_a_file_and_its_last_line_end_does_not_count(tmp_path):
    kept = tmp_path / "token"
    kept.write_text(f"{TOKEN},the-older-token\n")
    env = read(TWILIO_AUTH_TOKEN=None, TWILIO_AUTH_TOKEN_FILE=str(kept))
    assert env.twilio_auth_tokens == (TOKEN, "the-older-token")


def test_an_empty_file_is_a_missing_secret(tmp_path):
    (tmp_path / "key").write_text("\n")
    told = problems(SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "key"))
    assert any(problem.startswith("SECRET_KEY is missing") for problem in told)


@pytest.mark.parametrize("moment", ["soon", "2026-11-23", "2026-11-23T02:10:00", "02:10"])
def test_a_practice_time_without_an_offset_is_refused(moment):
    told = problems(PRACTICE_NOW=moment, TWILIO_API_URL="http://127.0.0.1:8019")
    assert told == ["PRACTICE_NOW is not a time with an offset, such as 2026-11-23T02:10:00+02:00."]


def test_a_practice_time_is_read_with_its_offset():
    env = read(PRACTICE_NOW="2026-11-23T02:10:00+02:00", TWILIO_API_URL="http://127.0.0.1:8019")
    assert env.practice_now == datetime(2026, 11, 23, 0, 10, tzinfo=UTC)


def test_what_is_printed_of_the_environment_holds_no_secret():
    printed = repr(read())
    assert not [secret for secret in SECRETS if secret in printed]


def test_a_development_installation_makes_keys_that_only_its_owner_reads_and_keeps_them(tmp_path):
    var = tmp_path / "var"
    first, second = (read_env({"VAR_DIR": str(var)}, tmp_path) for _ in range(2))
    assert first.is_embedded
    assert first.field_keys == second.field_keys
    assert (var.stat().st_mode & 0o777, (var / "keys.json").stat().st_mode & 0o777) == (0o700, 0o600)
    assert [path.name for path in var.iterdir()] == ["keys.json"]
