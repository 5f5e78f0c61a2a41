"""Trust runs out: coordinators hear of it in time, once each, by day, and nobody is taken away by a clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from referrals.models import Provider, VettingMove
from referrals.services import renewals
from tests.referrals.vetting_rows import make_provider

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 31)


def noon(days_before, hour=12):
    """Noon in Johannesburg, so many days before the day."""
    on = DAY - timedelta(days=days_before)
    return datetime(on.year, on.month, on.day, hour - 2, tzinfo=UTC)


@pytest.fixture
def ayanda(db, settings):
    settings.TIME_ZONE = "Africa/Johannesburg"
    return make_provider(state="approved", renew_by=DAY)


def test_told_thirty_and_seven_days_before_and_on_the_day_once_each(ayanda, lerato):
    told = [days for days in range(40, -20, -1) if renewals.sweep(at=noon(days)) + renewals.sweep(at=noon(days, 15))]
    assert told == [30, 7, 0]


def test_a_worker_that_was_away_tells_once_and_not_three_times(ayanda, lerato):
    assert [renewals.sweep(at=noon(-3)), renewals.sweep(at=noon(-4))] == [1, 0]


@pytest.mark.parametrize("hour", [3, 8, 17, 23])
def test_nobody_is_woken_for_it(hour, ayanda, lerato):
    assert renewals.sweep(at=noon(30, hour)) == 0


def test_thirty_renewals_are_one_text(ayanda, lerato):
    for number in range(30):
        make_provider(f"Office {number}", state="approved", renew_by=DAY)
    assert renewals.sweep(at=noon(30)) == 31
    assert (Alarm.objects.count(), Message.objects.count()) == (1, 1)


def test_the_text_names_nobody(ayanda, lerato):
    renewals.sweep(at=noon(30))
    message = Message.objects.get()
    assert "Ayanda" not in f"{message.words}{message.about}{message.key}"


@pytest.mark.parametrize("state", ["proposed", "suspended", "removed"])
def test_nobody_is_told_of_those_whom_nobody_is_sent_to(state, ayanda, lerato):
    Provider.objects.update(vetting=state)
    assert renewals.sweep(at=noon(0)) == 0


def test_after_thirty_days_over_they_are_on_probation_by_a_rule(ayanda):
    Provider.objects.update(renewal_told=3)
    assert [renewals.sweep(at=noon(-30)), renewals.sweep(at=noon(-31)), renewals.sweep(at=noon(-32))] == [0, 1, 0]
    ayanda.refresh_from_db()
    moved = VettingMove.objects.get()
    assert (ayanda.vetting, ayanda.vetting_why, ayanda.renew_by, moved.by) == ("probation", "overdue", DAY, None)


def test_a_clock_never_takes_anybody_away(ayanda):
    for days in range(-25, -2000, -50):
        renewals.sweep(at=noon(days))
    ayanda.refresh_from_db()
    assert ayanda.vetting == "probation"


def test_a_new_day_is_told_anew(ayanda, lerato):
    renewals.sweep(at=noon(0))
    Provider.objects.update(renew_by=DAY + timedelta(days=180), renewal_told=0)
    assert renewals.sweep(at=noon(-150)) == 1
