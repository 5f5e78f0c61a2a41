"""The story of a case: everything in one line of time, in pages that lose nothing."""

from datetime import timedelta

from helpline.dashboard import story
from helpline.dashboard.story import read_story
from telephony.models import Text
from tests.factories import make_caller, make_case, make_follow_up, make_note


def kinds(page):
    return [entry.kind for day in page.days for entry in day.entries]


def test_calls_texts_notes_and_kept_promises_stand_newest_first_under_their_days(line, thandi, ring, at):
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    ring(case, state="ended", outcome="answered", started_at=at - timedelta(hours=3))
    make_note(case, thandi, "heard", at=at - timedelta(hours=2))
    make_note(case, thandi, "not yet", is_draft=True)
    Text.objects.create(case=case, line=line, direction="inbound", body="ok", at=at - timedelta(hours=1))
    make_follow_up(case, state="done", finished_at=at)
    make_follow_up(case)
    page = read_story([case], at)
    assert kinds(page) == ["follow_up", "text", "note", "call"]
    assert [day.words for day in page.days] == ["Today", "Yesterday"]


def test_pages_of_a_long_story_lose_nothing_even_where_times_are_equal(line, thandi, at, monkeypatch):
    monkeypatch.setattr(story, "PAGE", 4)
    case = make_case(line=line, owner=thandi)
    for minutes in (1, 2, 2, 3, 4, 4, 5, 6, 7):
        make_note(case, thandi, "…", at=at - timedelta(minutes=minutes))
    seen, before = [], None
    while True:
        page = read_story([case], at, before=before)
        seen += [entry.thing.pk for day in page.days for entry in day.entries]
        if page.earlier is None:
            break
        before = page.earlier
    assert len(seen) == len(set(seen)) == 9


def test_a_long_story_costs_as_many_queries_as_a_short_one(line, thandi, ring, at, django_assert_max_num_queries):
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    for _each in range(10):
        ring(case, thandi, state="ended", outcome="missed")
        make_note(case, thandi, "…")
    with django_assert_max_num_queries(8):
        page = read_story([case], at)
        assert len(kinds(page)) == 20


def test_an_open_page_that_re_reads_keeps_what_it_showed_however_much_is_new(line, thandi, at, monkeypatch):
    monkeypatch.setattr(story, "PAGE", 2)
    case = make_case(line=line, owner=thandi)
    for minutes in (9, 8, 7):
        make_note(case, thandi, f"{minutes} min ago", at=at - timedelta(minutes=minutes))
    opened = read_story([case], at)
    for minutes in (3, 2, 1):
        make_note(case, thandi, f"{minutes} min ago", at=at - timedelta(minutes=minutes))
    again = read_story([case], at, since=opened.since)
    below = read_story([case], at, before=opened.earlier)
    assert [entry.thing.body for page in (again, below) for day in page.days for entry in day.entries] == [
        f"{minutes} min ago" for minutes in (1, 2, 3, 7, 8, 9)
    ]
