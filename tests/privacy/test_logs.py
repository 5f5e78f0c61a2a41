"""The last net under the logs: what nobody should have put there is taken out before it is written."""

import io
import logging

import pytest

from helpline.core.privacy.redact import RedactFilter, redact

NUMBERS = [
    "+447700900200", "447700900200", "0821234567", "082 123 4567", "+27 82 123-4567", "(082) 123 4567", "0027821234567",
    "To=%2B447700900200", "whatsapp:+447700900200", "tel:+447700900200", "sip:+447700900200@example.org",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_in_any_writing_is_taken_out(number):
    assert "900200" not in redact(f"somebody wrote {number} here")
    assert "123" not in redact(f"somebody wrote {number} here").replace("4567", "")


@pytest.mark.parametrize("line", ["2026-11-23 02:10:00", "case HL-7K3M", "11200 at 02:10:15", "took 0.0123"])
def test_what_is_no_number_stays(line):
    assert redact(line) == line


@pytest.fixture
def written():
    """Where a logger of the product's writes to: the same filter and format."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactFilter())
    logger = logging.getLogger("tests.privacy")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, stream
    logger.removeHandler(handler)


def fail(words):
    raise ValueError(words)


@pytest.mark.parametrize("line", ["it broke", "it broke: {error}", "it broke: {error!r}"])
def test_what_an_exception_quotes_is_not_written_only_its_kind_and_place(written, line):
    logger, stream = written
    try:
        fail("held at Rose's flat")
    except ValueError as error:
        logger.exception(line.format(error=error))  # noqa: TRY401
    said = stream.getvalue()
    assert "Rose" not in said
    assert "ValueError at test_logs.py" in said
    assert "fail" in said


def test_a_failed_task_is_told_as_celery_tells_it_without_its_words(written):
    logger, stream = written
    try:
        fail("held at Rose's flat")
    except ValueError as error:
        told = {
            "name": "cases.tasks.remind",
            "id": "7",
            "exc": repr(error),
            "traceback": f"… {error}",
            "args": "('Rose',)",
        }
        logger.exception("Task %(name)s[%(id)s] %(args)s failed: %(exc)s\n%(traceback)s", told)
    assert "Rose" not in stream.getvalue()
    assert "Task cases.tasks.remind[7]" in stream.getvalue()


def test_requests_to_the_gateway_are_not_logged_at_any_level(settings):
    """Their addresses hold numbers."""
    for name in ("urllib3", "twilio"):
        assert settings.LOGGING["loggers"][name]["level"] == "WARNING"
