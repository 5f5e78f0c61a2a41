"""Django settings, from the environment as `helpline.env` read it. Nobody else reads the environment."""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from helpline.env import Env, UnsafeStart, read_env, socket_path
from helpline.schedule import BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent

try:
    ENV: Env = read_env(os.environ, BASE_DIR)
except UnsafeStart as unsafe:
    raise ImproperlyConfigured(str(unsafe)) from None

# --- Who we are
SECRET_KEY = ENV.secret_key
FIELD_KEYS = ENV.field_keys
INDEX_KEYS = ENV.index_keys
DEBUG = ENV.debug
PUBLIC_URL = ENV.public_url
ALLOWED_HOSTS = list(ENV.allowed_hosts)
VAR_DIR = ENV.var_dir
PORT = ENV.port
IS_EMBEDDED = ENV.is_embedded
IS_PRACTICE = ENV.is_practice
PRACTICE_NOW = ENV.practice_now
HAS_LIVE_CREDENTIALS = ENV.has_live_credentials
REQUIRE_MFA = ENV.require_mfa
TRUSTED_PROXIES = frozenset(ENV.trusted_proxies)
SENTRY_DSN = ENV.sentry_dsn
IS_HTTPS = PUBLIC_URL.startswith("https://")

# --- The gateway
TWILIO_ACCOUNT_SID = ENV.twilio_account_sid
TWILIO_AUTH_TOKENS = list(ENV.twilio_auth_tokens)
TWILIO_API_URL = ENV.twilio_api_url
TWILIO_API_KEY = ENV.twilio_api_key
TWILIO_API_SECRET = ENV.twilio_api_secret
TWILIO_APP_SID = ENV.twilio_app_sid

INSTALLED_APPS = [
    "helpline.apps.HelplineConfig",
    "helpline.core.audit",
    "helpline.core.outbox",
    "helpline.core.staff",
    "helpline.core.lines",
    "helpline.core.rota",
    "helpline.core.alarms",
    "helpline.core.forgetting",
    "helpline.core.http",
    "cases",
    "referrals",
    "telephony",
    "helpline.dashboard",
    "helpline.office",
    "helpline.reports",
    "helpline.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
]

MIDDLEWARE = [
    # Limits of sign-in count by the client's address, which a proxy hides behind its own.
    "helpline.core.http.middleware.RealClient",
    # Webhooks need no session, no cookie and no redirect, and must answer whatever is broken behind them.
    "helpline.core.http.middleware.WebhookLane",
    "helpline.core.http.middleware.Patience",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "helpline.core.http.middleware.NoStore",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpline.core.http.sign_in.SignInLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "helpline.core.http.middleware.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "helpline.core.http.sign_in.LimitsAway",
]

ROOT_URLCONF = "helpline.urls"
WSGI_APPLICATION = "helpline.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helpline.core.http.context.page",
            ]
        },
    }
]

# --- Where things are kept
_url = environ.Env.db_url_config(ENV.database_url)
DATABASES: dict[str, dict[str, Any]] = {"default": dict(_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Measured: without IMMEDIATE and WAL, writers at the same moment meet "database is locked" (decisions/0003).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["ENGINE"] = "helpline.core.postgresql"
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,  # seconds, the least that the library takes
        # The few statements of an incoming call are prepared once for each connection (decisions/0004). A pooler that
        # shares connections between transactions needs `?prepare_threshold=` in DATABASE_URL to be left out of it.
        "server_side_binding": True,
        "prepare_threshold": 3,
        **DATABASES["default"].get("OPTIONS", {}),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
WEBHOOK_PATIENCE = 0.6  # seconds that a webhook waits for one answer of the database; a caller is waiting for ours
PAGE_PATIENCE = 2.0  # seconds, the same for a page; its reader can press reload
REDIS_URL = ENV.redis_url
BROKER_SOCKET = socket_path(VAR_DIR)  # where the embedded broker listens, if there is one
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "helpline",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
    }
}

