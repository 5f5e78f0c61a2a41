"""Live updates: a kind and a reference and nothing else, a counted number of streams, and a way on without one."""

import json
import threading

import pytest
import redis
from django.contrib.sessions.models import Session

from helpline.core.realtime import services as realtime
from helpline.dashboard import live


@pytest.fixture
def two_places(monkeypatch):
    monkeypatch.setattr(live, "places", live.Places(2))


@pytest.fixture
def news(monkeypatch):
    """What the broker says, in place of the broker: None is a silence."""
    said = []
    monkeypatch.setattr(live, "subscribe", lambda _heartbeat: iter(said))
    return said


def read(response) -> str:
    return b"".join(response.streaming_content).decode()


def test_a_ringing_call_makes_the_column_of_now_stale_and_carries_only_kind_and_reference(sit_down, thandi, news):
    news.append(("call", "7K3M"))
    stream = sit_down(thandi).get("/live/")
    assert stream.headers["Content-Type"] == "text/event-stream"
    assert "no-store" in stream.headers["Cache-Control"]
    events = [event.split("\n") for event in read(stream).split("\n\n") if event.startswith("event")]
    assert [lines[0] for lines in events] == ["event: now", "event: call", "event: tonight", "event: story"]
    assert all(json.loads(lines[1].removeprefix("data: ")) == {"kind": "call", "ref": "7K3M"} for lines in events)


def test_news_of_a_kind_that_nobody_listed_makes_everything_stale():
    assert [line for line in live.tell("comet", "X").split("\n") if line.startswith("event")] == [
        f"event: {part}" for part in live.ALL_PARTS
    ]


def test_a_silence_is_filled_with_a_comment_so_that_a_closed_page_is_noticed(sit_down, thandi, news):
    news.append(None)
    assert ": still here\n\n" in read(sit_down(thandi).get("/live/"))


def test_beyond_the_places_the_page_is_told_to_ask_instead_until_one_is_free(sit_down, thandi, two_places, news):
    desk = sit_down(thandi)
    first, _second = (desk.get("/live/") for _each in range(2))
    assert desk.get("/live/").status_code == 503
    read(first)  # to its end, where the server closes it
    assert desk.get("/live/").status_code == 200


def test_a_stream_that_never_began_gives_its_place_back_once():
    places = live.Places(1)
    assert places.take()
    stream = live.Stream(places)
    stream.close()
    stream.close()
    assert places.take()
    assert not places.take()


def test_a_broker_that_is_away_ends_the_stream_quietly(sit_down, thandi, monkeypatch):
    def away(_heartbeat):
        raise redis.ConnectionError
        yield  # a generator, like the real one

    monkeypatch.setattr(live, "subscribe", away)
    assert read(sit_down(thandi).get("/live/")) == f"retry: {live.COMES_BACK_AFTER}\n\n"


def test_what_is_published_arrives_through_the_broker(sit_down, thandi, django_capture_on_commit_callbacks):
    stream = sit_down(thandi).get("/live/")
    heard, arrived = [], threading.Event()

    def listen():
        for piece in stream.streaming_content:
            if piece.startswith(b"event"):
                heard.append(piece.decode())
                arrived.set()
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    for _each in range(200):  # told again until the listener has subscribed: what is told before that is lost
        with django_capture_on_commit_callbacks(execute=True):
            realtime.publish("follow_up", "F2")
        if arrived.wait(0.05):
            break
    listener.join(5)
    assert heard
    assert heard[0].startswith('event: due\ndata: {"kind": "follow_up", "ref": "F2"}')


def test_the_stream_of_somebody_who_leaves_ends_with_that_news_and_others_go_on(sit_down, thandi, nomsa, news):
    news.extend([("left", thandi.ref), ("call", "7K3M")])
    assert "event: now" not in read(sit_down(thandi).get("/live/"))
    heard = read(sit_down(nomsa).get("/live/"))
    assert "event: now" in heard
    assert thandi.ref not in heard, "who left is told to nobody's page"


def test_a_stream_whose_sign_in_has_ended_ends_also_where_that_news_was_lost(sit_down, thandi, news, monkeypatch):
    monkeypatch.setattr(live, "ASKS_EVERY", 0)
    news.extend([("call", "7K3M"), ("call", "7K3N")])
    desk = sit_down(thandi)
    assert "7K3N" in read(desk.get("/live/"))
    stream = desk.get("/live/")
    Session.objects.all().delete()
    assert "event" not in read(stream)
