"""What an error of the database means for whoever goes on: it is away, or only this one row was busy."""

from django.db import InterfaceError, OperationalError

# SQLSTATE, appendix A of PostgreSQL's manual: a lock that was not given in time, a statement that was cancelled, a deadlock
# that was ended, a transaction that came too late.
_BUSY = frozenset({"55P03", "57014", "40P01", "40001"})
_BUSY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED")


def is_away(error: BaseException) -> bool:
    """Say whether the connection is lost: then the next row would fare no better, and a sweep ends here.

    True for what came without a code (nobody answered), of class 08, or 57P0x (the server shuts down or starts).
    """

    if not isinstance(error, OperationalError | InterfaceError) or is_busy(error):
        return False
    code = _code_of(error)
    return not code or code.startswith(("08", "57P0"))


def is_busy(error: BaseException) -> bool:
    """Say whether somebody else held the row for too long: the database is well, and this one thing is tried again."""
    return _code_of(error) in _BUSY or _name_in_sqlite(error).startswith(_BUSY_SQLITE)


def _code_of(error: BaseException) -> str:
    """Django's errors carry the driver's own as their cause; without a code it is blank."""
    return getattr(error.__cause__, "sqlstate", None) or getattr(error, "sqlstate", None) or ""


def _name_in_sqlite(error: BaseException) -> str:
    return getattr(error.__cause__, "sqlite_errorname", None) or ""
