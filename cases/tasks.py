"""What the worker does for cases. Periods: `helpline.schedule`. A task carries nothing; it sweeps rows that are due."""

from celery import shared_task

from cases.services import check_in_steps, clocks, complaints, hearing_reminders, package, reminders, stations
from cases.services.importing import taking_over
from helpline.core import clock


@shared_task
def make_packages() -> None:
    """Make what callers asked for of what we hold about them, and delete what nobody took. May run twice, or be killed."""
    package.make_waiting(at=clock.now())


@shared_task
def remind_complaints() -> None:
    """Tell whoever handles a complaint what is due. May run twice, at once, or late."""
    complaints.remind_due(at=clock.now())


@shared_task
def remind_due_follow_ups() -> None:
    """Tell staff what is due. May run twice, at once, or late."""
    reminders.remind_due(at=clock.now())


@shared_task
def remind_station_promises() -> None:
    """Tell coordinators what a station promised until now. May run twice, at once, or late."""
    stations.remind_due(at=clock.now())


@shared_task
def forget_import_files() -> None:
    """Forget spreadsheets that nobody took over."""
    taking_over.forget_old_files(at=clock.now())


@shared_task
def recount_custody_clocks() -> None:
    """Keep how long people may be held with the hours of the courts. May run twice, at once, or late."""
    clocks.recount_custody(at=clock.now())


@shared_task
def take_check_in_steps() -> None:
    """Do what is to be done where somebody was not heard from. May run twice, at once, or after hours of nothing."""
    check_in_steps.sweep(at=clock.now(), ticks=clock.ticks())


@shared_task
def tell_of_hearings() -> None:
    """Tell caller, companion and lawyer again of a day in court. May run twice, at once, or late."""
    hearing_reminders.tell_due(at=clock.now())
