"""What the board counts: where nobody is there, how fast they answer, how it was, what there was not."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Need
from referrals.models import Feedback, Offer, OpenHours, Place, Referral
from referrals.services import network_board, network_figures, network_gaps
from referrals.services.drawing import HEIGHT, draw
from referrals.services.network_figures import Asked
from tests.factories import make_area, make_case, make_line, make_person_of, make_provider

pytestmark = pytest.mark.django_db
HOURS = list(csv.DictReader((Path(__file__).parent.parent / "data" / "network_hours.csv").open(encoding="utf-8")))


@pytest.fixture(autouse=True)
def speaks(db):
    return make_line(languages=["en", "zu"])


@pytest.fixture
def cape(db):
    return make_area("Cape Town")


@pytest.fixture
def woodstock(cape):
    return make_area("Woodstock", parent=cape)


def many(at, area, kind="legal", **chosen):
    """How many are there for it, as the table says."""
    gaps = network_gaps.read_gaps(at=at, **chosen)
    row = next(one for one in gaps.rows if one.area == area)
    return next(cell.many for cell in row.cells if cell.kind == kind)


def test_who_works_in_a_city_is_there_for_its_parts(woodstock, cape, at):
    make_provider("Ayanda Law", areas=[woodstock])
    make_provider("Botha Law", areas=[cape])
    assert many(at, woodstock) == 2


def test_rows_are_areas_without_parts(woodstock, cape, at):
    gaps = network_gaps.read_gaps(at=at)
    assert [(row.area, row.inside) for row in gaps.rows] == [(woodstock, "Cape Town")]


def test_an_area_that_lies_in_itself_by_mistake_stops_nothing(woodstock, cape, at):
    cape.parent = woodstock
    cape.save()
    assert network_gaps.read_gaps(at=at).rows == ()


def test_where_their_place_is_they_work(woodstock, at):
    provider = make_provider("Clinic", kind="clinic", need="health")
    Place.objects.create(provider=provider, area=woodstock)
    assert many(at, woodstock, "health") == 1


@pytest.mark.parametrize("state", ["proposed", "interviewed", "peer_tested", "suspended", "removed"])
def test_nobody_counts_whom_nobody_is_sent_to(state, woodstock, at):
    make_provider("Ayanda Law", areas=[woodstock], vetting=state)
    assert many(at, woodstock) == 0


def test_on_probation_they_count(woodstock, at):
    make_provider("Ayanda Law", areas=[woodstock], vetting="probation")
    assert many(at, woodstock) == 1


def test_a_service_that_is_not_offered_does_not_count(woodstock, at):
    make_provider("Ayanda Law", areas=[woodstock]).services.update(status="inactive")
    assert many(at, woodstock) == 0


def test_a_language_is_there_where_anybody_there_speaks_it(woodstock, at):
    provider = make_provider("Ayanda Law", areas=[woodstock], languages=["en"])
    assert many(at, woodstock, language="zu") == 0
    make_person_of(provider, languages=["zu"])
    assert many(at, woodstock, language="zu") == 1


@pytest.mark.parametrize("row", HOURS, ids=lambda row: row["written down"])
def test_when_somebody_is_there(row, woodstock, at):
    provider = make_provider("Ayanda Law", areas=[woodstock])
    if row["days"]:
        days = [] if row["days"] == "every" else [int(day) for day in row["days"].split("+")]
        opens, closes = (time.fromisoformat(row[name]) if row[name] else None for name in ("opens", "closes"))
        OpenHours.objects.create(provider=provider, days=days, opens_at=opens, closes_at=closes)
    if row["may be asked"]:
        make_person_of(provider, at_night=row["may be asked"] == "at night too")
    there = [hour for hour in ("day", "night", "weekend") if many(at, woodstock, hour=hour)]
    assert "+".join(there) == row["is there"]


def test_the_same_one_must_speak_it_and_be_there(woodstock, at):
    """One speaks isiZulu by day, another English at night: nobody speaks isiZulu at night."""
    make_provider("By day", areas=[woodstock], languages=["zu"])
    night = make_provider("At night", areas=[woodstock], languages=["en"])
    make_person_of(night, at_night=True)
    gaps = network_gaps.read_gaps(at=at)
    here = gaps.places - 1  # all other kinds of help are missing
    assert gaps.missing["zu"]["day"] == gaps.missing["en"]["night"] == here
    assert gaps.missing["zu"]["night"] == gaps.places


def test_the_grid_agrees_with_the_table(woodstock, at):
    make_provider("Ayanda Law", areas=[woodstock])
    for language in ("", "en", "zu"):
        for hour in network_gaps.HOURS:
            gaps = network_gaps.read_gaps(at=at, language=language, hour=hour)
            empty = sum(not cell.many for row in gaps.rows for cell in row.cells)
            assert gaps.missing[language][hour] == empty


def test_what_was_asked_in_vain_is_said(woodstock, speaks, lerato, at):
    for state, outcome in (("nobody", ""), ("ended", "unavailable"), ("ended", "received")):
        Referral.objects.create(
            case=make_case(line=speaks), need="legal", area=woodstock, state=state, outcome=outcome, asked_at=at,
            asked_by=lerato,
        )  # fmt: skip
    (row,) = network_gaps.read_gaps(at=at).rows
    assert next(cell.in_vain for cell in row.cells if cell.kind == "legal") == 2


def test_who_has_no_area_is_counted_and_stands_nowhere(woodstock, at):
    make_provider("Ayanda Law")
    gaps = network_gaps.read_gaps(at=at)
    assert (gaps.without_area, many(at, woodstock)) == (1, 0)


def fill(many_providers, woodstock, speaks, by, at):
    for number in range(many_providers):
        provider = make_provider(f"Office {number}", areas=[woodstock], renew_by=at.date())
        person = make_person_of(provider, number=f"+4477009{number:05d}")
        asked = Referral.objects.create(case=make_case(line=speaks), need="legal", asked_at=at, asked_by=by)
        Offer.objects.create(
            key=asked.ref, referral=asked, provider=provider, person=person, place=1, state="accepted", offered_at=at,
            answered_at=at + timedelta(minutes=number),
        )  # fmt: skip
        Feedback.objects.create(provider=provider, reached=True, told_at=at)


def test_no_more_statements_for_a_larger_network(woodstock, speaks, lerato, at):
    counts = []
    for _ in range(2):
        fill(4, woodstock, speaks, lerato, at)
        with CaptureQueriesContext(connection) as asked:
            network_gaps.read_gaps(at=at)
            network_figures.read_figures(at=at)
            network_board.read_due(at=at)
            network_board.read_to_talk_to(at=at)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 22


def test_by_month_and_by_need(woodstock, speaks, lerato, at):
    fill(3, woodstock, speaks, lerato, at)
    figures = network_figures.read_figures(at=at)
    last = figures.by_month[-1]
    assert (last.asked, last.accepted, last.median, last.share) == (3, 3, 1, 100)
    assert figures.by_need["legal"] == last


@pytest.mark.parametrize(
    ("minutes", "median", "p90"),
    [([], None, None), ([4], 4, 4), (list(range(1, 11)), 5.5, 9), (list(range(1, 12)), 6, 10)],
    ids=["nobody", "one", "ten", "eleven"],
)
def test_half_and_nine_of_ten(minutes, median, p90):
    one = Asked(len(minutes), 0, [float(n) for n in minutes])
    assert (one.median, one.p90) == (median, p90)


def test_six_months_end_with_the_present_one():
    assert network_figures.list_months(date(2027, 2, 3)) == [
        date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1),
    ]  # fmt: skip


def test_a_night_at_the_turn_of_a_month_belongs_to_the_month_where_the_line_is(speaks, lerato, settings):
    """Half past one in the first night of November in Johannesburg is still October in Greenwich."""
    settings.TIME_ZONE = "Africa/Johannesburg"
    when = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    Need.objects.create(
        case=make_case(line=speaks),
        kind="legal",
        outcome="unavailable",
        noted_by=lerato,
        noted_at=when,
        changed_at=when,
    )
    assert network_figures.read_figures(at=when).unmet == {"legal": (0, 0, 0, 0, 0, 1)}


def test_what_a_caller_did_not_want_is_no_unmet_need(speaks, lerato, at):
    Need.objects.create(
        case=make_case(line=speaks), kind="legal", outcome="declined", noted_by=lerato, noted_at=at, changed_at=at
    )
    assert network_figures.read_figures(at=at).unmet == {}


def test_who_is_silent_or_unkind_stands_out_and_nobody_else(woodstock, speaks, lerato, at):
    fill(1, woodstock, speaks, lerato, at)
    silent, unkind = make_provider("Silent"), make_provider("Unkind")
    for number in range(5):
        asked = Referral.objects.create(case=make_case(line=speaks), need="legal", asked_at=at, asked_by=lerato)
        Offer.objects.create(
            key=f"s{number}", referral=asked, provider=silent, person=make_person_of(silent), place=1, state="silent",
            offered_at=at,
        )  # fmt: skip
    for answer in (False, False, True):
        Feedback.objects.create(provider=unkind, respectful=answer, told_at=at)
    found = network_board.read_to_talk_to(at=at)
    assert [(row["provider"], row["why"]) for row in found.rows] == [(silent, ("silent",)), (unkind, ("disrespect",))]


def test_bars_are_to_scale_and_what_is_not_known_has_none():
    chart = draw(["Oct", "Nov", "Dec"], [10, 5, None])
    assert [bar.height for bar in chart.bars] == [HEIGHT, HEIGHT // 2, None]


def test_a_small_figure_is_still_seen_and_zero_is_not():
    assert [bar.height for bar in draw(["a", "b", "c"], [1000, 1, 0]).bars] == [HEIGHT, 1, 0]


def test_nothing_at_all_can_be_drawn():
    assert draw([], []).bars == ()
    assert [bar.height for bar in draw(["a"], [None]).bars] == [None]
