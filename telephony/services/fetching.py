"""When a file that the gateway keeps for us is asked for again, and which kinds we take. Plain rules for two sweeps."""

from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(seconds=5)  # a recording is told of before its sound can be had
LONGEST_PAUSE = timedelta(minutes=10)
LEASE = timedelta(minutes=2)  # how long one worker has a file for itself
MOST_TRIES_WHERE_ABSENT = 12  # about forty minutes in all: then it will not come any more
OUTAGE_LASTS_AT_MOST = timedelta(hours=24)
MOST_AT_ONCE = 20

MEDIA_KINDS = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "application/pdf"})


def next_try_at(at: datetime, tries: int) -> datetime:
    """Return when to ask again after so many tries (1 after the first): pauses double from 5 s to 10 min."""
    doubled: int = 2 ** min(max(tries - 1, 0), 20)
    return at + min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def is_sound(mime: str) -> bool:
    """Say whether a recording of this kind is kept."""
    return mime.startswith("audio/")


def is_kept(mime: str) -> bool:
    """Say whether a picture or file of this kind is kept. Never anything that a browser would run."""
    return mime in MEDIA_KINDS or mime.startswith("audio/")
