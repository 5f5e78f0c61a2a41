"""A caller changes her number: nothing more goes to the old one, what waited follows only after her word, history stays.

And somebody else has her phone: nothing goes there until a person has settled it.
"""

from datetime import timedelta

import pytest

from cases.models import FollowUp, Number, NumberChange, SafeContact
from cases.services import numbers
from cases.services.casework import lock
from cases.services.check_in_reading import is_in_danger
from cases.services.safe_contact import may_call, may_text
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message
from tests.cases.check_in_rows import DANGER, FRIEND, MOTHER, make_route, start, texts
from tests.factories import make_caller, make_case, make_person, make_safe_contact

NEW = "+447700900270"


@pytest.fixture
def rose(thandi):
    caller = make_caller(code_word="Lemon tree")
    make_safe_contact(caller, thandi, may_text=True, may_call=True)
    return caller


@pytest.fixture
def case(rose, line, thandi):
    return make_case(caller=rose, line=line, owner=thandi)


def wait(case, key, at, **more):
    words = {"body": "Please ring when you can."}
    return outbox.put(
        key=key, route="caller", to=case.number.ref, template="written", words=words, about=case.ref, at=at, **more
    )


class TestAnotherNumber:
    def test_nothing_may_go_there_before_she_was_asked(self, case, rose, thandi, at):
        number = numbers.add_number(case=case, by=thandi, at=at, typed=NEW)
        assert set(rose.safe_contacts.values_list("number__ref", flat=True)) == {case.number.ref, number.ref}
        assert may_text(number=number, case=case, at=at).because == "said_no"

    def test_a_number_that_others_use_stays_theirs_too_and_nobody_is_taken_for_anybody(self, case, rose, thandi, at):
        lily = make_caller(number=NEW)
        number = numbers.add_number(case=case, by=thandi, at=at, typed=NEW, whose="shared")
        number.refresh_from_db()
        assert (number.caller, Number.objects.count()) == (lily, 2)
        assert SafeContact.objects.get(number=number).caller == rose

    @pytest.mark.parametrize("typed", ["", "12", "not a number", "+44770\x0090027", "+999999999999999999"])
    def test_what_is_no_number_is_not_added(self, case, thandi, at, typed):
        with pytest.raises(NotAllowed):
            numbers.add_number(case=case, by=thandi, at=at, typed=typed)
        assert Number.objects.count() == 1

    def test_adding_it_twice_changes_nothing(self, case, rose, thandi, at):
        for _twice in range(2):
            numbers.add_number(case=case, by=thandi, at=at, typed=NEW)
        assert rose.safe_contacts.count() == 2

    def test_nothing_is_added_while_nobody_knows_who_rings(self, rose, line, thandi, at):
        case = make_case(caller=rose, line=line, possibly_known=True)
        with pytest.raises(NotAllowed):
            numbers.add_number(case=case, by=thandi, at=at, typed=NEW)


