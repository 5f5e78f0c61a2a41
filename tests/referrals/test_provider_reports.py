"""What is told of a provider: a breach ends trust at once, two bad reports until somebody has looked, and callers are looked after."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from cases.models import FollowUp
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.outbox.models import Message
from referrals.erasure import Referrals
from referrals.models import Conflict as ConflictRow
from referrals.models import Offer, ProviderReport, VettingMove
from referrals.services import asking, conflicts, provider_reports, suspending, sweeping, vetting
from tests.factories import make_caller, make_case
from tests.referrals.asking_rows import make_district, make_lawyer, put_on_stand_by
from tests.referrals.vetting_rows import make_accepted, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayanda(db):
    return make_provider(state="approved")


@pytest.fixture
def case(line, nomsa):
    return make_case(line=line, caller=make_caller(), owner=nomsa)


@pytest.fixture
def tell(ayanda, thandi, at):
    def told(kind="poor", **changes):
        return provider_reports.report(
            **{"provider": ayanda, "kind": kind, "words": "they shouted", "by": thandi, "at": at, **changes}
        )

    return told


def state_of(provider):
    provider.refresh_from_db()
    return provider.vetting, provider.vetting_why


def test_one_breach_suspends_at_once(ayanda, tell):
    tell("breach")
    assert state_of(ayanda) == ("suspended", "breach")


@pytest.mark.parametrize("state", ["proposed", "interviewed", "peer_tested", "probation"])
def test_a_breach_ends_it_wherever_they_stand(state, tell, thandi):
    somebody = make_provider("Botha Law", state=state)
    tell("breach", provider=somebody)
    assert state_of(somebody) == ("suspended", "breach")


def test_a_breach_of_somebody_removed_is_kept_and_looked_at(tell):
    gone = make_provider("Botha Law", state="removed")
    tell("breach", provider=gone)
    assert (state_of(gone)[0], gone.reports.count()) == ("removed", 1)


def test_one_bad_report_suspends_nobody(ayanda, tell, case):
    tell(case=case)
    assert state_of(ayanda) == ("approved", "")


def test_two_bad_reports_from_two_callers_suspend(ayanda, tell, case, line, at):
    tell(case=case)
    tell(case=make_case(line=line), at=at + timedelta(days=100))
    assert state_of(ayanda) == ("suspended", "two_reports")


def test_the_same_case_twice_is_one(ayanda, tell, case, at):
    tell(case=case)
    tell(case=case, at=at + timedelta(days=1))
    assert state_of(ayanda)[0] == "approved"


def test_a_form_that_was_sent_twice_is_one_report(tell):
    assert tell(key="form-1") == tell(key="form-1")
    assert ProviderReport.objects.count() == 1


def test_a_report_without_a_word_is_refused(tell):
    with pytest.raises(NotAllowed):
        tell(words="  ")
    assert not ProviderReport.objects.exists()


def test_there_are_three_kinds_of_reports(tell):
    with pytest.raises(NotAllowed):
        tell("gossip")


def test_other_people_there_mean_vetting_now_and_no_mark(ayanda, tell, at):
    ayanda.renew_by, ayanda.renewal_told = vetting.today(at) + timedelta(days=100), 1
    ayanda.save()
    tell("change")
    ayanda.refresh_from_db()
    assert (ayanda.vetting, ayanda.renew_by, ayanda.renewal_told) == ("approved", vetting.today(at), 0)


def test_other_people_there_do_not_put_off_what_is_overdue(ayanda, tell, at):
    ayanda.renew_by = vetting.today(at) - timedelta(days=9)
    ayanda.save()
    tell("change")
    ayanda.refresh_from_db()
    assert ayanda.renew_by == vetting.today(at) - timedelta(days=9)


def test_every_referral_that_they_have_is_flagged_and_its_counsellor_told_without_a_name(ayanda, tell, case, nomsa, at):
    given = make_accepted(case, ayanda, nomsa, state="reached")
    tell("breach")
    given.refresh_from_db()
    follow_up = FollowUp.objects.get(because="look_at_referral")
    assert (given.flagged_at, given.next_at) == (at, at)
    assert (follow_up.owner, follow_up.case, follow_up.is_urgent, follow_up.why) == (nomsa, case, True, None)


def test_who_has_left_gets_no_follow_up_and_everybody_does(ayanda, tell, case, nomsa, zola):
    case.owner = zola
    case.save()
    make_accepted(case, ayanda, nomsa)
    tell("breach")
    assert FollowUp.objects.get(because="look_at_referral").owner is None


def test_what_is_over_is_left_alone(ayanda, tell, case, nomsa):
    given = make_accepted(case, ayanda, nomsa, state="ended")
    tell("breach")
    given.refresh_from_db()
    assert given.flagged_at is None
    assert not FollowUp.objects.exists()


def test_the_referrals_of_others_are_left_alone(tell, case, nomsa):
    given = make_accepted(case, make_provider("Botha Law", state="approved"), nomsa)
    tell("breach")
    given.refresh_from_db()
    assert given.flagged_at is None


def test_coordinators_are_told_at_night_without_a_name(ayanda, tell, lerato, thandi):
    tell("breach")
    message = Message.objects.get(to_ref="lerato")
    assert Alarm.objects.get().kind == "provider_suspended"
    assert "Ayanda" not in str(message.words) + message.about + message.key


def test_a_bad_report_wakes_nobody(tell, lerato):
    tell()
    assert Alarm.objects.get().kind == "provider_report"
    assert not Message.objects.exists()


def test_a_question_that_is_out_is_taken_back_and_the_next_is_asked(line, nomsa, thandi, at):
    """The lawyer who has the question is suspended before she answers."""
    woodstock = make_district()
    first, second = (make_lawyer(name, area=woodstock) for name in ("Ayanda Law", "Botha Law"))
    for position, person in enumerate((first, second), start=1):
        put_on_stand_by(person, position, by=nomsa)
    case = make_case(line=line, caller=make_caller(), owner=nomsa)
    asked = asking.ask(
        case=case, by=nomsa, at=at, need="legal", matter="arrest", area=woodstock, language="zu"
    )  # fmt: skip
    later = at + timedelta(minutes=1)
    provider_reports.report(provider=first.provider, kind="breach", words="told the police", by=thandi, at=later)
    asked.refresh_from_db()
    assert (asked.next_at, asked.flagged_at) == (later, None)
    sweeping.sweep(at=later)
    assert dict(Offer.objects.values_list("person__provider__name", "state")) == {
        "Ayanda Law": "withdrawn", "Botha Law": "open",
    }  # fmt: skip


def test_somebody_has_looked_and_the_flag_goes_with_what_was_promised(ayanda, tell, case, nomsa, at):
    given = make_accepted(case, ayanda, nomsa, state="reached")
    tell("breach")
    assert suspending.looked_at(referral=given, by=nomsa, at=at) is True
    given.refresh_from_db()
    assert given.flagged_at is None
    assert not FollowUp.objects.unfinished().exists()


def test_to_look_twice_changes_nothing(ayanda, tell, case, nomsa, at):
    given = make_accepted(case, ayanda, nomsa, state="reached")
    assert suspending.looked_at(referral=given, by=nomsa, at=at) is False


def test_whoever_wrote_a_report_does_not_judge_it(tell, lerato, at):
    row = tell("breach", by=lerato)
    with pytest.raises(NotAllowed, match="Somebody else"):
        provider_reports.look(report=row, state="not_so", answer="I asked", by=lerato, at=at)


@pytest.mark.parametrize(("state", "answer"), [("open", "words"), ("", "words"), ("upheld", " ")])
def test_who_looks_says_what_was_found_and_how(state, answer, tell, lerato, at):
    with pytest.raises(NotAllowed):
        provider_reports.look(report=tell("breach"), state=state, answer=answer, by=lerato, at=at)


def test_two_who_look_at_once_are_one(tell, lerato, naledi, at):
    row = tell("breach")
    provider_reports.look(report=row, state="upheld", answer="three people heard it", by=lerato, at=at)
    with pytest.raises(Conflict):
        provider_reports.look(report=row, state="not_so", answer="no", by=naledi, at=at)


def test_found_not_to_be_so_and_trusted_again_on_probation(ayanda, tell, lerato, at):
    row = tell("breach")
    with pytest.raises(NotAllowed, match="has to be looked at first"):
        vetting.move(provider=ayanda, verb="lift", by=lerato, at=at, why="looked_into")
    provider_reports.look(report=row, state="not_so", answer="it was another office", by=lerato, at=at)
    vetting.move(provider=ayanda, verb="lift", by=lerato, at=at, why="looked_into")
    ayanda.refresh_from_db()
    assert (ayanda.vetting, (ayanda.renew_by - vetting.today(at)).days) == ("probation", 92)


def test_a_breach_that_was_so_ends_it(ayanda, tell, lerato, at):
    provider_reports.look(report=tell("breach"), state="upheld", answer="they said so", by=lerato, at=at)
    with pytest.raises(NotAllowed, match="remove them"):
        vetting.move(provider=ayanda, verb="lift", by=lerato, at=at, why="looked_into")
    vetting.move(provider=ayanda, verb="remove", by=lerato, at=at, why="breach")
    assert state_of(ayanda) == ("removed", "breach")


def test_after_looking_an_old_report_does_not_suspend_again_by_itself(ayanda, tell, case, line, lerato, at):
    first, second = tell(case=case), tell(case=make_case(line=line))
    for row in (first, second):
        provider_reports.look(report=row, state="settled", answer="they said sorry", by=lerato, at=at)
    vetting.move(provider=ayanda, verb="lift", by=lerato, at=at, why="looked_into")
    tell(case=make_case(line=line), at=at + timedelta(days=3))
    assert state_of(ayanda)[0] == "probation"


def test_neither_words_nor_case_of_a_report_are_in_the_audit(tell, case):
    tell("breach", case=case, words="they told her brother")
    written = " ".join(str(vars(one)) for one in Entry.objects.filter(verb="provider.reported"))
    assert "brother" not in written
    assert case.ref not in written


def test_a_case_that_is_forgotten_leaves_the_report_without_words(ayanda, tell, case, at):
    """What was told stays with the provider; nothing leads to who told it."""
    tell("breach", case=case, words="they told her brother")
    Referrals().let_go(SimpleNamespace(cases=[case]))
    row = ProviderReport.objects.get()
    assert (row.words, row.case, row.kind) == (None, None, "breach")


def test_a_rule_did_it_where_nobody_decided(ayanda, tell, case, line, thandi):
    tell(case=case)
    tell(case=make_case(line=line))
    assert VettingMove.objects.get().by is None


def test_a_conflict_in_one_case_flags_that_case_alone(ayanda, case, line, nomsa, thandi, at):
    here, elsewhere = (make_accepted(one, ayanda, nomsa) for one in (case, make_case(line=line)))
    conflicts.add(provider=ayanda, kind="other_side", by=thandi, at=at, case=case)
    here.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (here.flagged_at, elsewhere.flagged_at) == (at, None)


def test_a_conflict_is_kept_once_and_can_end(ayanda, thandi, at):
    row = conflicts.add(provider=ayanda, kind="police_family", by=thandi, at=at)
    assert conflicts.add(provider=ayanda, kind="police_family", by=thandi, at=at) == row
    assert conflicts.end(conflict=row, by=thandi, at=at) is True
    assert conflicts.end(conflict=row, by=thandi, at=at) is False
    assert ConflictRow.objects.get().ended_at == at


def test_a_conflict_names_a_person_of_that_provider(ayanda, thandi, at):
    other = make_lawyer("Botha Law")
    with pytest.raises(NotAllowed):
        conflicts.add(provider=ayanda, person=other, kind="police_family", by=thandi, at=at)


def test_nobody_with_a_conflict_in_every_case_keeps_the_question(line, nomsa, at):
    woodstock = make_district()
    person = make_lawyer("Ayanda Law", area=woodstock)
    put_on_stand_by(person, 1, by=nomsa)
    case = make_case(line=line, caller=make_caller(), owner=nomsa)
    asking.ask(case=case, by=nomsa, at=at, need="legal", matter="arrest", area=woodstock, language="zu")
    conflicts.add(provider=person.provider, kind="prosecution", by=nomsa, at=at)
    sweeping.sweep(at=at)
    assert Offer.objects.get().state == "withdrawn"
