"""Take out of log lines what must not be in them. A last net: nothing should have put it there."""

import logging
import re
from types import TracebackType

# Seven or more digits, with what people put between them: telephone numbers. Dates and clock times are shorter runs.
_NUMBER = re.compile(r"(?<![\w.:-])\+?\d[\d ().\-/]{5,}\d(?![\w:])|(?:\+|%2[Bb])\d{5,}")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}( \d{2})?$")
_WORDS_OF_AN_ERROR = {"exc", "traceback", "args", "kwargs", "return_value"}
_SECRET = re.compile(r"(?i)(authorization|x-twilio-signature|password|token|secret)([\"']?\s*[:=]\s*)\S+")

# What stands in the address of a one-time link: 128 bits, as 22 signs between two slashes.
_LINK = re.compile(r"(?<=/)[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")


def redact(text: str) -> str:
    """Return the text with telephone numbers, secrets and one-time links replaced by a word."""
    text = _LINK.sub("[link]", _SECRET.sub(r"\1\2[removed]", text))
    return _NUMBER.sub(lambda found: found[0] if _DATE.match(found[0].strip()) else "[number]", text)


class RedactFilter(logging.Filter):
    """Redacts every line before it is written, arguments included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(_without_error_text(record))
        record.args = ()
        if record.exc_info and record.exc_info[0] is not None:
            # An exception's text may quote what a person said or a parameter of a query: keep its kind and its place.
            record.exc_text = _describe(record.exc_info[0], record.exc_info[2])
            record.exc_info = None
        return True


def _without_error_text(record: logging.LogRecord) -> str:
    """Return the line; what an exception says of itself is taken out also where it was put into the line's words."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return record.getMessage()
    if isinstance(record.args, dict):  # Celery tells of a failed task in this form, the whole traceback included
        record.args = {**record.args, **dict.fromkeys(_WORDS_OF_AN_ERROR & record.args.keys(), "")}
    line = record.getMessage()
    for said in sorted({str(error), repr(error), *map(str, error.args)}, key=len, reverse=True):
        line = line.replace(said, "[removed]") if said else line
    return line.strip()


def _describe(kind: type[BaseException], trace: TracebackType | None) -> str:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"{kind.__name__} at " + " > ".join(places[-6:])
