"""Public references: what stands in addresses, in logs and in speech instead of database numbers."""

import secrets

# Without 0/O, 1/I/L and U: they are misheard or misread, and no word comes out of it by accident so easily.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
OPAQUE_LENGTH = 18  # 30**18 is over 2**88


def new_opaque() -> str:
    """Return a reference that nobody says aloud (calls, notes, recordings): over 88 random bits."""
    return new_code(OPAQUE_LENGTH)


def new_code(length: int) -> str:
    """Return that many random characters of the alphabet."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def speakable_length(how_many: int, shortest: int = 4) -> int:
    """Return how long a spoken reference must be where so many exist, so that at most one in 200 is taken."""
    length = shortest
    while len(ALPHABET) ** length < how_many * 200:
        length += 1
    return length
