"""The environment, read once, typed, with all problems told together. Every secret may also come from `NAME_FILE`."""

import hashlib
import hmac
import importlib.util
import ipaddress
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpline.keyring import BadKeys, KeyRing, new_key, read_keys

SECRET_NAMES = (
    "SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS", "DATABASE_URL", "REDIS_URL", "TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET",
    "SENTRY_DSN",
)  # fmt: skip
LONGEST_SOCKET_PATH = 100  # bytes; the system's limit is 108 with the closing NUL
SHORTEST_SECRET_KEY = 32  # characters
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
T = TypeVar("T")


class UnsafeStart(Exception):
    """The environment does not allow a safe start. Says every problem, one sentence each, and no secret."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("The helpline does not start:\n" + "\n".join(f"- {problem}" for problem in problems))


@dataclass(frozen=True)
class Env:
    """What the environment says. Keys and tokens are left out of the printed form."""

    var_dir: Path
    port: int
    debug: bool
    public_url: str
    allowed_hosts: tuple[str, ...]
    time_zone: str
    default_region: str
    require_mfa: bool
    log_level: str
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    field_keys: KeyRing = field(repr=False)
    index_keys: KeyRing = field(repr=False)
    twilio_account_sid: str = ""
    twilio_auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    twilio_api_url: str = ""
    twilio_api_key: str = ""
    twilio_api_secret: str = field(default="", repr=False)
    twilio_app_sid: str = ""
    sentry_dsn: str = field(default="", repr=False)
    trusted_proxies: tuple[str, ...] = ()
    attachment_most_mb: int = 10
    practice_now: datetime | None = None
    is_embedded: bool = False
    is_practice: bool = False
    has_live_credentials: bool = False


class _Reader:
    """Reads one name after the other and collects what is wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        value = self.environ.get(name, "").strip()
        place = self.environ.get(f"{name}_FILE", "").strip() if name in SECRET_NAMES else ""
        if not place:
            return value or default
        if value:
            self.problems.append(f"{name} and {name}_FILE are both set: keep one of them.")
            return value
        try:
            return Path(place).read_text().strip() or default
        except OSError:
            self.problems.append(f"{name}_FILE names a file that cannot be read.")
            return default

    def boolean(self, name: str, *, default: bool) -> bool:
        word = self.text(name).lower()
        if word in {"", "true", "1", "yes", "on", "false", "0", "no", "off"}:
            return default if not word else word in {"true", "1", "yes", "on"}
        self.problems.append(f"{name} is neither true nor false.")
        return default

    def parse(self, name: str, default: str, read: Callable[[str], T], fallback: T, sentence: str) -> T:
        try:
            return read(self.text(name, default))
        except (ValueError, KeyError, ZoneInfoNotFoundError):
            self.problems.append(f"{name} {sentence}")
            return fallback


