"""What happened is written down, changed and taken along for others, and nobody's words are lost."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from cases.models import Act, Answer, Detention, FollowUp, Incident, IncidentDraft, Perpetrator, Said
from cases.services import events, incidents, searching
from cases.services.incident_facts import LONGEST_NARRATIVE, Facts, Held, Unfit, Who, facts_of
from cases.vocabulary import codes
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from helpline.core.privacy.fields import all_indexes
from tests.factories import make_caller, make_case

WORDS = "Four of us were taken. The van said nothing."


@pytest.fixture
def case(line, thandi, at):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi, at=at)


@pytest.fixture
def raid(at):
    """A raid at eleven, told three hours later: four women, police in a van, held at a station."""
    begins = at - timedelta(hours=3)
    return Facts(
        narrative=WORDS,
        earliest_at=begins,
        latest_at=begins + timedelta(hours=1),
        district="Hillbrow",
        place="flat 4, Mango Court",
        settings=("WORKPLACE_BROTHEL",),
        acts=("EMO_DETAIN", "EMO_EXTORT"),
        primary_act="EMO_DETAIN",
        perpetrators=(
            Who(code="POLICE", is_primary=True, how_many=6, plate="nd 123-456", vehicle="white van", station="Hillbrow",
                badge="Dlamini 0774", deeds=("ARRESTED", "TOOK_CONDOMS"), amount="200 rand", known="one limps"),
        ),
        held=Held(since_earliest=begins, station="Hillbrow", ground="loitering"),
    )  # fmt: skip


@pytest.fixture
def told(case, thandi, raid, at):
    return incidents.record(case=case, by=thandi, at=at, facts=raid)


def refused(**of):
    with pytest.raises(Unfit) as refusal:
        incidents.record(**of)
    return refusal.value.fields


def test_words_alone_are_enough(case, thandi, at):
    made = incidents.record(case=case, by=thandi, at=at, facts=Facts(narrative="He would not let me out."))
    kept = Incident.objects.get(pk=made.pk)
    assert (kept.narrative, kept.vocabulary, kept.version) == ("He would not let me out.", codes.VERSION, 1)
    assert (kept.acts.count(), kept.perpetrators.count(), kept.when_said) == (0, 0, "")


def test_everything_that_was_told_is_kept_as_it_was_told(told, raid, at):
    kept = facts_of(Incident.objects.get())
    assert kept.narrative == WORDS
    assert kept.acts == ("EMO_DETAIN", "EMO_EXTORT")
    assert (kept.primary_act, kept.settings, kept.when_said) == ("EMO_DETAIN", ("WORKPLACE_BROTHEL",), Said.TOLD)
    (police,) = kept.perpetrators
    assert (police.plate, police.badge, police.deeds) == ("ND123456", "Dlamini 0774", ("ARRESTED", "TOOK_CONDOMS"))
    assert (police.amount, police.how_many, police.is_primary) == ("200 rand", 6, True)
    assert kept.held.since_earliest == kept.held.since_latest == at - timedelta(hours=3)


def test_who_is_held_is_a_row_for_the_clock_of_custody_with_the_country_of_the_line(told, case, at):
    held = Detention.objects.get(case=case)
    assert (held.since_earliest, held.country, held.released_at) == (at - timedelta(hours=3), "ZA", None)
    assert codes.Flag.CUSTODY_CLOCK in told.flags


def test_somebody_newly_held_makes_a_case_urgent_once(told, case, thandi, raid, at):
    case.refresh_from_db()
    assert case.urgency == "danger"
    case.urgency = "normal"
    case.save()
    incidents.change(incident=told, by=thandi, at=at, facts=facts_of(told), version=1)
    case.refresh_from_db()
    assert case.urgency == "normal"


def test_one_act_alone_is_the_main_one_and_of_several_none_is_before_somebody_says_so(case, thandi, at):
    one = incidents.record(case=case, by=thandi, at=at, facts=Facts(narrative="a", acts=("PHY_BEAT",)))
    two = incidents.record(case=case, by=thandi, at=at, facts=Facts(narrative="b", acts=("PHY_BEAT", "SEX_RAPE")))
    assert [act.is_primary for act in one.acts.all()] == [True]
    assert [act.is_primary for act in two.acts.all()] == [False, False]


def test_a_whole_plate_is_found_by_its_index(told):
    assert Perpetrator.objects.get(plate_index__in=all_indexes("plate", "ND123456")).incident == told


def test_the_form_sent_twice_makes_one(case, thandi, at):
    facts = Facts(narrative="once")
    made = [incidents.record(case=case, by=thandi, at=at, facts=facts, key="K1") for _ in range(2)]
    assert made == [Incident.objects.get()] * 2


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("narrative", {"narrative": " \n "}),
        ("narrative", {"narrative": "x" * (LONGEST_NARRATIVE + 1)}),
        ("earliest_at", {"earliest": timedelta(minutes=6)}),
        ("latest_at", {"earliest": timedelta(0), "latest": timedelta(hours=1)}),
        ("latest_at", {"earliest": timedelta(hours=-1), "latest": timedelta(hours=-2)}),
        ("earliest_at", {"latest": timedelta(hours=-2)}),
        ("earliest_at", {"earliest": timedelta(days=-365 * 90)}),
        ("when_said", {"earliest": timedelta(0), "when_said": "declined"}),
        ("when_said", {"when_said": "somehow"}),
        ("acts", {"acts": ("ROB_OLD",)}),
        ("acts", {"acts": ("PHY_BEAT", "<script>")}),
        ("settings", {"settings": ("MOON",)}),
        ("perpetrators", {"perpetrators": (Who(code="NOBODY"),)}),
        ("perpetrators", {"perpetrators": (Who(code="POLICE", deeds=("SANG",)),)}),
        ("perpetrators", {"perpetrators": (Who(code="POLICE", how_many=0),)}),
        ("perpetrators", {"perpetrators": (Who(code="POLICE", is_primary=True), Who(code="CLIENT", is_primary=True))}),
        ("perpetrators", {"perpetrators": (Who(code="CLIENT"),) * 21}),
        ("perpetrators", {"perpetrators": (Who(code="CLIENT", known="x" * 2001),)}),
        ("place", {"place": "x" * 2001}),
        ("is_minor", {"is_minor": "certainly"}),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_with_a_sentence_and_nothing_is_kept(case, thandi, at, field, facts):
    earliest, latest = facts.pop("earliest", None), facts.pop("latest", None)
    times = {"earliest_at": at + earliest if earliest is not None else None}
    times["latest_at"] = at + latest if latest is not None else None
    said = refused(case=case, by=thandi, at=at, facts=Facts(**{"narrative": "x", **times, **facts}))
    assert field in said
    assert said[field]
    assert not Incident.objects.exists()
    assert not Entry.objects.filter(verb="incident.recorded").exists()


@pytest.mark.parametrize(
    ("field", "hours"),
    [
        ("since_earliest", {"released_at": -1}),
        ("since_earliest", {"since_earliest": 1}),
        ("since_latest", {"since_earliest": -1, "since_latest": -2}),
        ("released_at", {"since_earliest": -1, "released_at": -2}),
        ("released_at", {"since_earliest": -1, "released_at": 1}),
    ],
)
def test_times_in_custody_that_cannot_be_are_refused(case, thandi, at, field, hours):
    held = Held(**{name: at + timedelta(hours=number) for name, number in hours.items()})
    assert field in refused(case=case, by=thandi, at=at, facts=Facts(narrative="x", held=held))
    assert not Detention.objects.exists()


def test_every_reason_is_said_at_once(case, thandi, at):
    said = refused(case=case, by=thandi, at=at, facts=Facts(acts=("A",), settings=("B",)))
    assert said.keys() == {"narrative", "acts", "settings"}


def test_that_they_chose_not_to_say_and_that_they_do_not_know_are_values(case, thandi, at):
    facts = Facts(
        narrative="x", when_said="declined", where_said="unknown", told_by="declined", is_minor="declined",
        perpetrators=(Who(code="DECLINED"),),
    )  # fmt: skip
    kept = facts_of(incidents.record(case=case, by=thandi, at=at, facts=facts))
    assert (kept.when_said, kept.where_said, kept.told_by, kept.is_minor) == (
        "declined",
        "unknown",
        "declined",
        "declined",
    )
    assert kept.perpetrators[0].code == "DECLINED"


def test_of_two_who_change_one_the_second_is_told_and_both_texts_are_there(told, thandi, naledi, raid, at):
    facts = facts_of(told)
    incidents.change(incident=told, by=naledi, at=at, facts=Facts(narrative="Naledi heard more."), version=1)
    with pytest.raises(incidents.Overtaken) as overtaken:
        incidents.change(incident=told, by=thandi, at=at, facts=facts, version=1)
    assert overtaken.value.now.narrative == "Naledi heard more."
    assert Incident.objects.get().narrative == "Naledi heard more."
    assert Incident.objects.get().changed_by == naledi


def test_a_change_keeps_perpetrators_that_are_named_and_takes_away_those_that_are_not(told, thandi, at):
    before = Perpetrator.objects.get()
    facts = Facts(narrative=WORDS, perpetrators=(Who(ref=before.ref, code="MUNICIPAL"), Who(code="CLIENT")))
    incidents.change(incident=told, by=thandi, at=at, facts=facts, version=1)
    kept = list(Perpetrator.objects.values_list("ref", "code"))
    assert (before.ref, "MUNICIPAL") in kept
    assert len(kept) == 2
    assert not Detention.objects.exists(), "who is not held any longer in what was told is not held"


def test_the_perpetrator_of_another_incident_cannot_be_taken_along_by_its_reference(told, case, thandi, at):
    of_another = Perpetrator.objects.get()
    incidents.record(
        case=case, by=thandi, at=at, facts=Facts(narrative="x", perpetrators=(Who(ref=of_another.ref, code="CLIENT"),))
    )
    of_another.refresh_from_db()
    assert (of_another.incident, of_another.code) == (told, "POLICE")


def make_old(incident):
    """An incident as an older version of the list left it."""
    Act.objects.filter(incident=incident).delete()
    Act.objects.create(incident=incident, code="ROB_OLD")
    Incident.objects.filter(pk=incident.pk).update(vocabulary="2024.1")
    return Incident.objects.get(pk=incident.pk)


def test_what_an_older_list_called_otherwise_stays_as_it_was_when_words_are_changed(told, thandi, at):
    old = make_old(told)
    facts = replace(facts_of(old), narrative="more words")
    kept = incidents.change(incident=old, by=thandi, at=at, facts=facts, version=1)
    assert [act.code for act in kept.acts.all()] == ["ROB_OLD"]
    assert kept.vocabulary == "2024.1"


def test_coded_anew_it_is_of_todays_version_and_the_old_code_cannot_come_back(told, thandi, at):
    old = make_old(told)
    facts = Facts(narrative=WORDS, acts=("PHY_ROBBED",))
    kept = incidents.change(incident=old, by=thandi, at=at, facts=facts, version=1)
    assert kept.vocabulary == codes.VERSION
    with pytest.raises(Unfit):
        incidents.change(incident=kept, by=thandi, at=at, facts=Facts(narrative=WORDS, acts=("ROB_OLD",)), version=2)


def test_whoever_is_out_is_out_since_then(told, thandi, at):
    incidents.set_released(incident=told, by=thandi, at=at, released_at=at)
    assert Detention.objects.get().released_at == at
    with pytest.raises(Unfit):
        incidents.set_released(incident=told, by=thandi, at=at, released_at=at - timedelta(days=2))


def test_a_caller_who_wants_our_liaison_to_speak_with_the_station_makes_one_task(case, thandi, raid, at):
    told = incidents.record(case=case, by=thandi, at=at, facts=replace(raid, may_ask_station="yes"))
    incidents.change(incident=told, by=thandi, at=at, facts=replace(facts_of(told), narrative="more"), version=1)
    task = FollowUp.objects.get()
    assert (task.because, task.is_urgent, task.due_at) == ("ask_station", True, at + timedelta(hours=1))


@pytest.mark.parametrize("answer", [Answer.NO, Answer.PERHAPS, Answer.DECLINED, Answer.UNKNOWN, Answer.NOT_ASKED])
def test_no_other_answer_makes_anything(case, thandi, raid, at, answer):
    incidents.record(case=case, by=thandi, at=at, facts=replace(raid, may_ask_station=answer))
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("answer", Answer.values)
def test_whether_they_are_under_18_or_made_to_work_tells_and_promises_nothing_to_anybody(case, thandi, at, answer):
    facts = Facts(narrative="x", is_minor=answer, is_unwilling=answer, acts=("EMO_CONFINE",))
    incidents.record(case=case, by=thandi, at=at, facts=facts)
    assert (FollowUp.objects.count(), Message.objects.count()) == (0, 0)
    assert set(Entry.objects.values_list("verb", flat=True)) == {"incident.recorded"}


def test_the_same_event_for_three_others_takes_along_facts_and_not_words(told, case, thandi, at):
    made = events.share_event(
        incident=told, by=thandi, at=at, people=["Lily", "Iris", "", "Ivy"], acts=["EMO_DETAIN"], is_held=True, key="K"
    )
    assert len(made) == 3
    for copy in made:
        kept = facts_of(Incident.objects.get(pk=copy.pk))
        assert (kept.narrative, kept.acts, kept.place) == ("", ("EMO_DETAIN",), "flat 4, Mango Court")
        assert (kept.perpetrators[0].plate, kept.perpetrators[0].known, kept.perpetrators[0].amount) == (
            "ND123456",
            "",
            "",
        )
        assert kept.held.since_earliest == at - timedelta(hours=3)
        assert kept.held.ground == ""
        assert copy.is_copied
        assert copy.event == told.event
        assert (copy.case.owner, copy.case.caller, copy.case.urgency) == (thandi, case.caller, "danger")
    assert [copy.case.concerns.code_name for copy in made] == ["Lily", "Iris", "Ivy"]


def test_the_same_form_sent_twice_opens_no_case_twice(told, thandi, at):
    for _ in range(2):
        events.share_event(incident=told, by=thandi, at=at, people=["Lily", "Iris"], key="K")
    assert Incident.objects.count() == 3


def test_a_case_that_has_the_event_keeps_what_it_has(told, line, thandi, at):
    other = make_case(line=line, owner=thandi, at=at)
    (copy,) = events.share_event(incident=told, by=thandi, at=at, cases=[other])
    incidents.change(incident=copy, by=thandi, at=at, facts=Facts(narrative="Her own words."), version=1)
    assert events.share_event(incident=told, by=thandi, at=at, cases=[other]) == []
    kept = Incident.objects.get(pk=copy.pk)
    assert (kept.narrative, kept.is_copied) == ("Her own words.", False)


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("acts", {"people": ["Lily"], "acts": ["SEX_RAPE"]}),
        ("people", {"people": []}),
        ("people", {"people": ["x" * 61]}),
        ("people", {"people": ["x"] * 20}),
    ],
)
def test_what_cannot_be_taken_along_is_refused_and_no_case_is_opened(told, thandi, at, field, what):
    with pytest.raises(Unfit) as refusal:
        events.share_event(incident=told, by=thandi, at=at, **what)
    assert field in refusal.value.fields
    assert Incident.objects.count() == 1


def test_who_was_released_is_not_taken_for_held_in_what_is_taken_along(told, thandi, at):
    incidents.set_released(incident=told, by=thandi, at=at, released_at=at)
    (copy,) = events.share_event(incident=told, by=thandi, at=at, people=["Lily"], is_held=True)
    assert not Detention.objects.filter(incident=copy).exists()


def test_what_is_typed_is_kept_for_its_author_and_done_with_when_it_is_written_down(case, thandi, naledi, at):
    for body in ("fo", "four", "four women \x00"):
        incidents.save_draft(case=case, by=thandi, body=body, at=at)
    incidents.save_draft(case=case, by=naledi, body="hers", at=at)
    assert incidents.read_draft(case=case, by=thandi) == "four women \x00"
    incidents.record(case=case, by=thandi, at=at, facts=Facts(narrative="four women"))
    assert [draft.body for draft in IncidentDraft.objects.all()] == ["hers"]
    incidents.save_draft(case=case, by=naledi, body="", at=at)
    assert not IncidentDraft.objects.exists()


def test_deeds_stand_in_the_audit_by_reference_alone(told, thandi, case, at):
    entry = Entry.objects.get(verb="incident.recorded")
    assert (entry.who, entry.about, entry.detail) == (thandi, case.ref, {"incident": told.ref})


@pytest.mark.django_db(transaction=True)
def test_two_who_change_at_the_same_moment_come_one_after_the_other(case, thandi, naledi, at):
    told = incidents.record(case=case, by=thandi, at=at, facts=Facts(narrative="first"))
    start, came = threading.Barrier(2), []

    def change(by, words):
        try:
            start.wait()
            incidents.change(incident=told, by=by, at=at, facts=Facts(narrative=words), version=1)
            came.append("kept")
        except incidents.Overtaken as overtaken:
            came.append(overtaken.now.narrative)
        finally:
            connection.close()

    both = [threading.Thread(target=change, args=each) for each in ((thandi, "hers"), (naledi, "mine"))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    kept = Incident.objects.get()
    assert sorted(came) == sorted(["kept", kept.narrative])
    assert kept.version == 2


def found_by(word, by, at):
    return {one.case.ref for one in searching.search(by=by, typed=word, at=at)}


@pytest.mark.parametrize("word", ["limps", "Mango", "Dlamini", "nd 123", "ND123456", "23456", "Hillbrow"])
def test_a_case_is_found_by_the_words_of_an_incident_and_by_a_part_of_a_plate(told, case, thandi, at, word):
    assert found_by(word, thandi, at) == {case.ref}


def test_words_that_were_changed_are_found_no_more(told, case, thandi, at):
    incidents.change(incident=told, by=thandi, at=at, facts=Facts(narrative="Something else."), version=1)
    assert found_by("limps", thandi, at) == set()
    assert found_by("ND123456", thandi, at) == set()
    assert found_by("something", thandi, at) == {case.ref}


def test_the_case_of_a_new_person_is_found_by_her_code_name(told, thandi, at):
    (copy,) = events.share_event(incident=told, by=thandi, at=at, people=["Hibiscus"])
    assert found_by("hibiscus", thandi, at) == {copy.case.ref}
