"""Two rows that are one person: hinted at, never on a number alone, merged by who may know, and taken apart whole."""

import pytest

from cases.models import Caller, CallerMerge, Case, ContactRoute, Number, SafeContact, SpokenName
from cases.services import identity, merging
from cases.services.safe_contact import may_text
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from telephony.models import Text
from tests.factories import NIGHT, make_caller, make_case, make_route, make_safe_contact


@pytest.fixture
def rose(db):
    return make_caller(code_name="Rose", code_word="Lemon tree")


@pytest.fixture
def case(rose, line, thandi):
    return make_case(caller=rose, line=line, owner=thandi)


def named(line, thandi, at, **names):
    """Another caller, written down as people do, so that her name is found."""
    case = make_case(caller=make_caller(), line=line, owner=thandi)
    identity.describe(case=case, by=thandi, at=at, **names)
    return Case.objects.get(pk=case.pk)


class TestHints:
    def test_a_number_alone_is_no_hint(self, case, rose, line, thandi, at):
        lily = named(line, thandi, at, code_name="Lily")
        make_safe_contact(lily.caller, thandi, number=case.number)
        assert merging.find_hints(case=case, reader=thandi) == []

    def test_a_name_alone_is_no_hint(self, case, line, thandi, at):
        named(line, thandi, at, code_name="Rose")
        assert merging.find_hints(case=case, reader=thandi) == []

    def test_two_things_alike_are_one(self, case, line, thandi, at):
        same_words = named(line, thandi, at, code_name="rose", code_word="LEMON tree")
        same_phone = named(line, thandi, at, code_name="Rose")
        make_safe_contact(same_phone.caller, thandi, number=case.number)
        hints = {hint.case.ref: hint.same for hint in merging.find_hints(case=case, reader=thandi)}
        assert hints == {same_words.ref: ("code_name", "code_word"), same_phone.ref: ("number", "code_name")}

    def test_nothing_is_hinted_to_who_may_not_read_the_other(self, case, line, thandi, sipho, at):
        named(line, thandi, at, code_name="rose", code_word="lemon tree")
        assert merging.find_hints(case=case, reader=sipho) == []

    def test_nothing_is_hinted_while_nobody_knows_who_rings(self, rose, line, thandi, at):
        named(line, thandi, at, code_name="rose", code_word="lemon tree")
        case = make_case(caller=rose, line=line, possibly_known=True)
        assert merging.find_hints(case=case, reader=thandi) == []


@pytest.fixture
def other(line, thandi, at):
    """Rose again, under another name, with one of everything."""
    caller = make_caller(code_name="Rosa", code_word="Kite", language="zu")
    case = make_case(caller=caller, line=line, owner=thandi)
    make_safe_contact(caller, thandi, may_text=True)
    make_route(caller, thandi, number="+447700900260")
    SpokenName.objects.create(caller=caller, kind="court", name="R.", said_at=at)
    Text.objects.create(sid="SM1", direction="inbound", caller=caller, case=case, number=case.number, body="x", at=at)
    return case


def everything():
    """All rows that could have moved, as they lie in the database."""
    rows = []
    for model in (Caller, Case, Number, SafeContact, ContactRoute, SpokenName, Text):
        rows += model.objects.order_by("pk").values("pk", *[f.attname for f in model._meta.fields if f.is_relation])
    callers = [(one.code_name, one.pronouns, one.code_word, one.language) for one in Caller.objects.order_by("pk")]
    return rows, callers


def merge(case, other, by, at=NIGHT, how="code_word", word="kite"):
    return merging.merge_callers(case=case, other=other, by=by, how=how, at=at, code_word=word)


