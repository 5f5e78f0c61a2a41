"""What callers agree to: written down as it was said, never changed, deny by default, refused where it contradicts itself."""

from datetime import timedelta

import pytest

from cases.consenting import Receiver
from cases.models import Consent, ConsentWording, FollowUp, Purpose
from cases.services import consent_keeping, consents, identity, wordings
from cases.services.consent_keeping import Answer
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_caller, make_case

LAWYER = Receiver("lawyer", "Lawyer N.")


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def say(rose, thandi, at):
    """Write down what Rose says to one purpose."""

    def said(purpose, answer, receiver=None, *, case=None, **how):
        given = [Answer(purpose, answer, receiver or Receiver())]
        (row,) = consent_keeping.record(case=case or rose, answers=given, by=thandi, **{"at": at, **how})
        return row

    return said


@pytest.mark.parametrize("purpose", Purpose.values)
def test_nothing_holds_before_it_was_asked(rose, purpose, at):
    assert not consents.holds(rose, purpose, at=at)
    assert not consents.is_refused(rose, purpose, at=at)
    with pytest.raises(NotAllowed, match="have not said yes"):
        consents.require(rose, purpose, at=at)


def test_a_purpose_that_there_is_not_is_a_slip_and_never_reads_as_a_no(rose, at):
    with pytest.raises(ValueError, match="statistic"):
        consents.holds(rose, "statistic", at=at)


def test_what_was_said_is_kept_with_the_words_the_witness_and_the_way_back(rose, say, thandi, at):
    row = say(
        "share", "given", LAWYER, how="written", witness="her sister", limits="not the child", withdraw_by="text us"
    )
    kept = Consent.objects.get(pk=row.pk)
    assert (kept.receiver_name, kept.witness, kept.limits, kept.withdraw_by) == (
        "Lawyer N.", "her sister", "not the child", "text us",
    )  # fmt: skip
    assert (kept.how, kept.recorded_by, kept.said_at) == ("written", thandi, at)
    assert (kept.wording.language, kept.wording.version) == ("en", 1)
    assert consents.holds(rose, "share", Receiver("lawyer", "lawyer n."), at=at)
    assert not consents.holds(rose, "share", Receiver("lawyer", "Lawyer O."), at=at)
    assert not consents.holds(rose, "share", at=at)


def test_names_and_words_are_not_readable_in_the_table(say):
    row = say("share", "given", LAWYER, witness="her sister", limits="not the child")
    stored = Consent.objects.filter(pk=row.pk).values_list("receiver_name", "witness", "limits").get()
    assert not any(word in repr(one.blob) for one in stored for word in ("Lawyer", "sister", "child"))


def test_the_newest_word_counts_and_the_older_ones_stay(rose, say, at):
    say("statistics", "given", at=at - timedelta(hours=2))
    say("statistics", "refused", at=at - timedelta(hours=1))
    assert not consents.holds(rose, "statistics", at=at)
    say("statistics", "given")
    assert consents.holds(rose, "statistics", at=at)
    assert [row.answer for row in Consent.objects.order_by("pk")] == ["given", "refused", "given"]


def test_yes_and_no_to_the_same_thing_at_once_is_refused_in_words_and_nothing_is_kept(rose, thandi, at):
    both = [Answer("share", "given", LAWYER), Answer("share", "refused", Receiver("lawyer", " lawyer  n. "))]
    with pytest.raises(NotAllowed, match="Two different answers to the same thing at once: share with lawyer"):
        consent_keeping.record(case=rose, answers=both, by=thandi, at=at)
    assert not Consent.objects.exists()


def test_another_answer_for_the_moment_that_is_written_down_already_is_refused(rose, say, at):
    say("story", "given", said_at=at - timedelta(hours=1))
    with pytest.raises(NotAllowed, match="Two different answers"):
        say("story", "refused", said_at=at - timedelta(hours=1))
    assert Consent.objects.count() == 1


