"""The web application for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
application = get_wsgi_application()
# Django reads the addresses, and with them imports all that stands behind them, when the first request comes. That takes
# seconds, in which a caller would hear nothing: a process does it before it takes requests.
resolve("/telephony/voice/")
