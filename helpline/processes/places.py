"""What a running line holds for itself: its folder and its ports. Each is a lock that ends with the process."""

import contextlib
import errno
import fcntl
import os
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PORTS_TO_TRY = 100


class Taken(Exception):
    """Somebody else holds it; the text is a sentence for the person at the keyboard."""


@dataclass
class Held:
    """A place that is ours until `release`, or until this process ends."""

    lock: IO[str] = field(repr=False)
    number: int = 0

    def release(self) -> None:
        self.lock.close()


def hold_folder(folder: Path) -> Held:
    """Take a folder for one running line. Raises Taken where another line runs from it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return Held(_lock(folder / "running.lock"))
    except BlockingIOError:
        raise Taken(f"A line is already running from {folder}.") from None


def hold_port(first: int) -> Held:
    """Take the first port from `first` on that nobody listens on and no other line has taken on this machine.

    Raises Taken after a hundred.
    """
    for number in range(first, min(first + PORTS_TO_TRY, 65536)):
        with contextlib.suppress(OSError):
            held = Held(_lock(Path(tempfile.gettempdir()) / f"helpline-port-{number}.lock"), number)
            if is_free(number):
                return held
            held.release()
    raise Taken(f"No port is free between {first} and {first + PORTS_TO_TRY - 1}.")


def is_free(port: int) -> bool:
    """Say whether nobody listens on a port of this machine's loopback addresses, of which `localhost` may be either."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                # A server that has just ended leaves its port in a state that only matters to those who ask for this.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
                probe.listen()
        except OSError as problem:
            if problem.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False  # any other: this machine has no such address
    return True


def _lock(path: Path) -> IO[str]:
    """Open and lock a file for this process. Raises BlockingIOError where another has it, OSError where not allowed.

    Opened for reading: in a folder that all may write to, another user's file may be locked but not be opened to write.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o644))
    handle = path.open()
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise
    return handle
