"""Send a sound to a player in the page, whole or in the parts that it asks for."""

import re

from django.http import HttpRequest, HttpResponse

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


def send_sound(request: HttpRequest, content: bytes, mime: str) -> HttpResponse:
    """Answer with a sound, or the part that the player asks for (some browsers play nothing without parts)."""
    wanted = read_range(request.headers.get("Range", ""), len(content))
    if wanted is None:
        response = HttpResponse(content, content_type=mime)
    else:
        first, last = wanted
        response = HttpResponse(content[first : last + 1], content_type=mime, status=206)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    return response
