"""Pictures and files that came with texts: fetched later, limited in kind and size, given out as downloads only."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import READ, get_case, may_read_story
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from telephony.gateway.errors import GatewayError, NotThere, Refused, TooBig
from telephony.gateway.protocol import Attachment, Gateway
from telephony.models import Media, MediaState
from telephony.services import fetching

MOST_BYTES = 5_000_000  # the gateway's own limit for what it sends on
MOST_DELETE_TRIES = 20
log = logging.getLogger(__name__)


def fetch_waiting(*, at: datetime, gateway: Gateway, limit: int = fetching.MOST_AT_ONCE) -> int:
    """Fetch media that are due and delete them at the gateway; return how many are kept. Any number may run at once."""
    kept = 0
    for pk in list(Media.objects.to_fetch(at).order_by("next_try_at").values_list("pk", flat=True)[:limit]):
        media = _claim(pk, at)
        if media is not None:
            kept += _fetch(media, at=at, gateway=gateway)
    for pk in list(Media.objects.to_delete_at_provider(at).values_list("pk", flat=True)[:limit]):
        media = _claim(pk, at)
        if media is not None:
            _delete_at_gateway(media, at=at, gateway=gateway)
    return kept


def _claim(pk: int, at: datetime) -> Media | None:
    if Media.objects.filter(pk=pk, next_try_at__lte=at).update(next_try_at=at + fetching.LEASE) != 1:
        return None
    return Media.objects.select_related("text__case").get(pk=pk)


def _fetch(media: Media, *, at: datetime, gateway: Gateway) -> bool:
    media.tries += 1
    if media.mime and not fetching.is_kept(media.mime.partition(";")[0].strip().lower()):
        return _end(media, MediaState.REFUSED, at)
    try:
        found = gateway.fetch_media(media.url, most_bytes=MOST_BYTES)
    except TooBig:
        return _end(media, MediaState.REFUSED, at)
    except GatewayError as broken:
        is_late = at - media.text.at > fetching.OUTAGE_LASTS_AT_MOST
        is_absent = isinstance(broken, NotThere) and media.tries >= fetching.MOST_TRIES_WHERE_ABSENT
        if is_late or is_absent or (isinstance(broken, Refused) and not isinstance(broken, NotThere)):
            return _end(media, MediaState.LOST, at)
        media.next_try_at = fetching.next_try_at(at, media.tries)
        media.save(update_fields=["tries", "next_try_at"])
        return False
    if not fetching.is_kept(found.mime):  # what it says of itself now counts, not what was announced
        return _end(media, MediaState.REFUSED, at)
    media.content, media.mime, media.size = found.content, found.mime[:80], len(found.content)
    return _end(media, MediaState.KEPT, at)


@transaction.atomic
def _end(media: Media, state: MediaState, at: datetime) -> bool:
    """Write down what became of it. Where we have it, the gateway's copy is deleted next. Says whether it is kept."""
    media.state, media.tries = state, 0
    media.next_try_at = at if state == MediaState.KEPT else None
    media.save()
    realtime.publish("text", media.text.ref)
    return state == MediaState.KEPT


def _delete_at_gateway(media: Media, *, at: datetime, gateway: Gateway) -> None:
    try:
        gateway.delete_media(media.url)
    except GatewayError as broken:
        log.warning("media %s is not deleted at the gateway yet: %s", media.ref, type(broken).__name__)
        media.tries += 1
        media.next_try_at = fetching.next_try_at(at, media.tries) if media.tries < MOST_DELETE_TRIES else None
        media.save(update_fields=["tries", "next_try_at"])
        return
    media.next_try_at = None
    media.save(update_fields=["next_try_at"])


def open_media(*, user: User, ref: str, at: datetime) -> Attachment:
    """Return a file for download, with the opening in the audit. Whoever serves it: as an attachment, never in the page.

    Raises NotFound where there is no such file or the case is not this person's to know of, NotAllowed where its story
    is shut to her.
    """
    kept = Media.objects.filter(content__isnull=False, state=MediaState.KEPT)
    media = kept.select_related("text__case").defer("content", "url").filter(ref=ref).first()
    if media is None or media.text.case is None:
        raise NotFound(_("There is no such file, or it is not yours."))
    case = get_case(user, media.text.case.ref, to=READ, at=at)
    if not may_read_story(user, case):
        audit.record(by=user, verb="media.denied", what="case", about=case.ref, at=at, media=media.ref)
        raise NotAllowed(_("Take this case over first: until then its texts are shut."))
    audit.record(by=user, verb="media.opened", what="case", about=case.ref, at=at, media=media.ref)
    return Attachment(mime=media.mime, content=media.content or b"")
