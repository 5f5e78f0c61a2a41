"""The first floor of a case: what the dashboard shows and does."""

READING = ("case", "story", "promises")
VERBS = {
    "take": {}, "note": {"body": "x"}, "draft": {"body": "x"}, "text": {"body": "x"}, "known": {"answer": "deliberate"},
    "join": {"into": "HL-2222"}, "part": {}, "close": {}, "reopen": {}, "describe": {"caller-code_name": "x"}, "promise": {},
    "follow_up": {"verb": "finish"}, "hand_over": {}, "summary": {"summary": "x"}, "urgency": {"urgency": "danger"}, "number": {"reason": "safety"},
}  # fmt: skip
FILES = ("file", "sound")
NOT_OF_A_CASE = {
    "board", "now", "due", "tonight", "on_call", "alarm_seen", "hand_over_answer", "live", "cases", "case_new", "case_jump",
}  # fmt: skip