def read_env(environ: Mapping[str, str], base_dir: Path) -> Env:
    """Read the environment. Raises UnsafeStart with every problem. Makes and keeps keys in development only."""
    read = _Reader(environ)
    var_dir = Path(read.text("VAR_DIR") or base_dir / "var").absolute()
    database_url = read.text("DATABASE_URL")
    is_embedded = not database_url
    kept = _keep_development_secrets(var_dir) if is_embedded else {}
    port = read.parse("PORT", "8000", _read_port, 8000, "is not a port between 1 and 65535.")
    public_url = _read_public_url(read, port)
    host = urlsplit(public_url).hostname or "localhost"
    secret_key = read.text("SECRET_KEY", kept.get("SECRET_KEY", ""))
    _check_secret_key(read, secret_key, is_embedded=is_embedded)
    if database_url and not database_url.startswith(("postgresql://", "postgres://", "sqlite:///")):
        read.problems.append("DATABASE_URL is not of the form postgresql://… or sqlite:///….")
    redis_url = read.text("REDIS_URL", f"unix://{socket_path(var_dir)}")
    if not redis_url.startswith(("redis://", "rediss://", "unix://")):
        read.problems.append("REDIS_URL is not of the form redis://…, rediss://… or unix://….")
    time_zone = read.text("TIME_ZONE", "UTC")
    read.parse("TIME_ZONE", "UTC", ZoneInfo, ZoneInfo("UTC"), "is not the name of a time zone, such as Africa/Nairobi.")
    region = read.text("DEFAULT_REGION", "ZA").upper()
    if len(region) != 2 or not region.isalpha():
        read.problems.append("DEFAULT_REGION is not a country code of two letters, such as ZA.")
    log_level = read.text("LOG_LEVEL", "INFO").upper()
    if log_level not in LOG_LEVELS:
        read.problems.append(f"LOG_LEVEL is not one of {', '.join(LOG_LEVELS)}.")
    debug = read.boolean("DEBUG", default=False)
    require_mfa = read.boolean("REQUIRE_MFA", default=True)
    sid, tokens, api_url, is_practice = _read_gateway(read, secret_key)
    most_mb = read.parse(
        "ATTACHMENT_MOST_MB", "10", _read_megabytes, 10, "is not a whole number of megabytes between 1 and 50."
    )
    has_live = not is_practice and not _is_loopback(api_url)
    practice_now = read.parse(
        "PRACTICE_NOW", "", _read_moment, None, "is not a time with an offset, such as 2026-11-23T02:10:00+02:00."
    )
    if has_live:
        for is_wrong, sentence in (
            (
                not require_mfa,
                "REQUIRE_MFA is off: live gateway credentials are refused while nobody needs a second factor.",
            ),
            (practice_now is not None, "PRACTICE_NOW is set: live gateway credentials are refused in practice time."),
            (debug, "DEBUG is on: live gateway credentials are refused while errors show what is inside."),
            (is_embedded, "DATABASE_URL is not set: live gateway credentials are refused with a development database."),
        ):
            if is_wrong:
                read.problems.append(sentence)
    if debug and public_url.startswith("https://"):
        read.problems.append("DEBUG is on: that is refused on a public https:// address.")
    proxies = _read_proxies(read)
    if read.text("SENTRY_DSN") and importlib.util.find_spec("sentry_sdk") is None:
        read.problems.append("SENTRY_DSN is set, and sentry-sdk is not installed: errors would be reported to nobody.")
    field_keys = _read_ring(read, "FIELD_KEYS", kept)
    index_keys = _read_ring(read, "INDEX_KEYS", kept)
    if read.problems:
        raise UnsafeStart(read.problems)
    assert field_keys is not None
    assert index_keys is not None
    hosts = tuple(part.strip() for part in read.text("ALLOWED_HOSTS").split(",") if part.strip())
    return Env(
        var_dir=var_dir, port=port, debug=debug, public_url=public_url,
        allowed_hosts=hosts or ((host, "localhost", "127.0.0.1", "[::1]") if _is_loopback(public_url) else (host,)),
        time_zone=time_zone, default_region=region, require_mfa=require_mfa, log_level=log_level,
        database_url=database_url or f"sqlite:///{var_dir / 'helpline.sqlite3'}", redis_url=redis_url,
        secret_key=secret_key, field_keys=field_keys, index_keys=index_keys,
        twilio_account_sid=sid, twilio_auth_tokens=tokens, twilio_api_url=api_url,
        twilio_api_key=read.text("TWILIO_API_KEY"), twilio_api_secret=read.text("TWILIO_API_SECRET"),
        twilio_app_sid=read.text("TWILIO_APP_SID"), sentry_dsn=read.text("SENTRY_DSN"), trusted_proxies=proxies, practice_now=practice_now, attachment_most_mb=most_mb,
        is_embedded=is_embedded, is_practice=is_practice, has_live_credentials=has_live,
    )  # fmt: skip


def socket_path(var_dir: Path) -> Path:
    """Return where the embedded broker listens: in `var/`, or in a short private folder where that path is too long."""
    path = var_dir / "broker.sock"
    if len(str(path).encode()) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"helpline-{os.getuid()}-{name}" / "broker.sock"


