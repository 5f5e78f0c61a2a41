"""How the API says no. Our own errors become answers here, so that every address refuses alike."""

from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from helpline.core.errors import Conflict, NotAllowed, NotFound


class Conflicting(exceptions.APIException):
    """Somebody else was faster."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def answer(refusal: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an error into an answer; None leaves it to Django, which answers 500.

    What is not there and what is not yours are one and the same answer, to the letter.
    """
    if isinstance(refusal, NotFound):
        refusal = exceptions.NotFound()
    elif isinstance(refusal, NotAllowed):
        refusal = exceptions.PermissionDenied(str(refusal))
    elif isinstance(refusal, Conflict):
        refusal = Conflicting(str(refusal))
    return exception_handler(refusal, context)


def blame(field: str, refusal: Exception) -> exceptions.ValidationError:
    """Return the refusal of a rule of ours as the refusal of one field."""
    return exceptions.ValidationError({field: [str(refusal)]})
