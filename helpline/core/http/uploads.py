"""Take a file that is sent with a form into memory, up to a size and no further.

Django would write it to a temporary file in clear text, and would have read all of it before any page can say no. A view
that takes files is `csrf_exempt` on the outside (or the check of the form key reads the body first), asks `begin`, and
hands on to an inner view that is `csrf_protect`.
"""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

_ROOM_FOR_THE_FORM = 100_000  # bytes of other fields and of what stands between them


class InMemory(FileUploadHandler):
    """Collects one form's files in memory and stops, without reading on, where together they are too big."""

    def __init__(self, request: HttpRequest, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes, self.taken, self.is_too_big = most_bytes, 0, False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._content = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken += len(raw_data)
        if self.taken > self.most_bytes:
            self.is_too_big = True
            self._content = io.BytesIO()
            raise StopUpload(connection_reset=True)
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        self._content.seek(0)
        return InMemoryUploadedFile(
            self._content, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )


def begin(request: HttpRequest, most_bytes: int) -> InMemory | None:
    """Let the files of this request go into memory; None where it says itself that it is too big: do not read it."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > most_bytes + _ROOM_FOR_THE_FORM:
        return None
    handler = InMemory(request, most_bytes)
    request.upload_handlers = [handler]
    return handler
