"""The signature on what the network sends, written from the published description and not from the library that checks it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def sign(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """Return base64(HMAC-SHA1(auth token, URL + for each POST name sorted: name + value)); for GET the form is empty.

    Source: Twilio, "Validating signatures from Twilio".
    """
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
