"""Names of places as people write them, in one form for finding equal ones."""

import unicodedata


def fold_name(typed: str) -> str:
    """Return a name without case, accents, signs and double spaces: "  Hillbrow  SAPS. " is "hillbrow saps"."""
    plain = unicodedata.normalize("NFKD", typed).casefold()
    kept = "".join(
        sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign) and sign.isprintable()
    )
    return " ".join(kept.split())