class TestTheOldNumber:
    def end(self, case, thandi, at, because="changed"):
        return numbers.end_number(case=case, by=thandi, at=at, number_ref=case.number.ref, because=because)

    def test_nothing_more_goes_there_and_what_waits_is_taken_back(self, case, thandi, at):
        message = wait(case, "a", at, not_before=at + timedelta(days=1))
        change = self.end(case, thandi, at)
        message.refresh_from_db()
        assert message.state == "canceled"
        assert change.waiting == [message.ref]
        assert may_text(number=case.number, case=case, at=at).because == "ended"
        assert may_call(number=case.number, case=case, at=at).because == "ended"

    def test_what_waits_for_somebody_else_with_that_phone_stays(self, case, line, thandi, at):
        lily = make_caller(number="")
        other = make_case(caller=lily, number=case.number, line=line)
        message = wait(other, "lily", at)
        self.end(case, thandi, at)
        message.refresh_from_db()
        assert message.state == "waiting"

    def test_it_is_kept_as_history_with_who_said_so_and_a_person_looks_for_another_way(self, case, rose, thandi, at):
        self.end(case, thandi, at, because="lost")
        change = NumberChange.objects.get()
        assert (change.caller, change.old, change.because, change.by, change.at) == (
            rose,
            case.number,
            "lost",
            thandi,
            at,
        )
        assert SafeContact.objects.get().ended_because == "lost"
        assert (FollowUp.objects.get().because, FollowUp.objects.get().owner) == ("number_ended", thandi)

    def test_saying_it_twice_is_saying_it_once(self, case, thandi, at):
        assert self.end(case, thandi, at) == self.end(case, thandi, at)
        assert NumberChange.objects.count() == FollowUp.objects.count() == 1

    def test_a_reason_is_needed(self, case, thandi, at):
        with pytest.raises(NotAllowed):
            self.end(case, thandi, at, because="")

    def test_it_can_become_hers_again_with_nothing_allowed(self, case, thandi, at):
        self.end(case, thandi, at)
        numbers.add_number(case=case, by=thandi, at=at, typed=case.number.number)
        assert may_text(number=case.number, case=case, at=at).because == "said_no"

    def test_what_was_taken_back_goes_to_the_new_number_only_with_her_word(self, case, thandi, at):
        old = wait(case, "a", at, not_before=at + timedelta(days=1), expires_at=at + timedelta(days=2))
        change = self.end(case, thandi, at)
        new = numbers.add_number(case=case, by=thandi, at=at, typed=NEW)
        send = {"case": case, "by": thandi, "at": at, "change_ref": change.ref, "to_ref": new.ref}
        with pytest.raises(NotAllowed):
            numbers.readdress(**send, code_word="orange tree")
        assert Message.objects.exclude(route="staff").count() == 1
        assert Entry.objects.filter(verb="case.wrong_code_word", about=case.ref).count() == 1
        assert numbers.readdress(**send, code_word="lemon tree") == 1
        sent = Message.objects.exclude(route="staff").latest("pk")
        assert (sent.to_ref, sent.words, sent.not_before, sent.expires_at, sent.about, sent.state) == (
            new.ref, old.words, old.not_before, old.expires_at, case.ref, "waiting",
        )  # fmt: skip
        change.refresh_from_db()
        assert (change.new, change.readdressed_at) == (new, at)

    def test_after_her_word_for_danger_nothing_goes_on_though_it_came_while_the_case_was_waited_for(
        self, case, rose, thandi, at, monkeypatch
    ):
        make_route(rose, thandi, MOTHER, name="Mother", position=1)
        make_route(rose, thandi, FRIEND, position=2)
        start(case, thandi)
        old = wait(case, "a", at)
        change = self.end(case, thandi, at)
        new = numbers.add_number(case=case, by=thandi, at=at, typed=NEW)
        send = {"case": case, "by": thandi, "at": at, "change_ref": change.ref, "to_ref": new.ref}
        seen = []

        def lock_late(locked):
            seen.append(texts(case, DANGER, at=at))
            assert is_in_danger(case)
            return lock(locked)

        monkeypatch.setattr(numbers, "lock", lock_late)
        with pytest.raises(NotAllowed):
            numbers.readdress(**send, code_word="Lemon tree")
        assert seen
        assert not Message.objects.filter(to_ref=new.ref).exists()
        old.refresh_from_db()
        change.refresh_from_db()
        assert (old.state, change.new, change.readdressed_at) == ("canceled", None, None)

    def test_it_goes_once_however_often_the_button_is_pressed(self, case, thandi, at):
        wait(case, "a", at)
        change = self.end(case, thandi, at)
        new = numbers.add_number(case=case, by=thandi, at=at, typed=NEW)
        for _twice in range(2):
            numbers.readdress(
                case=case, by=thandi, at=at, change_ref=change.ref, to_ref=new.ref, code_word="Lemon tree"
            )
        assert Message.objects.filter(to_ref=new.ref).count() == 1

    def test_what_has_grown_too_old_meanwhile_is_not_sent(self, case, thandi, at):
        wait(case, "a", at, expires_at=at + timedelta(hours=1))
        change = self.end(case, thandi, at)
        new = numbers.add_number(case=case, by=thandi, at=at, typed=NEW)
        later = at + timedelta(hours=1)
        assert numbers.readdress(
            case=case, by=thandi, at=later, change_ref=change.ref, to_ref=new.ref, code_word="Lemon tree"
        ) == 0  # fmt: skip

    def test_nothing_goes_to_a_number_that_is_not_hers(self, case, thandi, at):
        wait(case, "a", at)
        change = self.end(case, thandi, at)
        stranger = make_caller().numbers.get()
        with pytest.raises(NotFound):
            numbers.readdress(
                case=case, by=thandi, at=at, change_ref=change.ref, to_ref=stranger.ref, code_word="Lemon tree"
            )