class TestMerging:
    def test_everything_of_the_other_is_hers_from_now_on(self, case, other, rose, thandi, at):
        lost = other.caller
        merge(case, other, thandi)
        rose.refresh_from_db()
        assert {row.caller for row in (*Case.objects.all(), *Number.objects.all(), *Text.objects.all())} == {rose}
        assert {row.caller for row in (*SafeContact.objects.all(), *ContactRoute.objects.all())} == {rose}
        assert (rose.code_name, rose.code_word, rose.language) == ("Rose", "Lemon tree", "zu")
        assert Caller.objects.get(pk=lost.pk).merged_into == rose
        assert Entry.objects.filter(verb="caller.merged").count() == 2

    def test_taken_apart_everything_is_as_it_was_to_the_last_row(self, case, other, thandi, at):
        before = everything()
        row = merge(case, other, thandi)
        assert everything() != before
        merging.undo_merge(case=Case.objects.get(pk=case.pk), merge_ref=row.ref, by=thandi, at=at)
        assert everything() == before
        row.refresh_from_db()
        assert (row.undone_by, row.undone_at) == (thandi, at)

    def test_what_came_after_the_merge_stays_with_who_was_kept(self, case, other, rose, line, thandi, at):
        row = merge(case, other, thandi)
        later = make_case(caller=rose, line=line)
        merging.undo_merge(case=Case.objects.get(pk=case.pk), merge_ref=row.ref, by=thandi, at=at)
        assert Case.objects.get(pk=later.pk).caller == rose

    def test_where_both_spoke_of_one_phone_what_was_said_last_counts(self, case, other, rose, thandi, at):
        make_safe_contact(rose, thandi, number=other.number, may_text=False, at=NIGHT.replace(minute=5))
        merge(case, other, thandi)
        assert may_text(number=other.number, case=Case.objects.get(pk=case.pk), at=at)
        make_safe_contact(make_caller(number=""), thandi, number=other.number)
        SafeContact.objects.filter(caller=rose, number=other.number).update(confirmed_at=NIGHT.replace(minute=11))
        assert not may_text(number=other.number, case=Case.objects.get(pk=case.pk), at=NIGHT.replace(minute=12))

    def test_a_wrong_word_merges_nobody_and_is_counted_on_both(self, case, other, thandi):
        with pytest.raises(NotAllowed):
            merge(case, other, thandi, word="lemon tree")
        assert not CallerMerge.objects.exists()
        assert {entry.about for entry in Entry.objects.filter(verb="case.wrong_code_word")} == {case.ref, other.ref}

    def test_without_the_word_only_a_supervisor_does(self, case, other, thandi, naledi):
        with pytest.raises(NotAllowed):
            merge(case, other, thandi, how="deliberate")
        assert merge(case, other, naledi, how="deliberate").how == "deliberate"

    def test_only_who_may_read_both_can(self, case, other, nomsa):
        with pytest.raises(NotAllowed):
            merge(case, other, nomsa)

    def test_nobody_is_merged_who_is_only_possibly_known(self, case, other, rose, naledi):
        Case.objects.filter(pk=other.pk).update(possibly_known=True)
        with pytest.raises(NotAllowed):
            merge(case, Case.objects.get(pk=other.pk), naledi, how="deliberate")

    def test_one_person_is_not_merged_with_herself(self, case, rose, line, naledi):
        with pytest.raises(NotAllowed):
            merge(case, make_case(caller=rose, line=line), naledi, how="deliberate")

    def test_the_later_one_is_taken_apart_first(self, case, other, line, thandi, naledi, at):
        first = merge(case, other, thandi)
        third = make_case(caller=make_caller(), line=line)
        second = merge(Case.objects.get(pk=case.pk), third, naledi, how="deliberate")
        with pytest.raises(NotAllowed, match="later one"):
            merging.undo_merge(case=Case.objects.get(pk=case.pk), merge_ref=first.ref, by=thandi, at=at)
        for row in (second, first):
            merging.undo_merge(case=Case.objects.get(pk=case.pk), merge_ref=row.ref, by=thandi, at=at)
        with pytest.raises(NotAllowed, match="already"):
            merging.undo_merge(case=Case.objects.get(pk=case.pk), merge_ref=first.ref, by=thandi, at=at)

    def test_a_merge_of_somebody_else_is_not_there(self, case, other, line, thandi, at):
        row = merge(case, other, thandi)
        stranger = make_case(caller=make_caller(), line=line, owner=thandi)
        with pytest.raises(NotFound):
            merging.undo_merge(case=stranger, merge_ref=row.ref, by=thandi, at=at)

    def test_what_is_written_down_of_it_holds_no_words(self, case, other, thandi):
        row = merge(case, other, thandi)
        assert "R." not in str(row.moved)
        assert all(isinstance(key, int | str) for keys in row.moved.values() for key in keys)
