"""Where a practice network may be: the loopback address that the application takes for its gateway."""

import ipaddress
from urllib.parse import urlsplit


class NotForPractice(Exception):
    """The configured gateway is not a loopback address: nothing may be practised there. The text says so."""


def practice_address(api_url: str) -> tuple[str, int]:
    """Return host and port of the practice network for a configured gateway address; raises NotForPractice."""
    there = urlsplit(api_url)
    host = there.hostname or ""
    if there.scheme != "http" or not _is_loopback(host) or there.port is None:
        message = (
            "The gateway that is configured is not on this machine (http://127.0.0.1:PORT): nothing to practise on."
        )
        raise NotForPractice(message)
    return host, there.port


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
