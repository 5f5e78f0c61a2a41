"""What can go wrong between us and the gateway. No message ever holds a number, an address or a text."""

from datetime import timedelta


class GatewayError(Exception):
    """Anything that went wrong at the gateway or on the way to it."""


class Refused(GatewayError):
    """It was understood and refused, so nothing was done. `code` is the gateway's error code, or the HTTP status."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


class NotThere(Refused):
    """There is no such thing: not yet (a recording just made), or not any more."""

    def __init__(self, code: int = 20404) -> None:
        super().__init__(code)


class TooBig(GatewayError):
    """The file is larger than whoever asked wanted it; it was not read to its end."""


class ShutOut(GatewayError):
    """Account or token are not accepted, or the account is suspended: nothing goes out until a person mends it."""


class TryLater(GatewayError):
    """Too many requests: this one was not processed. `after` is how long to wait, None where it did not say."""

    def __init__(self, after: timedelta | None = None) -> None:
        super().__init__("asked to try later")
        self.after = after


class Unreachable(GatewayError):
    """It could not be reached, or failed at something that may safely be asked again: nothing was done."""


class NotKnown(GatewayError):
    """No usable answer came to something that changes the world: it may have been done. Look it up before trying again."""
