"""Every sweep that beat sends is one that the worker knows."""

from helpline.celery import app
from helpline.schedule import SWEEPS


def test_the_worker_knows_every_task_that_beat_sends():
    app.loader.import_default_modules()
    assert [name for name, _, _ in SWEEPS if name not in app.tasks] == []


def test_every_sweep_says_why_it_has_its_period():
    assert all(period > 0 and why for _, period, why in SWEEPS)
