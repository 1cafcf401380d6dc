"""The application, put together."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from forum import config, features
from forum.accounts import queries as accounts
from forum.core import mail, queue
from forum.core.db import REPLICA, Limits, db, engine_options, init_databases
from forum.web import (
    addresses,
    assets,
    errors,
    filters,
    headers,
    limits,
    login,
    logs,
    machines,
    page_cache,
    problems,
    sources,
    uploads,
)

ROOT = Path(__file__).parent.parent
LARGEST_REQUEST = 256 * 1024
MOST_FIELDS = 200


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application for ``settings`` (default: those of the environment).

    Raises ConfigError when a setting is wrong or the assets were not built.
    """
    settings = settings or config.load()
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=None)
    _configure(app, settings)
    sources.init_sources(app)
    init_databases(app, _limits(settings))
    _init_migrations(app)
    Babel(app, default_locale="en_GB", default_timezone="Europe/London")
    mail.configure(settings.mail_url, sender=settings.mail_from, folder=settings.instance / "mail")
    queue.configure(redis_url=settings.redis_url, folder=settings.instance)
    logs.init_logs(app, settings)
    addresses.init_addresses(app)
    headers.init_headers(app, settings)
    uploads.init_uploads(app)
    CSRFProtect(app)
    login.init_login(app, accounts.account_of_session)
    limits.init_limits(app, settings)
    errors.init_errors(app)
    filters.init_filters(app)
    machines.init_machines(app)
    assets.init_assets(app, settings, ROOT / "static" / "built")
    page_cache.init_page_cache(app, megabytes=settings.page_cache)
    problems.init_problems(app)
    features.register(app)
    app.context_processor(lambda: {"actor": login.current_actor()})
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's way to add middleware
    return app


def _init_migrations(app: Flask) -> None:
    """Have Alembic ready for those who migrate; others do without its megabytes."""

    def load() -> Any:
        from flask_migrate import Migrate  # noqa: PLC0415 — see above

        Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
        return app.extensions["migrate"]

    app.extensions["migrate"] = LocalProxy(load)


def _configure(app: Flask, settings: config.Settings) -> None:
    secure = settings.site_url.startswith("https://")
    app.config.update(
        ENVIRONMENT=settings.environment,
        SETTINGS=settings,
        DEBUG=settings.debug,
        TESTING=settings.environment == "testing",
        SECRET_KEY=settings.secret_key,
        SITE_NAME=settings.site_name,
        SITE_URL=settings.site_url.rstrip("/"),
        TRUSTED_HOSTS=list(settings.hosts),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url, _limits(settings)),
        SQLALCHEMY_BINDS=_binds(settings),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_PARTS=MOST_FIELDS,
        SESSION_COOKIE_NAME="__Host-roundtable" if secure else "roundtable",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(ROOT / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )


def _limits(settings: config.Settings) -> Limits:
    return Limits(
        statement=settings.statement_timeout,
        lock=settings.lock_timeout,
        connections=settings.database_connections,
        pooled=settings.pgbouncer,
    )


def _binds(settings: config.Settings) -> dict[str, Any]:
    url = settings.database_replica_url
    limits = replace(_limits(settings), connect=sources.REPLICA_CONNECT_SECONDS)
    return {REPLICA: {"url": url, **engine_options(url, limits)}} if url else {}