def test_the_name_of_a_receiver_stands_in_no_refusal(rose, thandi, at):
    both = [Answer("share", "given", LAWYER), Answer("share", "refused", LAWYER)]
    with pytest.raises(NotAllowed) as refusal:
        consent_keeping.record(case=rose, answers=both, by=thandi, at=at)
    assert "Lawyer N." not in str(refusal.value)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([], "Nothing was answered"),
        ([Answer("everything", "given")], "no such purpose"),
        ([Answer("story", "perhaps")], "yes, no, or not now"),
        ([Answer("story", "withdrawn")], "yes, no, or not now"),
        ([Answer("share", "given")], "with whom"),
        ([Answer("share", "given", Receiver("wizard"))], "with whom"),
        ([Answer("story", "given", LAWYER)], "Only sharing has a receiver"),
        ([Answer("share", "given", Receiver("lawyer", "x" * 121))], "too long"),
        ([Answer("story", "given"), Answer("everything", "given")], "no such purpose"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_half_kept(rose, thandi, at, answers, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        consent_keeping.record(case=rose, answers=answers, by=thandi, at=at)
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"said_at": timedelta(minutes=1)}, "in the future"),
        ({"until": timedelta(0)}, "run out already"),
        ({"ask_again_at": timedelta(hours=-1)}, "lies ahead"),
    ],
)
def test_times_that_cannot_be_are_refused(rose, say, at, when, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        say("story", "given", **{name: at + ahead for name, ahead in when.items()})
    assert not Consent.objects.exists()


def test_a_yes_until_friday_ends_on_friday_and_is_asked_again_then(rose, say, thandi, at):
    friday = at + timedelta(days=4)
    say("share", "given", LAWYER, until=friday)
    assert consents.holds(rose, "share", LAWYER, at=friday - timedelta(seconds=1))
    assert not consents.holds(rose, "share", LAWYER, at=friday)
    again = FollowUp.objects.get()
    assert (again.because, again.due_at, again.owner) == ("consent_again", friday, thandi)


def test_not_now_holds_for_no_and_is_asked_again_when_she_said(rose, say, at):
    say("warning", "not_now", ask_again_at=at + timedelta(days=2))
    assert consents.is_refused(rose, "warning", at=at)
    assert FollowUp.objects.get().due_at == at + timedelta(days=2)


def test_what_she_takes_back_is_gone_at_once_however_often_it_is_pressed(rose, say, thandi, at):
    row = say("share", "given", LAWYER)
    for _press in range(2):
        consent_keeping.withdraw(consent=row, by=thandi, at=at)
    assert not consents.holds(rose, "share", LAWYER, at=at)
    assert [one.answer for one in Consent.objects.order_by("pk")] == ["given", "withdrawn"]
    assert Entry.objects.filter(verb="consent.withdrawn", about=rose.ref).count() == 1


def test_a_no_cannot_be_taken_back_as_if_it_were_a_yes(say, thandi, at):
    row = say("story", "refused")
    with pytest.raises(NotAllowed, match="no yes here"):
        consent_keeping.withdraw(consent=row, by=thandi, at=at)


def test_a_yes_is_for_one_story_and_a_no_is_hers_in_all_of_them(rose, say, line, thandi, at):
    other = make_case(line=line, caller=rose.caller, owner=thandi)
    say("statistics", "given")
    assert not consents.holds(other, "statistics", at=at)
    say("statistics", "given", case=other, at=at + timedelta(minutes=1))
    say("statistics", "refused", at=at + timedelta(minutes=2))
    assert not consents.holds(other, "statistics", at=at + timedelta(minutes=2))


def test_what_somebody_said_elsewhere_does_not_count_while_it_is_not_known_who_she_is(rose, say, line, at):
    unsettled = make_case(line=line, caller=rose.caller, possibly_known=True)
    say("contact", "refused")
    assert consents.is_refused(rose, "contact", at=at)
    assert not consents.is_refused(unsettled, "contact", at=at)


def test_joined_cases_are_one_story_and_parted_ones_are_two_again(rose, say, line, thandi, at):
    later = make_case(line=line, caller=make_caller(code_word="lemon tree"), owner=thandi)
    row = say("story", "given", case=later)
    identity.join_cases(case=later, into=rose, by=thandi, how="deliberate", at=at)
    assert consents.holds(rose, "story", at=at)
    later.refresh_from_db()
    identity.part_cases(case=later, by=thandi, at=at)
    assert not consents.holds(rose, "story", at=at)
    assert consents.holds(Consent.objects.get(pk=row.pk).case, "story", at=at)


def test_many_cases_are_judged_in_one_query_exactly_as_each_alone(
    rose, say, line, thandi, at, django_assert_num_queries
):
    second = make_case(line=line, caller=rose.caller, owner=thandi)
    third = make_case(line=line, caller=make_caller(), owner=thandi)
    withheld = make_case(line=line, owner=thandi)
    say("statistics", "given", case=third)
    say("statistics", "given", case=withheld)
    say("statistics", "given", case=second, at=at - timedelta(hours=1))
    say("statistics", "refused", case=rose)
    cases = [rose, second, third, withheld]
    with django_assert_num_queries(1):
        holding = consents.holding(cases, "statistics", at=at)
    assert (
        holding == {case.pk for case in cases if consents.holds(case, "statistics", at=at)} == {third.pk, withheld.pk}
    )


def test_the_audit_says_what_was_answered_and_to_whom_it_does_not_say(rose, say):
    say("share", "given", LAWYER, witness="her sister")
    deed = Entry.objects.get(verb="consent.recorded")
    assert (deed.about, deed.detail["purpose"], deed.detail["answer"]) == (rose.ref, "share", "given")
    assert "Lawyer" not in str(deed.detail)
    assert "sister" not in str(deed.detail)


def test_every_purpose_and_every_point_has_words_that_can_be_said_aloud():
    said = wordings.delivered()["en"]
    assert set(said) == set(wordings.subjects())
    assert all(40 < len(body) <= wordings.LONGEST for body in said.values())


def test_lerato_publishes_other_words_and_what_was_answered_keeps_the_old_ones(db, rose, say, lerato, at):
    before = say("story", "given")
    draft = wordings.save_draft(about="story", language="en", body="In our own words?", by=lerato, at=at)
    assert wordings.wordings(["story"], "en")["story"].body != "In our own words?"
    wordings.publish(draft=draft, by=lerato, at=at)
    after = say("story", "given", said_at=at + timedelta(minutes=1), at=at + timedelta(minutes=1))
    assert (before.wording.version, after.wording.version) == (1, 2)
    assert after.wording.body == "In our own words?"
    assert before.wording.body == wordings.delivered()["en"]["story"]


def test_words_in_her_language_are_said_and_english_where_there_are_none(rose, say, lerato, at):
    draft = wordings.save_draft(about="story", language="zu", body="Singakuxoxa?", by=lerato, at=at)
    wordings.publish(draft=draft, by=lerato, at=at)
    assert say("story", "given", language="zu").wording.language == "zu"
    assert say("statistics", "given", language="zu").wording.language == "en"


def test_a_published_version_is_never_changed(lerato, at, db):
    draft = wordings.save_draft(about="story", language="en", body="First.", by=lerato, at=at)
    wordings.publish(draft=draft, by=lerato, at=at)
    row = ConsentWording.objects.get(pk=draft.pk)
    row.body = "Something else."
    with pytest.raises(ValueError, match="never changed"):
        row.save()
    with pytest.raises(NotAllowed, match="writing the next one"):
        wordings.publish(draft=row, by=lerato, at=at)
    following = wordings.save_draft(about="story", language="en", body="Second.", by=lerato, at=at)
    assert (following.version, ConsentWording.objects.get(pk=draft.pk).body) == (row.version + 1, "First.")


@pytest.mark.parametrize(
    ("about", "language", "body", "sentence"),
    [
        ("nothing", "en", "x", "nothing of this name"),
        ("story", "e", "x", "by its code"),
        ("story", "<b>", "x", "by its code"),
        ("story", "en", "  ", "no words"),
        ("story", "en", "x" * 2001, "so much"),
    ],
)
def test_words_that_cannot_be_said_are_not_kept(lerato, at, db, about, language, body, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        wordings.save_draft(about=about, language=language, body=body, by=lerato, at=at)
    assert not ConsentWording.objects.drafts().exists()
