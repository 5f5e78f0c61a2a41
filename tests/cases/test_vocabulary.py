"""The codes, and the rules about them, as tables that a coordinator can read."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cases.vocabulary import codes, gbvims
from cases.vocabulary.names import fold_name
from cases.vocabulary.plates import write_plate
from cases.vocabulary.redaction import suggest_redaction
from cases.vocabulary.times import Saying, read_saying
from cases.vocabulary.word_rules import RULES, suggest_acts
from tests.tables import read_table, split_list

JOHANNESBURG = ZoneInfo("Africa/Johannesburg")
BESIDE = [parent / "shared" / "data" / "codes" / "violence_codes.json" for parent in Path(__file__).parents]
FACTS = next((path for path in BESIDE if path.is_file()), None)
LISTS = (codes.ACTS, codes.PERPETRATORS, codes.SETTINGS, codes.DEEDS)
EVERY_CODE = {code for listed in LISTS for code in listed}


def local(words):
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=JOHANNESBURG)


@pytest.mark.parametrize("row", read_table("incident_times.csv"))
def test_what_is_said_of_a_time_is_an_interval(row):
    found = read_saying(Saying(row["said"]), local(row["now"]).astimezone(UTC), JOHANNESBURG)
    assert (found.earliest, found.latest) == (local(row["earliest"]), local(row["latest"]))


def test_no_saying_begins_after_it_ends_or_lies_ahead_at_any_hour_of_a_year():
    for zone in (JOHANNESBURG, ZoneInfo("Europe/Kyiv"), ZoneInfo("America/Vancouver")):
        for hour in range(0, 24 * 365, 7):
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
            for said in Saying:
                found = read_saying(said, at, zone)
                assert found.earliest <= found.latest <= at


@pytest.mark.parametrize("row", read_table("word_rules.csv"))
def test_acts_are_suggested_by_words(row):
    assert [one.code for one in suggest_acts(row["text"])] == split_list(row["acts"])


def test_a_suggestion_says_which_words_gave_it():
    (one,) = suggest_acts("then he took my phone and left")
    assert (one.code, one.heard) == ("PHY_ROBBED", "took my phone")


def test_every_rule_is_of_an_act_that_there_is():
    assert RULES.keys() <= codes.ACTS.keys()


@pytest.mark.parametrize(
    "text", ["", "\0", "took " * 30_000, "а" * 200_000, "a b " * 60_000, "\u202egnp.exe", "\ud800"]
)
def test_no_text_stops_the_rules(text):
    suggest_acts(text)
    suggest_redaction(text, names=["", "Rose"])


@pytest.mark.parametrize("row", read_table("plates.csv"))
def test_a_plate_is_kept_in_one_form(row):
    assert write_plate(row["typed"]) == row["kept"]


def test_names_of_stations_are_equal_however_they_are_written():
    assert {fold_name(name) for name in ("Hillbrow SAPS", "  hillbrow  saps. ", "HILLBROW-SAPS")} == {"hillbrow saps"}
    assert fold_name("Poste de Défense") == "poste de defense"


@pytest.mark.parametrize("row", read_table("redaction.csv"))
def test_what_a_rule_can_see_is_taken_out(row):
    given = suggest_redaction(row["text"], names=split_list(row["names"]), places=split_list(row["places"]))
    assert given.text == row["suggested"]


def test_what_was_taken_out_is_said_in_the_order_of_the_text():
    given = suggest_redaction("She rang +27820000000, then Thabo at 5 am.", names=[])
    assert given.taken == [("number", "+27820000000"), ("name", "Thabo"), ("time", "5 am")]


@pytest.mark.parametrize("row", read_table("gbvims.csv"))
def test_the_type_of_a_report_follows_from_the_ordered_questions(row):
    found = gbvims.decide(gbvims.suggest_answers(split_list(row["acts"])))
    assert (found.kind or "", found.ask or "") == (row["kind"], row["ask"])


def test_an_answer_of_the_coordinator_counts_whatever_the_acts_say():
    answers = {**gbvims.suggest_answers(["SEX_COERCED"]), gbvims.Kind.RAPE: gbvims.Answer.NO}
    assert gbvims.decide({**answers, gbvims.Kind.SEXUAL_ASSAULT: gbvims.Answer.YES}).kind == "sexual_assault"


def test_every_act_has_its_place_among_the_questions():
    assert gbvims.MAY_BE.keys() == codes.ACTS.keys()
    assert [*gbvims.QUESTIONS] == [kind for kind in gbvims.Kind if kind != gbvims.Kind.NON_GBV]


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("elapsed", "band"),
    [
        (timedelta(0), "0-3 days"),
        (72 * HOUR - timedelta(seconds=1), "0-3 days"),
        (72 * HOUR, "0-3 days"),
        (72 * HOUR + timedelta(seconds=1), "4-5 days"),
        (timedelta(days=4), "4-5 days"),
        (timedelta(days=5, seconds=1), "6-14 days"),
        (timedelta(days=14, seconds=1), "2 weeks-1 month"),
        (timedelta(days=31, seconds=1), "over 1 month"),
    ],
)
def test_day_four_is_not_counted_inside_the_window_of_pep(elapsed, band):
    assert gbvims.band_of(elapsed) == band


def test_nothing_is_told_before_it_happened():
    with pytest.raises(ValueError, match="before"):
        gbvims.band_of(timedelta(seconds=-1))


JUDGING = ("traffick", "exploit", "prostitut", "rescued", "victim", "migra", "smuggl")


def test_no_code_and_no_report_speaks_of_trafficking_or_exploitation_or_concludes_from_where_somebody_comes_from():
    said = [*EVERY_CODE, *(codes.say(code) for code in EVERY_CODE), *gbvims.Kind, *gbvims.KINDS.values(), *RULES]
    said += [word for beginnings in RULES.values() for word in beginnings]
    assert [words for words in said if any(judging in words.lower() for judging in JUDGING)] == []


@pytest.mark.parametrize(
    "text",
    [
        "She came from Zimbabwe without papers, by truck, over the border at night, an agent paid for her.",
        "I crossed the border to work. I sell sex. I am a migrant. They brought me from Lagos.",
    ],
)
def test_crossing_a_border_suggests_no_act(text):
    assert suggest_acts(text) == []


def test_sex_work_itself_is_no_act():
    assert suggest_acts("I am a sex worker. I sell sex to clients in a brothel, at night, for money and goods.") == []


def test_a_code_is_on_one_list_and_has_words_of_its_own():
    acts = [act.words for act in codes.ACTS.values()]
    assert len(set(acts)) == len(acts)
    assert not codes.RETIRED.keys() & EVERY_CODE
    everywhere = [code for listed in LISTS for code in listed]
    assert {code for code in everywhere if everywhere.count(code) > 1} == {"UNKNOWN", "SOCIAL_SERVICE"}
    assert codes.say("UNKNOWN") != codes.say_setting("UNKNOWN")


def test_a_code_of_an_older_list_is_said_as_it_was_and_is_of_today_no_longer(monkeypatch):
    monkeypatch.setattr(codes, "RETIRED", {"ROB_OLD": ("Robbed at work", "2024.1")})
    assert codes.say("ROB_OLD") == "Robbed at work"
    assert codes.say("NEVER_HEARD") == "NEVER_HEARD"
    assert not codes.is_current("ROB_OLD")


def test_what_an_act_sets_in_motion():
    assert codes.flags_of(["SEX_RAPE", "EMO_HUMIL"]) == {codes.Flag.PEP_CLOCK}
    assert codes.flags_of(["EMO_DETAIN", "PHY_CHOKE", "ROB_OLD"]) == {
        codes.Flag.CUSTODY_CLOCK,
        codes.Flag.URGENT_MEDICAL,
    }


def test_robbery_extortion_and_pay_kept_back_are_economic_beside_their_type():
    assert {code for code, act in codes.ACTS.items() if act.is_economic} == {"PHY_ROBBED", "EMO_EXTORT", "SEX_UNPAID"}


def test_the_codes_are_those_that_were_compiled():
    if FACTS is None:
        pytest.skip("the compiled list of codes lies beside the repository, not in it")
    facts = json.loads(FACTS.read_text())
    assert {act["code"]: act["type"] for act in facts["acts"]} == {act.code: act.type for act in codes.ACTS.values()}
    flagged = {act["code"]: act["flag"] for act in facts["acts"] if "flag" in act}
    assert flagged == {act.code: next(iter(act.flags)) for act in codes.ACTS.values() if act.flags}
    groups = {one["code"]: one["group"] for one in facts["perpetrators"]}
    assert groups == {one.code: one.group for one in codes.PERPETRATORS.values()}
    assert set(facts["settings"]) == codes.SETTINGS.keys()
    assert facts["gbvims_core_order"] == list(gbvims.Kind)
