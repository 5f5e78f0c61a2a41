"""Working together: hand-over of a line (of no single case: tests/dashboard/test_sheet.py), whose turn, who is writing."""

NOT_OF_A_CASE = {"sheet", "sheet_answer"}
STORIES = ("here",)
VERBS = {"turn": {"turn": "lawyer"}}
