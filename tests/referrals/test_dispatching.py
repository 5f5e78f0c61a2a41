"""What happens next while somebody is asked: the table that a coordinator may read, and what must always hold."""

import random
from datetime import timedelta

import pytest

from referrals.dispatching import MOST_TOGETHER, Asked, Step, next_step
from tests.factories import NIGHT
from tests.tables import is_yes, read_table, split_list


def moment(text):
    """Read minutes after it was asked for."""
    return NIGHT + timedelta(minutes=int(text)) if text else None


def read_asked(text):
    state, _, until = text.partition("@")
    return Asked(state, moment(until))


def decide(row):
    promise = timedelta(minutes=int(row["promise"])) if row["promise"] else None
    return next_step(
        now=moment(row["now"]),
        way="together" if row["way"] == "team" else row["way"],
        offers=[read_asked(each) for each in split_list(row["offers"])],
        left=int(row["left"]),
        promised_by=NIGHT + promise if promise else None,
        promise=promise,
        is_team=row["way"] == "team",
    )


@pytest.mark.parametrize("row", read_table("dispatching.csv"))
def test_what_happens_next(row):
    found = decide(row)
    deed, _, how_many = row["then"].partition(" ")
    assert (found.deed, found.how_many) == (("run_out", 0) if deed == "run" else (deed, int(how_many or 0)))
    assert (found.answer_by, found.look_at) == (moment(row["until"]), moment(row["look_at"]))
    assert found.is_late == is_yes(row["late"])


def test_an_offer_whose_time_is_over_is_named_so_that_it_ends():
    found = next_step(
        now=moment("10"), way="in_turn", offers=[Asked("declined", moment("5")), Asked("open", moment("10"))], left=0,
        promised_by=moment("30"), promise=timedelta(minutes=30),
    )  # fmt: skip
    assert found == Step("run_out", ended=(1,))


class TestWhateverHappens:
    """A thousand nights, each with its own lawyers and its own hours in which nothing ran."""

    @pytest.fixture(scope="class")
    def nights(self):
        return [self.play(random.Random(seed)) for seed in range(1000)]

    @staticmethod
    def play(chance):
        offers, asked_at, left, now = [], [], chance.randint(0, 12), NIGHT
        promise = timedelta(minutes=30)
        for _ in range(200):
            step = next_step(
                now=now, way="in_turn", offers=offers, left=left, promised_by=NIGHT + promise, promise=promise
            )
            for place in step.ended:
                offers[place] = Asked("silent", offers[place].answer_by)
            if step.deed == "run_out":
                return offers, asked_at, left, step
            if step.deed == "ask":
                offers += [Asked("open", step.answer_by)] * step.how_many
                asked_at += [now] * step.how_many
                left -= step.how_many
            assert step.look_at is not None
            assert step.look_at > now
            for place, offer in enumerate(offers):
                if offer.state == "open" and chance.random() < 0.3:
                    offers[place] = Asked("declined", offer.answer_by)
            asleep = timedelta(hours=chance.randint(1, 9)) if chance.random() < 0.1 else timedelta()
            now = step.look_at + asleep
        raise AssertionError("it never came to an end")

    def test_it_ends_and_everybody_was_asked(self, nights):
        assert all(left == 0 and step.deed == "run_out" for _offers, _asked, left, step in nights)

    def test_nobody_has_an_open_question_when_it_has_run_out(self, nights):
        assert all(offer.state != "open" for offers, *_rest in nights for offer in offers)

    def test_never_more_than_three_are_asked_in_one_moment(self, nights):
        assert all(asked.count(moment) <= MOST_TOGETHER for _offers, asked, *_rest in nights for moment in set(asked))

    def test_everybody_has_at_least_two_minutes(self, nights):
        for offers, asked, *_rest in nights:
            assert all(offer.answer_by - at >= timedelta(minutes=2) for offer, at in zip(offers, asked, strict=True))
