"""Sex workers decide whom they trust: step by step, two people at least, and never for ever."""

from datetime import date, timedelta

import pytest

from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from referrals.checklist import NUMBERS
from referrals.models import Service, Vetting, VettingMove
from referrals.services import vetting
from tests.referrals.vetting_rows import begin_well, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayanda(db):
    return make_provider()


def step(provider, verb, by, at, why):
    return vetting.move(provider=provider, verb=verb, by=by, at=at, why=why)


def approved(provider, lerato, naledi, at):
    begin_well(provider, lerato, at=at)
    step(provider, "interview", lerato, at, "talked")
    step(provider, "peer_test", lerato, at, "peer")
    return step(provider, "approve", naledi, at, "all_known")


def test_from_proposed_to_approved(ayanda, lerato, naledi, at):
    row = approved(ayanda, lerato, naledi, at)
    moves = list(VettingMove.objects.order_by("pk").values_list("before", "after", "why", "by__username"))
    assert row.vetting == "approved"
    assert moves == [
        ("proposed", "interviewed", "talked", "lerato"),
        ("interviewed", "peer_tested", "peer", "lerato"),
        ("peer_tested", "approved", "all_known", "naledi"),
    ]


def test_a_lawyer_is_approved_for_half_a_year(ayanda, lerato, naledi, at):
    assert approved(ayanda, lerato, naledi, at).renew_by == date(2027, 5, 23)


def test_a_shelter_is_approved_for_a_year(lerato, naledi, at):
    shelter = make_provider("A house", kind="safe_house")
    assert approved(shelter, lerato, naledi, at).renew_by == date(2027, 11, 23)


def test_a_shelter_with_a_nurse_is_approved_for_half_a_year(lerato, naledi, at):
    shelter = make_provider("A house", kind="safe_house")
    Service.objects.create(provider=shelter, kind="health", name="nurse", created_at=at, changed_at=at)
    assert approved(shelter, lerato, naledi, at).renew_by == date(2027, 5, 23)


def test_whoever_gave_all_the_scores_does_not_approve(ayanda, lerato, at):
    begin_well(ayanda, lerato, at=at)
    step(ayanda, "interview", lerato, at, "talked")
    step(ayanda, "peer_test", lerato, at, "peer")
    with pytest.raises(NotAllowed, match="did not give all the scores"):
        step(ayanda, "approve", lerato, at, "all_known")


def test_a_step_says_everything_that_is_missing(ayanda, lerato, naledi, at):
    begin_well(ayanda, lerato, at=at, signed=False)
    step(ayanda, "interview", lerato, at, "talked")
    step(ayanda, "peer_test", lerato, at, "peer")
    vetting.score(provider=ayanda, point=3, score=0, evidence="prayers first", by=lerato, at=at)
    with pytest.raises(NotAllowed) as refused:
        step(ayanda, "approve", naledi, at, "all_known")
    assert "at 0" in str(refused.value)
    assert "signed" in str(refused.value)


def test_nobody_skips_a_step(ayanda, lerato, naledi, at):
    begin_well(ayanda, lerato, at=at)
    with pytest.raises(NotAllowed):
        step(ayanda, "approve", naledi, at, "all_known")


def test_no_step_is_taken_without_a_reason(ayanda, lerato, at):
    begin_well(ayanda, lerato, at=at)
    with pytest.raises(NotAllowed, match="Say why"):
        step(ayanda, "interview", lerato, at, "")


def test_a_step_that_is_refused_leaves_everything_as_it_was(ayanda, lerato, at):
    with pytest.raises(NotAllowed):
        step(ayanda, "interview", lerato, at, "talked")
    ayanda.refresh_from_db()
    assert (ayanda.vetting, VettingMove.objects.count()) == ("proposed", 0)


def test_the_vetting_is_settled_with_approval_and_begins_anew(ayanda, lerato, naledi, at):
    approved(ayanda, lerato, naledi, at)
    later = at + timedelta(days=150)
    assert Vetting.objects.get().ended_at == at
    begin_well(ayanda, naledi, at=later)
    step(ayanda, "approve", lerato, later, "all_known")
    ayanda.refresh_from_db()
    assert (Vetting.objects.count(), ayanda.renew_by) == (2, date(2027, 10, 22))


