"""Number plates in one form, so that equal plates are equal and a part of one can be looked for."""

import unicodedata


def write_plate(typed: str) -> str:
    """Return a plate in capitals, without spaces or signs: " nd 123-456 " is "ND123456". Blank where nothing is left.

    Full-width and other compatible forms become plain ones; letters of any alphabet stay as they are. What was not read
    stays visible: "?" and "*" stand for one and for several characters that nobody saw.
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(sign for sign in plain if sign.isalnum() or sign in "?*")
