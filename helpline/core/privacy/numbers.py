"""Telephone numbers that staff type, in one form: E.164, so that equal numbers are equal."""

import phonenumbers
from django.conf import settings
from phonenumber_field.phonenumber import PhoneNumber

_MASKED_FROM = 8  # characters: shorter ones are shown as dots alone


def read_number(typed: str) -> str | None:
    """Return a typed number as E.164, or None where it cannot be one. Without a country it is of `DEFAULT_REGION`.

    Possible is enough: lists of number ranges are always behind, and no number in the range for fiction is valid.
    """
    try:
        number = PhoneNumber.from_string(typed, region=settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return None
    return str(number.as_e164) if phonenumbers.is_possible_number(number) else None


def mask_number(number: str) -> str:
    """Return a number as it may stand on a page: its last three figures, enough to tell two of them apart.

    A short one, which three figures would nearly give away, is dots alone.
    """
    return f"••• {number[-3:]}" if len(number) >= _MASKED_FROM else "•••"
