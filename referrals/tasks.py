"""What the worker does for referrals. Periods: `helpline.schedule`. A task carries nothing; it sweeps rows that are due."""

from celery import shared_task

from helpline.core import clock
from referrals.services import appointments, going, imports, renewals, reports_back, sweeping


@shared_task
def tell_of_appointments() -> None:
    """Tell callers of what they have in the morning, where that is safe. May run twice, at once, or late."""
    appointments.tell_due(at=clock.now())


@shared_task
def dispatch_due() -> None:
    """Ask the next, end what is over, tell what is late. May run twice, at once, or after hours of nothing."""
    sweeping.sweep(at=clock.now())


@shared_task
def tell_of_renewals() -> None:
    """Tell of vetting that has to be done anew, once for each reminder. May run twice, at once, or late."""
    renewals.sweep(at=clock.now())


@shared_task
def look_after_team() -> None:
    """Ask whoever is out whether all is well, and tell a person where no answer comes. May run twice, at once, or late."""
    going.sweep(at=clock.now())


@shared_task
def take_directories_in() -> None:
    """Take in directories that are too large to wait for on the page. May run twice, at once, or after a restart."""
    imports.take_waiting(at=clock.now())


@shared_task
def forget_directory_files() -> None:
    """Forget files of directories that nobody took in within the hour. May run twice, at once, or late."""
    imports.forget_old(at=clock.now())


@shared_task
def ask_how_it_went() -> None:
    """Ask who helped how it went, once for each request. May run twice, at once, or late."""
    reports_back.ask_due(at=clock.now())
