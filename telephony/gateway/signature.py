"""The closed door: is this request really the gateway's?

The provider's own validator does the sum; we guard it against what makes it stumble. The address that was signed is
made of PUBLIC_URL and the path as it came, byte for byte, never of what a proxy or a Host header says.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import QueryDict
from twilio.request_validator import RequestValidator, get_signature_algorithm

LONGEST_SIGNATURE = 256  # characters; a genuine one has 28 (SHA-1) or 44 (SHA-256)


@dataclass(frozen=True)
class Signed:
    """What of a request the signature covers. `form` are the posted names as they came, `body` a JSON body."""

    path_and_query: str
    signature: str
    settings_header: str = ""
    form: QueryDict | None = None
    body: str | None = None


def is_genuine(request: Signed, *, public_url: str, tokens: list[str]) -> bool:
    """Say whether one of the tokens signed this request. No token, no signature, anything odd: not genuine."""
    signature = request.signature
    if not tokens or not signature or len(signature) > LONGEST_SIGNATURE or not signature.isascii():
        return False
    address = public_url + request.path_and_query
    if request.body is not None and not _names_body_hash(request.path_and_query):
        return False
    signed: Any = request.body if request.body is not None else (request.form or {})
    algorithm = get_signature_algorithm(request.settings_header)
    try:
        return any(RequestValidator(token).validate(address, signed, signature, algorithm) for token in tokens)
    except (ValueError, UnicodeError):  # lone surrogates, a port that is none: not the gateway's writing
        return False


def _names_body_hash(path_and_query: str) -> bool:
    """Say whether the address carries the hash of a JSON body, read as the validator reads it, which stumbles otherwise."""
    return "bodySHA256" in parse_qs(urlsplit(path_and_query).query)
