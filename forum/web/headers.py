"""Headers of every answer, and the check where a request comes from."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from forum.config import Settings
from forum.web.login import has_cookie

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "manifest-src 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Any cache may keep it, and asks each time whether it is still true: it may have been hidden.
PUBLIC = "public, no-cache"
# The same for browsers; caches in front may serve it for so many seconds without asking.
SHARED = "public, max-age=0, must-revalidate, s-maxage={}"


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers for every answer of the site; HSTS where it is served over TLS."""
    if settings.site_url.startswith("https://"):
        return {**HEADERS, "Strict-Transport-Security": HSTS}
    return HEADERS


def init_headers(app: Flask, settings: Settings) -> None:
    """Check origins before, and write headers after, every request."""
    headers = security_headers(settings)

    @app.before_request
    def refuse_foreign_origin() -> None:
        origin = request.headers.get("Origin")
        if request.method in SAFE_METHODS or origin is None:
            return
        if _host(origin) != request.host:
            abort(400, "This request was sent from another site.")

    @app.after_request
    def write_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    app.session_interface = Sessions()


class Sessions(SecureCookieSessionInterface):
    """Sessions in signed cookies; an answer that took no notice of them is for any cache.

    Only here can one tell: whoever looks at ``flask.session`` counts as having used it.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie and who may keep the answer."""
        super().save_session(app, session, response)
        _set_caching(response, used=session.accessed or session.modified)


def _host(origin: str) -> str:
    """Host and port of an origin; "" for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _set_caching(response: Response, *, used: bool) -> None:
    if "Cache-Control" in response.headers:
        return
    # Also on public pages: who has just signed in must not see the visitor's page they have kept.
    response.vary.add("Cookie")
    if (
        used
        or has_cookie()
        or request.method not in SAFE_METHODS
        or response.status_code >= HTTPStatus.BAD_REQUEST
    ):
        response.headers["Cache-Control"] = "private, no-store"
    else:
        seconds = current_app.config["SETTINGS"].shared_cache_seconds
        shared = seconds and not g.get("is_reading_only")
        response.headers["Cache-Control"] = SHARED.format(seconds) if shared else PUBLIC