def _read_port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError
    return port


def _read_megabytes(text: str) -> int:
    megabytes = int(text)
    if not 1 <= megabytes <= 50:  # the whole file is in memory while it is judged and sealed
        raise ValueError
    return megabytes


def _read_moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_public_url(read: _Reader, port: int) -> str:
    url = read.text("PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
        read.problems.append("PUBLIC_URL is not an address without a path, such as https://desk.example.org.")
    elif parts.scheme == "http" and not _is_loopback(url):
        read.problems.append("PUBLIC_URL is http:// and not on this machine: callers' words would travel in clear.")
    return url


def _read_proxies(read: _Reader) -> tuple[str, ...]:
    """Return the addresses of proxies whose word we take for who the client is and whether it came by HTTPS."""
    named = tuple(part.strip() for part in read.text("FORWARDED_ALLOW_IPS", "127.0.0.1,::1").split(",") if part.strip())
    for address in named:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            read.problems.append("FORWARDED_ALLOW_IPS is not a list of addresses: anybody could say who they are.")
            break
    return named


def _check_secret_key(read: _Reader, secret_key: str, *, is_embedded: bool) -> None:
    if not secret_key:
        if not is_embedded:
            read.problems.append("SECRET_KEY is missing (in development, without DATABASE_URL, one is made for you).")
    elif len(secret_key) < SHORTEST_SECRET_KEY or len(set(secret_key)) < 5 or "insecure" in secret_key:
        read.problems.append(f"SECRET_KEY is too weak: {SHORTEST_SECRET_KEY} random characters are needed.")


def _read_ring(read: _Reader, name: str, kept: Mapping[str, str]) -> KeyRing | None:
    text = read.text(name, kept.get(name, ""))
    if not text:
        read.problems.append(f"{name} is missing: `manage.py new_key` prints a key, write it as k1:KEY.")
        return None
    try:
        return read_keys(text)
    except BadKeys as wrong:
        read.problems.append(f"{name} cannot be used: {wrong}.")
        return None


def _read_gateway(read: _Reader, secret_key: str) -> tuple[str, tuple[str, ...], str, bool]:
    """Return account, tokens (newest first), API address, and whether the practice network plays the gateway."""
    sid = read.text("TWILIO_ACCOUNT_SID")
    tokens = tuple(part.strip() for part in read.text("TWILIO_AUTH_TOKEN").split(",") if part.strip())
    api_url = read.text("TWILIO_API_URL").rstrip("/")
    if bool(sid) != bool(tokens):
        missing = "TWILIO_AUTH_TOKEN" if sid else "TWILIO_ACCOUNT_SID"
        read.problems.append(f"{missing} is missing: the gateway's account and token go together.")
    if api_url and urlsplit(api_url).scheme not in {"http", "https"}:
        read.problems.append("TWILIO_API_URL is not an address.")
    if sid and tokens:
        return sid, tokens, api_url, False
    # The practice network and the app agree on an account made from the signing key, so that neither needs to be told.
    made = hmac.new(secret_key.encode(), b"practice network", hashlib.sha256).hexdigest()
    practice_port = read.parse("PRACTICE_PORT", "8019", _read_port, 8019, "is not a port.")
    return f"AC{made[:32]}", (made[32:],), api_url or f"http://127.0.0.1:{practice_port}", True


def _keep_development_secrets(var_dir: Path) -> dict[str, str]:
    """Make keys at the first start without a database address, and keep them in a file that only its owner reads."""
    var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    var_dir.chmod(0o700)
    path = var_dir / "keys.json"
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": f"k1:{new_key()}",
            "INDEX_KEYS": f"k1:{new_key()}",
        }
        fresh = path.with_name(f"keys.{os.getpid()}.json")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(made, file)
        try:
            os.link(fresh, path)  # where two processes start at once, the first one's keys hold
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
