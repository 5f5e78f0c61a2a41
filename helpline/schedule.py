"""Every periodic task: name, period in seconds, why that period. All of them sweep rows; none carries content."""

from typing import Any

# Task, seconds, why.
SWEEPS: list[tuple[str, float, str]] = [
    ("telephony.tasks.deliver_due", 2.0, "a text to a person on call should leave within seconds"),
    ("telephony.tasks.move_transfers", 1.0, "a caller who is handed over is never alone for longer than a moment"),
    ("telephony.tasks.place_calls", 2.0, "somebody who is asked by telephone is rung within seconds"),
    ("telephony.tasks.resolve_unknown_sends", 30.0, "the gateway's list of texts is trusted after a minute"),
    ("telephony.tasks.fetch_recordings", 5.0, "a message in custody is heard as soon as the media exists"),
    ("telephony.tasks.fetch_media", 10.0, "pictures may wait a little"),
    ("telephony.tasks.close_silent_calls", 60.0, "calls whose last callback was lost end by themselves"),
    ("telephony.tasks.read_spool", 10.0, "webhooks kept on disk while the database was away"),
    ("telephony.tasks.keep_duty_snapshot", 60.0, "who to ring when the database is away, never older than minutes"),
    ("telephony.tasks.watch_the_line", 60.0, "refused webhooks and gaps in the rota are told within minutes"),
    ("cases.tasks.remind_due_follow_ups", 5.0, "a promise has a minute in it"),
    (
        "cases.tasks.remind_complaints",
        300.0,
        "a complaint has days; whoever could handle it hears of it within minutes",
    ),
    ("cases.tasks.make_packages", 5.0, "whoever asks what we hold about them waits on the page for it"),
    (
        "helpline.core.forgetting.tasks.forget_what_is_due",
        3600.0,
        "what is past its time goes within the hour, in pieces",
    ),
    (
        "helpline.core.forgetting.tasks.keep_tombstones",
        300.0,
        "what was erased is known outside the database within minutes",
    ),
    ("cases.tasks.remind_station_promises", 60.0, "what a station promised until a time is told within a minute"),
    ("cases.tasks.forget_import_files", 300.0, "a spreadsheet of past cases is kept an hour and a few minutes at most"),
    ("cases.tasks.tell_of_hearings", 20.0, "who has to be somewhere in the morning is told in time, to the minute"),
    ("referrals.tasks.ask_how_it_went", 300.0, "who helped is asked after days: minutes do not matter"),
    ("referrals.tasks.tell_of_appointments", 20.0, "as with days in court: in time, to the minute"),
    ("referrals.tasks.tell_of_renewals", 600.0, "a vetting that runs out has days; in the daytime alone"),
    ("cases.tasks.recount_custody_clocks", 300.0, "a day off that a court is given counts within minutes"),
    (
        "cases.tasks.take_check_in_steps",
        5.0,
        "somebody who is not heard from is asked for within seconds of what was agreed",
    ),
    (
        "referrals.tasks.look_after_team",
        15.0,
        "whoever of our own is out there is asked whether all is well, and missed within minutes",
    ),
    (
        "referrals.tasks.dispatch_due",
        5.0,
        "a lawyer was promised within thirty minutes, and a yes that is taken back counts at once",
    ),
    ("referrals.tasks.take_directories_in", 5.0, "whoever takes a large directory in waits for it on the page"),
    (
        "referrals.tasks.forget_directory_files",
        300.0,
        "a file of a directory is kept an hour and a few minutes at most",
    ),
    ("helpline.core.audit.tasks.seal_entries", 60.0, "what was done cannot be changed unseen for longer than a minute"),
    ("helpline.dashboard.tasks.watch_hand_overs", 30.0, "a shift that ends is handed over within the minute"),
    ("helpline.dashboard.tasks.note_beat", 10.0, "readyz sees a dead beat or worker within a minute"),
]

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A sweep that waited longer than its period is dropped: the next one finds the same rows.
    name: {"task": name, "schedule": period, "options": {"expires": max(period * 2, 10)}}
    for name, period, _ in SWEEPS
}
