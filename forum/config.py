"""Every setting of the site, read from ``FORUM_*`` environment variables.

A wrong or unsafe value stops the start with one sentence for each mistake.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ENVIRONMENTS = ("development", "testing", "production")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
MINIMUM_SECRET_LENGTH = 32
FEWEST_DIFFERENT = 8
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


class ConfigError(Exception):
    """One or more settings are wrong; ``problems`` holds a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError("must be 1 or 0")


def _whole_number(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError("must be a whole number") from None
    if number < 0:
        raise ValueError("must not be negative")
    return number


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _database_url(text: str) -> str:
    """Address of the database; bare ``postgresql://`` means the psycopg 3 driver."""
    scheme = text.partition("://")[0]
    if scheme in {"postgres", "postgresql"}:
        return "postgresql+psycopg://" + text.partition("://")[2]
    if scheme in {"sqlite", "postgresql+psycopg"}:
        return text
    raise ValueError("must begin with sqlite:/// or postgresql://")


def _url_of(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and urlsplit(text).scheme not in schemes:
            raise ValueError("must begin with " + " or ".join(f"{scheme}:" for scheme in schemes))
        return text

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError("must be one of " + ", ".join(words))
        return text

    return read


def _setting(default: Any, read: Callable[[str], Any] = str, *, doc: str) -> Any:
    return field(default=default, metadata={"read": read, "doc": doc})


@dataclass(frozen=True)
class Settings:
    """The settings; each field is read from ``FORUM_`` and its name in capitals."""

    environment: str = _setting(
        "development",
        _one_of(*ENVIRONMENTS),
        doc="development, testing or production",
    )
    debug: bool = _setting(False, _boolean, doc="Flask's debugger; refused in production")
    secret_key: str = _setting("", doc="signs cookies and tokens; at least 32 characters")
    site_name: str = _setting("Roundtable", doc="name of the site in titles and mails")
    site_url: str = _setting(
        "http://127.0.0.1:8000",
        _url_of("http", "https"),
        doc="public address of the site, used in mails and canonical links",
    )
    hosts: tuple[str, ...] = _setting(
        (), _words, doc="host names answered, separated by commas; default: that of the address"
    )
    proxies: int = _setting(0, _whole_number, doc="number of trusted reverse proxies in front")
    instance: Path = _setting(
        Path("instance").resolve(), _folder, doc="folder for the database, queue and mail files"
    )
    database_url: str = _setting(
        "", _database_url, doc="default: the embedded database, forum.sqlite3 in the instance"
    )
    database_replica_url: str = _setting(
        "",
        _database_url,
        doc="streaming replica of PostgreSQL that visitors' pages and searches are read from",
    )
    database_connections: int = _setting(
        5, _whole_number, doc="connections to PostgreSQL kept by each process; ten more at need"
    )
    pgbouncer: bool = _setting(
        False, _boolean, doc="1: PostgreSQL is reached through PgBouncer in transaction mode"
    )
    redis_url: str = _setting(
        "", _url_of("redis", "rediss", "unix"), doc="queue and rate limits in Redis when set"
    )
    mail_url: str = _setting(
        "",
        _url_of("smtp", "smtps", "file"),
        doc="smtp://user:password@host:port, or file: for files in the instance (default)",
    )
    mail_from: str = _setting(
        "Roundtable <noreply@localhost>", doc="sender of mails, as name and address"
    )
    contact: str = _setting(
        "mailto:security@localhost", doc="address for security reports in security.txt"
    )
    licence: str = _setting(
        "",
        doc="name of the licence under which what is posted may be used, if the house rules say so",
    )
    licence_url: str = _setting(
        "", _url_of("http", "https"), doc="address of that licence, told with the open data"
    )
    ratelimit_enabled: bool = _setting(
        True, _boolean, doc="0 switches rate limits off for load tests; refused in production"
    )
    log_level: str = _setting(
        "INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), doc="least level logged"
    )
    log_format: str = _setting(
        "json", _one_of("json", "console"), doc="json for machines, console for people"
    )
    statement_timeout: int = _setting(
        10, _whole_number, doc="seconds after which PostgreSQL gives up a statement"
    )
    lock_timeout: int = _setting(
        5, _whole_number, doc="seconds for which a statement of PostgreSQL waits for a lock"
    )
    page_cache: int = _setting(
        32, _whole_number, doc="megabytes of visitors' pages kept by each process; 0: none"
    )
    shared_cache_seconds: int = _setting(
        0, _whole_number, doc="seconds for which caches in front serve a public page unasked"
    )
    mail_days: int = _setting(
        5, _whole_number, doc="days for which an undelivered mail is tried again"
    )

    @property
    def is_production(self) -> bool:
        """Whether real people use the site."""
        return self.environment == "production"

    @property
    def site_host(self) -> str:
        """Host name of the public address."""
        return urlsplit(self.site_url).hostname or ""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``environ`` (default: the process's environment).

    Raises ConfigError with a sentence for each wrong, unknown or unsafe setting.
    """
    environ = os.environ if environ is None else environ
    values, problems = _read(environ)
    try:
        settings = _with_defaults(Settings(**values))
    except OSError as error:
        told = f"FORUM_INSTANCE must be a folder to write to: {error.strerror}."
        raise ConfigError([*problems, told]) from error
    problems += _contradictions(settings) + _unsafe(settings)
    if problems:
        raise ConfigError(problems)
    return settings


def _read(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    known = {f"FORUM_{item.name.upper()}": item for item in fields(Settings)}
    for name in sorted(environ):
        if not name.startswith("FORUM_") or name.startswith("FORUM_TEST_"):
            continue
        if name not in known:
            problems.append(f"{name} is not a setting of Roundtable.")
            continue
        item = known[name]
        try:
            values[item.name] = item.metadata["read"](environ[name])
        except ValueError as error:
            problems.append(f"{name} {error}.")
    return values, problems


def _with_defaults(settings: Settings) -> Settings:
    changes: dict[str, Any] = {}
    if not settings.database_url:
        changes["database_url"] = f"sqlite:///{settings.instance / 'forum.sqlite3'}"
    if not settings.hosts:
        changes["hosts"] = tuple(
            dict.fromkeys((settings.site_host, *(() if settings.is_production else LOCAL_HOSTS)))
        )
    if not settings.mail_url and not settings.is_production:
        changes["mail_url"] = "file:"
    if not settings.secret_key and not settings.is_production:
        changes["secret_key"] = _local_secret(settings.instance)
    return Settings(**{**{f.name: getattr(settings, f.name) for f in fields(settings)}, **changes})


def _local_secret(instance: Path) -> str:
    """The secret of a development site, made once and kept in the instance folder."""
    path = instance / "secret-key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_hex(32), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()


def _contradictions(settings: Settings) -> list[str]:
    replica, primary = settings.database_replica_url, settings.database_url
    if not replica:
        return []
    rules = (
        (
            replica.partition(":")[0] != primary.partition(":")[0],
            "FORUM_DATABASE_REPLICA_URL must be of the same kind as FORUM_DATABASE_URL.",
        ),
        (replica == primary, "FORUM_DATABASE_REPLICA_URL must not be FORUM_DATABASE_URL."),
    )
    return [sentence for wrong, sentence in rules if wrong]


def _unsafe(settings: Settings) -> list[str]:
    if not settings.is_production:
        return []
    rules = (
        (
            len(settings.secret_key) < MINIMUM_SECRET_LENGTH
            or len(set(settings.secret_key)) < FEWEST_DIFFERENT,
            (
                "FORUM_SECRET_KEY must be a random text of at least "
                f"{MINIMUM_SECRET_LENGTH} characters in production."
            ),
        ),
        (settings.debug, "FORUM_DEBUG must be 0 in production."),
        (not settings.ratelimit_enabled, "FORUM_RATELIMIT_ENABLED must be 1 in production."),
        (
            not settings.site_url.startswith("https://"),
            "FORUM_SITE_URL must begin with https:// in production, since cookies need TLS.",
        ),
        (
            not settings.mail_url.startswith("smtp"),
            "FORUM_MAIL_URL must name an SMTP server in production.",
        ),
    )
    return [sentence for wrong, sentence in rules if wrong]
