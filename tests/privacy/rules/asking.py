"""Asking somebody for a caller, and what becomes of it. The referral itself is made in rules/following."""

STORIES = ("ask", "referral")
VERBS = {"ask_who": {"need": "legal"}, "referral_do": {"verb": "withdraw"}}
