"""Whom to ask first: the table that a coordinator may read, and what must always hold."""

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from referrals.matching import Candidate, Reason, Wanted, rank, why_not
from tests.factories import NIGHT
from tests.tables import read_table, split_list

STATES = {"suspended", "removed", "proposed", "interviewed", "peer_tested", "probation"}
WHERE = {
    "here": frozenset({"Woodstock"}),
    "above": frozenset({"Cape Town"}),
    "elsewhere": frozenset({"Durban"}),
    "unsaid": frozenset(),
}
MARKS = {
    "conflict": {"conflicted": True},
    "said-conflict": {"said_conflict": True},
    "refused": {"refused": True},
    "away": {"takes_cases": False},
    "full": {"most_open": 2, "open_cases": 2},
    "unreachable": {"has_way": False},
    "asleep": {"is_asleep": True},
    "already": {"asked_already": True},
    "deputy": {"is_deputy": True},
    "open": {"open_now": True},
    "shut": {"open_now": False},
}


def read_wanted(text):
    need, area, language = text.split()
    return Wanted(
        need=need if need != "team" else "rapid_response", at=NIGHT, area=("Woodstock", "Cape Town") if area != "-" else (),
        language=language if language != "-" else "", is_team=need == "team", seed="seed",
    )  # fmt: skip


def read_candidate(text, need):
    ref, _, said = text.partition(":")
    given = {"ref": ref, "provider_ref": ref, "needs": frozenset({need}), "languages": frozenset()}
    for pattern, name, read in (
        (r"stand-by (\d+)", "on_stand_by", int),
        (r"asked (\d+) days ago", "last_asked_at", lambda days: NIGHT - timedelta(days=int(days))),
        (r"rated ([\d.]+)", "rating", float),
        (r"(\d+) km", "distance_km", float),
        (r"does (\w+)", "needs", lambda kind: frozenset({kind})),
    ):
        if found := re.search(pattern, said):
            given[name] = read(found[1])
            said = said.replace(found[0], "")
    if found := re.search(r"answered (\d+)/(\d+)", said):
        given["answered"], given["asked"] = int(found[1]), int(found[2])
        said = said.replace(found[0], "")
    for word in said.split():
        if word in WHERE:
            given["areas"] = WHERE[word]
        elif word in STATES:
            given["trusted"] = word
        elif word in MARKS:
            given |= MARKS[word]
        else:
            assert word in {"zu", "en"}, f"{word!r} is not a word of this table"
            given["languages"] |= {word}
    return Candidate(**given)


@pytest.mark.parametrize("row", read_table("matching.csv"))
def test_who_is_asked_first(row):
    wanted = read_wanted(row["wanted"])
    candidates = [read_candidate(each, wanted.need) for each in split_list(row["who may be asked"])]
    assert [match.ref for match in rank(wanted, candidates)] == row["order"].split()
    left_out = {one.ref: why_not(wanted, one) for one in candidates if why_not(wanted, one)}
    assert left_out == dict(each.split() for each in split_list(row["left out"]))


WANTED = Wanted(need="legal", at=NIGHT, area=("Woodstock",), language="zu", seed="one")
PLAIN = Candidate(ref="x", needs=frozenset({"legal"}), areas=frozenset({"Woodstock"}), languages=frozenset({"zu"}))


def test_it_says_why_in_words_of_ours_and_figures():
    one = PLAIN._replace(on_stand_by=1, answered=9, asked=10, open_now=True)
    assert rank(WANTED, [one])[0].reasons == (
        Reason("vetted"), Reason("in_area"), Reason("speaks"), Reason("on_stand_by", (1,)), Reason("open_now"),
        Reason("answered", (9, 10)),
    )  # fmt: skip


def test_whom_they_do_not_help_keeps_nobody_out_and_is_told():
    assert rank(WANTED, [PLAIN._replace(not_for="no men")])[0].not_for == "no men"


class TestItIsFair:
    equals = tuple(PLAIN._replace(ref=f"lawyer {number}") for number in range(6))

    def test_the_same_referral_draws_the_same_order_however_the_rows_come(self):
        order = [match.ref for match in rank(WANTED, self.equals)]
        for seed in range(20):
            mixed = random.Random(seed).sample(self.equals, k=len(self.equals))
            assert [match.ref for match in rank(WANTED, mixed)] == order

    def test_over_many_referrals_each_of_equals_is_first_about_as_often(self):
        first = Counter(rank(replace(WANTED, seed=str(seed)), self.equals)[0].ref for seed in range(3000))
        assert len(first) == 6
        assert all(400 < times < 600 for times in first.values())

    def test_when_each_first_one_is_noted_as_asked_they_come_in_turn(self):
        people, order = {one.ref: one for one in self.equals}, []
        for night in range(18):
            first = rank(replace(WANTED, seed=str(night)), people.values())[0].ref
            people[first] = people[first]._replace(last_asked_at=NIGHT + timedelta(days=night))
            order.append(first)
        assert order[:6] == order[6:12] == order[12:]
        assert len(set(order)) == 6


def test_nobody_who_must_not_be_asked_is_ever_ranked():
    """Ten thousand candidates with whatever is wrong with them."""
    chance = random.Random(7)
    pool = []
    for number in range(10_000):
        changes = {"ref": str(number), "trusted": chance.choice([*STATES, "approved"])}
        for mark in MARKS.values():
            if chance.random() < 0.1:
                changes |= mark
        pool.append(PLAIN._replace(**changes))
    ranked = {match.ref for match in rank(WANTED, pool)}
    assert ranked
    for one in pool:
        if one.ref in ranked:
            assert one.trusted in {"approved", "probation"}
            assert not any((one.conflicted, one.said_conflict, one.refused, one.asked_already))
            assert one.takes_cases
            assert one.has_way
