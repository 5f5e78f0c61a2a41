"""What happens next where somebody is not heard from: the tables that a coordinator may read, and what must always hold."""

import random
from datetime import timedelta

import pytest

from cases.safety import (
    NOT_AS_WORDS,
    Next,
    Plan,
    Taken,
    Telling,
    Told,
    Words,
    may_extend_by_text,
    next_step,
    read_answer,
    split_words,
    what_is_wrong,
    whom_to_tell,
)
from telephony.text_words import COMMANDS
from tests.factories import NIGHT as DUE
from tests.tables import is_yes, read_table, split_list


def moment(text):
    """Read minutes after due, such as 12, -5 or 9:59; None for a blank."""
    if not text:
        return None
    minutes, _, seconds = text.partition(":")
    return DUE + timedelta(minutes=int(minutes), seconds=int(seconds or 0))


def read_taken(text):
    step, _, rest = text.partition("@")
    deed, _, place = step.partition(" ")
    at, _, result = rest.partition(" ")
    return Taken(deed, int(place or 0), moment(at), result or "waiting")


@pytest.mark.parametrize("row", read_table("check_ins.csv"))
def test_the_steps(row):
    plan = Plan(DUE, timedelta(minutes=10), int(row["contacts"]), contacts_in_danger=is_yes(row["in_danger"]))
    found = next_step(
        now=moment(row["now"]),
        plan=plan,
        taken=[read_taken(each) for each in split_list(row["taken"])],
        begun_at=moment(row["begun"]),
        is_danger=is_yes(row["danger"]),
        acknowledged_at=moment(row["acknowledged"]),
    )
    deed, _, place = row["then"].partition(" ")
    assert found == Next(deed or None, int(place or 0), moment(row["look_at"]))


@pytest.mark.parametrize("row", read_table("check_in_staff.csv"))
def test_the_line_of_staff(row):
    told = [each.split("@") for each in split_list(row["told"])]
    found = whom_to_tell(
        now=moment(row["now"]),
        line=split_list(row["line"]),
        told=[Told(person, moment(at)) for person, at in told],
        within=timedelta(minutes=3),
        acknowledged_at=moment(row["acknowledged"]),
    )
    assert found == Telling(row["then"] or None, moment(row["look_at"]))


@pytest.mark.parametrize("row", read_table("check_in_words.csv"))
def test_what_she_says(row):
    words = Words(row["safe"], row["danger"], is_yes(row["takes_plain"]))
    assert (read_answer(row["said"], words, plain=row["plain"] or None) or "") == row["means"]


def test_words_print_nothing_of_themselves():
    assert "sunflower" not in repr(Words("sunflower", "thunder"))


@pytest.mark.parametrize(
    ("safe", "danger", "wrong"),
    [
        ("sunflower", "thunder", None),
        ("", "", None),
        ("sunflower", "sunflowers", "too_alike"),
        ("Sun flower", "sunflower", "too_alike"),
        ("sunflower", "STOP", "a_command"),
        ("арешт", "стоп", "a_command"),
        ("ok", "thunder", "too_short"),
        ("sunflower", "!!!", "too_short"),
        ("sunflower", "3030", "a_number"),
    ],
)
def test_words_that_cannot_be_hers(safe, danger, wrong):
    assert what_is_wrong(Words(safe, danger)) == wrong


def test_no_word_of_command_of_any_language_can_be_a_word_of_hers():
    commands = {word for language in COMMANDS.values() for words in language.values() for word in words}
    taken = {"".join(split_words(word)) for word in NOT_AS_WORDS}
    assert {word for word in commands if "".join(split_words(word)) not in taken} == set()


@pytest.mark.parametrize(
    ("missed", "word", "already", "may"),
    [(False, True, 0, True), (False, True, 3, False), (True, True, 0, False), (True, False, 2, True)],
)
def test_who_holds_her_phone_cannot_put_us_off_for_ever(missed, word, already, may):
    assert may_extend_by_text(is_missed=missed, has_word=word, extensions=already) is may


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_in_whatever_order_nobody_is_told_too_early_or_twice(seed):
    """A thousand evenings: the sweep comes late or early, clocks jump, steps are refused, people say that they are on it."""
    chance = random.Random(seed)
    for _ in range(50):
        plan = Plan(DUE, timedelta(minutes=chance.choice([0, 5, 10])), chance.randint(2, 4),
                    contacts_in_danger=chance.random() < 0.3)  # fmt: skip
        taken, acknowledged_at, begun_at, is_danger = [], None, None, False
        now = DUE - timedelta(minutes=30)
        for _ in range(200):
            now += timedelta(seconds=chance.choice([-3600, 5, 10, 60, 300, 3600, 10_800]))
            happens = chance.random()
            if happens < 0.05:
                acknowledged_at = now
            elif happens < 0.08 and begun_at is None:
                begun_at, is_danger = now, chance.random() < 0.5
            elif happens < 0.15 and taken:
                taken[-1] = Taken(
                    taken[-1].deed, taken[-1].place, taken[-1].at, chance.choice(["refused", "no_answer"])
                )
            said = {"acknowledged_at": acknowledged_at, "begun_at": begun_at, "is_danger": is_danger}
            found = next_step(now=now, plan=plan, taken=taken, **said)
            assert found.look_at is None or found.look_at > now
            if found.deed is None:
                continue
            assert now >= (begun_at or plan.due_at + plan.grace), "nobody is told before the time that was agreed"
            assert (found.deed, found.place) not in {(step.deed, step.place) for step in taken}, "nobody is told twice"
            if is_danger:
                assert found.deed not in {"text_her", "call_her"}
                assert found.deed != "contact" or plan.contacts_in_danger
            if found.deed == "contact" and not is_danger:
                assert found.place == 1 or ("contact", found.place - 1) in {(step.deed, step.place) for step in taken}
                assert any(step.deed == "call_her" for step in taken), "she is asked before anybody else"
            taken.append(Taken(found.deed, found.place, now, chance.choice(["waiting", "waiting", "refused"])))


@pytest.mark.parametrize("seed", range(5))
def test_the_line_of_staff_never_falls_silent(seed):
    chance = random.Random(seed)
    told, acknowledged_at, now = [], None, DUE
    for _ in range(300):
        now += timedelta(seconds=10)
        line = chance.choice([["nomsa", "sipho"], ["nomsa", "sipho", "lerato"], ["lerato"]])
        if chance.random() < 0.01:
            acknowledged_at = now
        found = whom_to_tell(
            now=now, line=line, told=told, within=timedelta(minutes=3), acknowledged_at=acknowledged_at
        )
        assert now < found.look_at <= now + timedelta(minutes=45)
        if found.person:
            told.append(Told(found.person, now))
    assert len(told) > 5
