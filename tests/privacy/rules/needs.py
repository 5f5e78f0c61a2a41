"""What somebody needs."""

STORIES = ("needs",)
