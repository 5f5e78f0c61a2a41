"""Connecting the caller of a live call with somebody outside."""

STORIES = ("transfer", "transfer_state")
VERBS = {"transfer_begin": {"person": "x"}, "transfer_ask": {"wish": "call_off"}}