class TestSomebodyElseHasThePhone:
    def hold(self, case, at, because="impostor"):
        return numbers.hold_number(number=Number.objects.get(pk=case.number_id), because=because, at=at, case=case)

    def test_nothing_goes_there_a_person_is_asked_at_once_and_supervisors_hear_of_it(self, case, thandi, at):
        assert self.hold(case, at) is True
        case.number.refresh_from_db()
        assert may_text(number=case.number, case=case, at=at).because == "held"
        task = FollowUp.objects.get()
        assert (task.because, task.owner, task.is_urgent, task.due_at) == ("held_impostor", thandi, True, at)
        alarm = Alarm.objects.get()
        assert (alarm.kind, alarm.about) == ("number_held", case.ref)

    def test_many_such_texts_are_one_task_and_one_alarm_a_day(self, case, at):
        assert [self.hold(case, at), self.hold(case, at + timedelta(minutes=1))] == [True, False]
        assert FollowUp.objects.count() == Alarm.objects.count() == 1

    def test_her_word_lets_it_go(self, case, thandi, at):
        self.hold(case, at)
        with pytest.raises(NotAllowed):
            numbers.lift_hold(case=case, by=thandi, at=at, number_ref=case.number.ref, how="code_word", code_word="x")
        assert Number.objects.get(pk=case.number_id).held_at is not None
        numbers.lift_hold(
            case=case, by=thandi, at=at, number_ref=case.number.ref, how="code_word", code_word=" lemon TREE"
        )
        case.number.refresh_from_db()
        assert may_text(number=case.number, case=case, at=at)

    def test_without_the_word_only_a_supervisor_says_that_it_is_her(self, case, thandi, naledi, at):
        self.hold(case, at)
        with pytest.raises(NotAllowed):
            numbers.lift_hold(case=case, by=thandi, at=at, number_ref=case.number.ref, how="deliberate")
        numbers.lift_hold(case=case, by=naledi, at=at, number_ref=case.number.ref, how="deliberate")
        assert Entry.objects.get(verb="number.released").detail["how"] == "deliberate"

    def test_nothing_is_let_go_that_is_not_held(self, case, naledi, at):
        with pytest.raises(NotAllowed):
            numbers.lift_hold(case=case, by=naledi, at=at, number_ref=case.number.ref, how="deliberate")

    def test_a_wrong_word_by_text_holds_the_number_and_the_right_one_does_not(self, case, thandi, at):
        check = {"case": case, "by": thandi, "at": at, "number_ref": case.number.ref}
        numbers.check_word_texted(**check, said="lemon tree")
        assert Number.objects.get(pk=case.number_id).held_at is None
        with pytest.raises(NotAllowed):
            numbers.check_word_texted(**check, said="is it lemon?")
        assert Number.objects.get(pk=case.number_id).held_because == "wrong_word"
        assert FollowUp.objects.get().because == "held_wrong_word"


def test_nobody_goes_through_words_from_case_to_case(line, at):
    guesser = make_person("guesser", "counsellor")
    refused = 0
    for _number in range(30):
        case = make_case(caller=make_caller(code_word="Lemon tree"), line=line)
        with pytest.raises(NotAllowed) as no:
            numbers.check_word_texted(case=case, by=guesser, at=at, number_ref=case.number.ref, said="x")
        refused += "Too many" in str(no.value)
    assert refused == 10
