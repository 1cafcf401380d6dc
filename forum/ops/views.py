"""What machines ask of the site: its health, robots.txt and security.txt."""

from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from forum.config import Settings
from forum.core import clock
from forum.ops import queries
from forum.web import machines
from forum.web.access import access, anyone
from forum.web.filters import iso

bp = Blueprint("ops", __name__)

NEVER_KEPT = "no-store"
SECURITY_TXT_LASTS = timedelta(days=180)


@bp.get("/healthz")
@access(anyone)
def healthz() -> ResponseReturnValue:
    """Whether this process answers; asks nothing of the database."""
    response = jsonify(status="ok")
    response.headers["Cache-Control"] = NEVER_KEPT
    return response


@bp.get("/readyz")
@access(anyone)
def readyz() -> ResponseReturnValue:
    """Whether the site can do its work: 200, or 503 with what is wrong."""
    checks = queries.readiness()
    ready = all(check == "ok" for name, check in checks.items() if name != "replica")
    response = jsonify(status="ok" if ready else "unavailable", checks=checks)
    response.headers["Cache-Control"] = NEVER_KEPT
    response.status_code = 200 if ready else 503
    return response


@bp.get("/robots.txt")
@access(anyone)
def robots() -> ResponseReturnValue:
    """Which addresses crawlers should leave alone (RFC 9309), and where to find all others."""
    return _text(
        "User-agent: *",
        *(f"Disallow: {path}" for path in machines.CLOSED),
        "",
        f"Sitemap: {current_app.config['SITE_URL']}/sitemap.xml",
    )


@bp.get("/.well-known/security.txt")
@access(anyone)
def security_txt() -> ResponseReturnValue:
    """How to report a weakness (RFC 9116)."""
    settings: Settings = current_app.config["SETTINGS"]
    # The same all day, so that caches may keep it.
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return _text(
        f"Contact: {settings.contact}",
        f"Expires: {iso(today + SECURITY_TXT_LASTS)}",
        "Preferred-Languages: en",
        f"Canonical: {current_app.config['SITE_URL']}/.well-known/security.txt",
    )


def _text(*lines: str) -> Response:
    return Response("\n".join((*lines, "")), mimetype="text/plain")