# --- Celery: rows in the database are the truth, the broker may forget everything
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120, "socket_connect_timeout": 1.0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# --- Who may come in
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "helpline.core.staff.adapter.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Five tries from one address are axes' to count. By name alone it takes more, or a stranger could shut out who is on call.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,50/15m/key"}
MFA_ADAPTER = "helpline.core.staff.adapter.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Desk"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "helpline.core.http.sign_in.read_name_tried"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address"]  # and the password: people type it into the wrong field
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours: a slow-down, never a lasting lock-out of somebody on call
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SESSION_ENGINE = "helpline.core.http.sessions"
SESSION_COOKIE_NAME = "__Host-desk" if IS_HTTPS else "desk"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: absolute limit of a sign-in
IDLE_SIGN_OUT_SECONDS = 15 * 60  # without a sign of life
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds that the link for a first or a new password works
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_NAME = "__Host-desk-csrf" if IS_HTTPS else "desk-csrf"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nothing goes to other sites. With "no-referrer" browsers would also hide the origin of our own forms, and CSRF refuse them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
ATTACHMENT_MOST_BYTES = ENV.attachment_most_mb * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes; a webhook of Twilio's has a few thousand

# --- The API
API_REQUESTS_A_MINUTE = 600  # of one person: a runaway program is slowed down, a busy one is not
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "helpline.api.tokens.ByToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["helpline.api.throttles.Fair"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["helpline.api.parsing.Json"],
    "DEFAULT_PAGINATION_CLASS": "helpline.api.paging.Cursor",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "helpline.core.api.refusals.answer",
    "UNICODE_JSON": False,  # half a character, kept from a broken text, would stop an answer in UTF-8
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Helpline API",
    "DESCRIPTION": "Lines, shifts, calls, texts, cases and what is promised on them. See docs/build/api.md.",
    "VERSION": "1",
    "LICENSE": {"name": "AGPL-3.0-or-later"},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "Answer": "cases.models.Answer",
        "CaseState": "cases.models.CaseState",
        "Said": "cases.models.Said",
        "FollowUpKind": "cases.models.FollowUpKind",
        "FollowUpState": "cases.models.FollowUpState",
        "HearingState": "cases.models.HearingState",
        "CheckInState": "cases.models.CheckInState",
        "NeedKind": "cases.models.NeedKind",
        "ReceiverKind": "cases.models.ReceiverKind",
        "Declined": "referrals.models.Declined",
        "ReferralState": "referrals.models.ReferralState",
        "ReferralOutcome": "referrals.models.ReferralOutcome",
        "PlaceKind": "referrals.models.PlaceKind",
        "ServiceStatus": "referrals.models.ServiceStatus",
        "VettingState": "referrals.models.VettingState",
        "CallKind": "telephony.models.call.CallKind",
        "CallState": "telephony.models.call.CallState",
        "CallOutcome": "telephony.models.call.CallOutcome",
        "LegResult": "telephony.models.call.LegResult",
    },
}

# --- Forgetting: the eraser of each app, what points at other things first
ERASERS = [
    "telephony.erasure.Telephony",
    "referrals.erasure.Referrals",
    "cases.erasure.Cases",
    "helpline.core.alarms.erasure.Alarms",
    "helpline.core.outbox.erasure.Outbox",
    "helpline.core.staff.erasure.Staff",
    "helpline.core.audit.erasure.Audit",
]

# What somebody who leaves has in hand, app by app: calls that ring them now, then their work, then the rota and messages
BELONGINGS = [
    "telephony.services.leaving.Phones",
    "referrals.services.leaving.Team",
    "cases.services.leaving.Work",
    "helpline.core.alarms.leaving.Messages",
    "helpline.core.rota.leaving.Duty",
]

# --- Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # one is added with its catalogue: a page half in another language helps nobody
LOCALE_PATHS = [BASE_DIR / "helpline" / "locale"]
TIME_ZONE = ENV.time_zone
USE_TZ = True
USE_I18N = True
PHONENUMBER_DEFAULT_REGION = ENV.default_region
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "E164"

# --- Static files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
_vendor = BASE_DIR / "build" / "vendor"
STATICFILES_DIRS = [("vendor", _vendor)] if _vendor.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Live updates: each open board holds a thread of the web process
WEB_THREADS = int(os.environ.get("WEB_THREADS", "16"))
LIVE_STREAMS = WEB_THREADS // 2

# --- Logs: events with references, never content
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "helpline.core.privacy.redact.RedactFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]},
    },
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        # The server for development writes down every address: through the same filter, which cuts one-time links.
        "django.server": {"handlers": ["console"], "propagate": False},
        # These tell addresses of requests, and the gateway's have numbers in them.
        "twilio": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "fido2": {"level": "WARNING"},  # below that it writes down which passkeys there are
    },
}
