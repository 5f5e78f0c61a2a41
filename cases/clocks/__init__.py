"""How long something can still be done: clinical windows and the time that somebody may be held. Plain rules, no framework.

What must not be late counts from the earliest moment at which it can have happened; what must not be early (a test that
would show nothing yet) from the latest. Nothing here is a diagnosis, and after every end the words are "go anyway".
"""
