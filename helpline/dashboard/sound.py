"""A message that a caller left, played in the page, and files that came with texts, as downloads.

Who listens or opens is written down by the service that opens it.
"""

import mimetypes

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from helpline.core import clock
from helpline.core.http.pages import says_why, worker
from helpline.core.http.sounds import send_sound
from telephony.services import media, recordings


@require_GET
@says_why
def sound(request: HttpRequest, ref: str) -> HttpResponse:
    """Send a message's sound."""
    message = recordings.listen(user=worker(request), ref=ref, at=clock.now())
    return send_sound(request, message.content, message.mime)


@require_GET
@says_why
def file(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand a file over as a download: what strangers send is never shown inside our pages."""
    found = media.open_media(user=worker(request), ref=ref, at=clock.now())
    response = HttpResponse(found.content, content_type=found.mime)
    ending = mimetypes.guess_extension(found.mime) or ""
    response.headers["Content-Disposition"] = f'attachment; filename="file{ending}"'
    return response
