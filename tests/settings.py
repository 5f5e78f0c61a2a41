"""Settings of the tests: the product's own, on the servers that `tests.servers` started, with changes for speed and patience."""

import os

# Workers of pytest-xdist share one Redis: each has a numbered database of its own, set before the settings are read.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{_worker % 16}"

from helpline.settings import *  # noqa: E402, F403
from helpline.settings import PASSWORD_HASHERS, STATIC_ROOT, STORAGES  # noqa: E402

# Argon2 takes its tenth of a second on purpose. What it wrote stays readable, and one test signs in with it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
# Hashed names need collectstatic first; the test of the real server does that.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
# A machine that runs tests beside other things may stand still for a second; tests/faults starts the real settings.
WEBHOOK_PATIENCE = PAGE_PATIENCE = 30.0
# A code may be used once: with a step of tolerance a test need not wait half a minute for the next one.
MFA_TOTP_TOLERANCE = 1
