"""The project: what all apps share (core) and what is made of all apps (board, API, processes)."""

from helpline.celery import app as celery_app

__all__ = ["celery_app"]
