"""What a failed text means, and when it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from telephony.delivery_codes import MOST_TRIES, REASONS, VERDICTS, judge_failure, try_again_at
from tests.tables import is_yes, read_table

AT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("row", read_table("delivery_codes.csv"))
def test_a_failure_means_what_the_table_says(row):
    verdict = judge_failure(
        code=row["code"] or None,
        http_status=int(row["http"]) if row["http"] else None,
        timed_out=is_yes(row["timed out"]),
        was_reached=is_yes(row["reached"]),
    )
    assert (verdict.action, verdict.because, verdict.tell) == (row["action"], row["because"], row["tell"])
    assert verdict.opted_out is is_yes(row["opted out"])


def test_a_code_is_understood_as_a_number_too():
    assert judge_failure(code=21610) == judge_failure(code=" 21610 ")


@pytest.mark.parametrize("code", VERDICTS)
def test_every_reason_has_a_sentence_and_every_stop_is_told_to_somebody(code):
    verdict = VERDICTS[code]
    assert REASONS[verdict.because].endswith(".")
    assert (verdict.action == "stop") == (verdict.tell != "nobody")


def pauses(seed):
    return [try_again_at(at=AT, tries=tries, seed=seed) - AT for tries in range(1, MOST_TRIES)]


def test_pauses_double_up_to_half_an_hour_give_or_take_a_fifth():
    expected = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 960, 1800)]
    for seed in ("a", "b", "c"):
        assert all(want * 0.8 <= got <= want * 1.2 for got, want in zip(pauses(seed), expected, strict=True))


def test_two_workers_agree_and_two_messages_do_not_come_back_together():
    assert pauses("follow-up-7") == pauses("follow-up-7")
    assert pauses("follow-up-7") != pauses("follow-up-8")


def test_it_is_given_up_after_eight_tries_or_when_it_would_come_too_late():
    assert try_again_at(at=AT, tries=MOST_TRIES, seed="a") is None
    assert try_again_at(at=AT, tries=1, seed="a", until=AT + timedelta(seconds=10)) is None
    assert try_again_at(at=AT, tries=1, seed="a", until=AT + timedelta(minutes=1)) is not None
