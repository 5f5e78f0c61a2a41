"""A message that a caller left, played in the page, and files that came with texts, as downloads.

Who listens or opens is written down by the service that opens it.
"""

import mimetypes
import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from helpline.core import clock
from helpline.core.http.pages import says_why, worker
from telephony.services import media, recordings

_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """Read a ``Range`` header as (first, last) byte within `size`; None where it is absent or asks for something else.

    Only what browsers' players send is understood, one range from a first byte on; the rest gets the whole sound, which
    HTTP allows.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last = int(found[1]), min(int(found[2] or size), size - 1)
    return (first, last) if first <= last else None


@require_GET
@says_why
def sound(request: HttpRequest, ref: str) -> HttpResponse:
    """Send a message's sound, or the part that the player asks for (some browsers play nothing without parts)."""
    message = recordings.listen(user=worker(request), ref=ref, at=clock.now())
    wanted = read_range(request.headers.get("Range", ""), len(message.content))
    if wanted is None:
        response = HttpResponse(message.content, content_type=message.mime)
    else:
        first, last = wanted
        response = HttpResponse(message.content[first : last + 1], content_type=message.mime, status=206)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{len(message.content)}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    return response


@require_GET
@says_why
def file(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand a file over as a download: what strangers send is never shown inside our pages."""
    found = media.open_media(user=worker(request), ref=ref, at=clock.now())
    response = HttpResponse(found.content, content_type=found.mime)
    ending = mimetypes.guess_extension(found.mime) or ""
    response.headers["Content-Disposition"] = f'attachment; filename="file{ending}"'
    return response