def test_to_begin_twice_is_to_begin_once(ayanda, lerato, naledi, at):
    vetting.begin(provider=ayanda, by=lerato, at=at)
    vetting.begin(provider=ayanda, by=naledi, at=at)
    assert Vetting.objects.count() == 1


def test_who_was_removed_is_not_looked_at_by_the_way(lerato, at):
    with pytest.raises(NotAllowed, match="no longer in the network"):
        vetting.begin(provider=make_provider(state="removed"), by=lerato, at=at)


def test_two_who_score_the_same_point_do_not_write_over_each_other(ayanda, lerato, naledi, at):
    vetting.begin(provider=ayanda, by=lerato, at=at)
    vetting.score(provider=ayanda, point=2, score=2, evidence="a rule", by=lerato, at=at, was="")
    with pytest.raises(Conflict):
        vetting.score(provider=ayanda, point=2, score=0, evidence="they told", by=naledi, at=at, was="")


def test_the_same_score_again_stays_with_who_gave_it(ayanda, lerato, naledi, at):
    vetting.begin(provider=ayanda, by=lerato, at=at)
    vetting.score(provider=ayanda, point=2, score=2, evidence="a rule", by=lerato, at=at)
    row = vetting.score(provider=ayanda, point=2, score=2, evidence="a rule ", by=naledi, at=at, was="")
    assert row.by == lerato


@pytest.mark.parametrize(("point", "score"), [(0, 1), (16, 1), (1, 3), (1, -1)])
def test_there_are_fifteen_points_and_three_scores(point, score, ayanda, lerato, at):
    vetting.begin(provider=ayanda, by=lerato, at=at)
    with pytest.raises(NotAllowed):
        vetting.score(provider=ayanda, point=point, score=score, evidence="", by=lerato, at=at)


def test_an_agreement_is_not_signed_tomorrow(ayanda, lerato, at):
    vetting.begin(provider=ayanda, by=lerato, at=at)
    with pytest.raises(NotAllowed, match="still to come"):
        vetting.sign(provider=ayanda, on=vetting.today(at) + timedelta(days=1), by=lerato, at=at)


@pytest.mark.parametrize(
    "changes",
    [{"how": "letter"}, {"answers": {}}, {"answers": {"respectful": True}}, {"tested_at": timedelta(hours=1)}],
    ids=["by letter", "nothing told", "not said whether reached", "tomorrow"],
)
def test_a_peer_test_says_how_when_and_whether_they_were_reached(changes, ayanda, lerato, at):
    vetting.begin(provider=ayanda, by=lerato, at=at)
    told = {"how": "call", "tested_at": timedelta(0), "answers": {"reached": True}, "words": "", **changes}
    told["tested_at"] = at + told["tested_at"]
    with pytest.raises(NotAllowed):
        vetting.record_test(provider=ayanda, by=lerato, at=at, **told)


def test_what_shows_a_score_is_not_in_the_audit(ayanda, lerato, at):
    vetting.begin(provider=ayanda, by=lerato, at=at)
    vetting.score(provider=ayanda, point=1, score=0, evidence="the receptionist spat", by=lerato, at=at)
    entry = Entry.objects.get(verb="vetting.scored")
    assert entry.about == ayanda.ref
    assert "spat" not in str(vars(entry))


def test_nothing_of_a_provider_is_lost_from_the_beginning(ayanda, lerato, naledi, at):
    """Vetted from the beginning: what was found before stays to be read."""
    approved(ayanda, lerato, naledi, at)
    step(ayanda, "suspend", lerato, at, "worry")
    row = step(ayanda, "propose_again", lerato, at, "anew")
    assert (row.vetting, row.renew_by) == ("proposed", None)
    assert Vetting.objects.get().scores.count() == len(NUMBERS)
