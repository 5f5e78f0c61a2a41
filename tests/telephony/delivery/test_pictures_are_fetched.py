"""Pictures and files that came with a text: the text at once, the files later, limited, and never shown in the page."""

from datetime import timedelta

import pytest
from django.db import connection

from helpline.core.audit.models import Entry
from helpline.core.errors import NotFound
from telephony.models import Media, Text
from telephony.services.media import fetch_waiting, open_media
from tests.factories import NIGHT, make_case
from tests.telephony.delivery.conftest import LINE, ZANELE

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = b"\xff\xd8\xff" + b"picture" * 100


def send_in(server, *media):
    """Zanele sends files over the network; the text is kept when this returns."""
    text = server.network.text(from_=ZANELE, to=LINE, body="Look", media=list(media))
    server.network.settle()
    assert not server.network.transcript.problems()
    return text


def states():
    return list(Media.objects.order_by("position").values_list("state", flat=True))


def test_case_68_of_three_files_one_is_missing_one_is_a_page_one_is_too_big_and_the_text_is_there_at_once(
    server, gateway, line
):
    at_gateway = send_in(
        server, ("image/jpeg", PICTURE), ("text/html", b"<script>alert(1)</script>"), ("video/mp4", b"v" * 20_000_000)
    )
    assert Text.objects.get().body == "Look"
    assert states() == ["waiting"] * 3
    at_gateway.media = [media for media in at_gateway.media if media[1] != "image/jpeg"]
    fetch_waiting(at=NIGHT + timedelta(minutes=1), gateway=gateway)
    assert states() == ["waiting", "refused", "refused"]
    assert not Media.objects.filter(content__isnull=False).exists()
    at = NIGHT + timedelta(minutes=1)
    for _ in range(20):
        at = Media.objects.get(position=0).next_try_at or at
        fetch_waiting(at=at, gateway=gateway)
    assert states() == ["lost", "refused", "refused"]
    assert {media[1] for media in at_gateway.media} == {"text/html", "video/mp4"}  # nobody's copy was destroyed


def test_case_68_a_picture_is_fetched_with_our_credentials_sealed_and_deleted_at_the_gateway(server, gateway, line):
    at_gateway = send_in(server, ("image/jpeg", PICTURE))
    assert fetch_waiting(at=NIGHT + timedelta(minutes=1), gateway=gateway) == 1
    media = Media.objects.get()
    assert (media.state, media.mime, media.size, media.content) == ("kept", "image/jpeg", len(PICTURE), PICTURE)
    assert at_gateway.media == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM telephony_media")
        assert b"picture" not in bytes(cursor.fetchone()[0])
    asked = len(server.rest.requests)
    fetch_waiting(at=NIGHT + timedelta(days=1), gateway=gateway)
    assert len(server.rest.requests) == asked


def test_a_page_that_was_announced_as_a_picture_is_refused_all_the_same(server, gateway, line):
    at_gateway = send_in(server, ("image/png", b"<html>"))
    at_gateway.media = [(sid, "text/html", content) for sid, _, content in at_gateway.media]
    fetch_waiting(at=NIGHT + timedelta(minutes=1), gateway=gateway)
    assert states() == ["refused"]
    assert Media.objects.get().content is None


def test_who_opens_a_file_is_written_down_and_who_may_not_finds_none(server, gateway, line, thandi, nomsa, lerato):
    send_in(server, ("application/pdf", b"%PDF"))
    fetch_waiting(at=NIGHT + timedelta(minutes=1), gateway=gateway)
    media = Media.objects.get()
    found = open_media(user=thandi, ref=media.ref, at=NIGHT)
    assert (found.mime, found.content) == ("application/pdf", b"%PDF")
    assert Entry.objects.get(verb="media.opened").detail == {"media": media.ref}
    Text.objects.update(case=make_case(line=line, owner=thandi))
    for person in (nomsa, lerato):
        with pytest.raises(NotFound):
            open_media(user=person, ref=media.ref, at=NIGHT)
