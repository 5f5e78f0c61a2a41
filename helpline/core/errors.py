"""Errors of ours, each with a sentence for people. None of them ever carries a number, a name or a narrative."""


class HelplineError(Exception):
    """Anything that we refuse on purpose. The message may be shown to a member of staff."""


class NotAllowed(HelplineError):
    """The rules forbid it now: a move that the lifecycle does not know, a contact that was not called safe."""


class NotFound(HelplineError):
    """It is not there, or it is not yours: the two are never told apart."""


class Conflict(HelplineError):
    """Somebody else was faster: the row has changed since it was read."""
