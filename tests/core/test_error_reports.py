"""What leaves the house when something breaks: the kind of error and the place, nothing that anybody said."""

import json

from helpline.error_reports import scrub

NARRATIVE, NUMBER = "they took her phone", "+447700900200"


def test_a_report_keeps_the_place_and_drops_what_was_said():
    report = scrub(
        {
            "event_id": "1",
            "level": "error",
            "message": NARRATIVE,
            "user": {"username": "nomsa"},
            "request": {"url": f"/cases/?q={NUMBER}", "data": {"Body": NARRATIVE}},
            "breadcrumbs": {"values": [{"message": NUMBER}]},
            "extra": {"sys.argv": [NUMBER]},
            "exception": {
                "values": [
                    {
                        "type": "ValueError",
                        "value": f"bad number {NUMBER}",
                        "stacktrace": {
                            "frames": [
                                {
                                    "filename": "intake.py",
                                    "lineno": 7,
                                    "vars": {"number": NUMBER},
                                    "context_line": NARRATIVE,
                                }
                            ]
                        },
                    }
                ]
            },
        },
        {},
    )
    sent = json.dumps(report)
    assert NARRATIVE not in sent
    assert NUMBER not in sent
    assert "nomsa" not in sent
    assert report["exception"]["values"][0] == {
        "type": "ValueError",
        "stacktrace": {"frames": [{"filename": "intake.py", "lineno": 7}]},
    }


def test_a_report_of_something_without_an_error_is_still_empty_of_words():
    assert scrub({"message": NARRATIVE, "level": "warning"}, {}) == {"level": "warning", "exception": {"values": []}}
