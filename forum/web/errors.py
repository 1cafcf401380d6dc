"""Error pages: what happened, what to do next, and nothing typed is lost."""

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound, RoundtableError
from forum.web import resume

log = structlog.get_logger(__name__)

PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 503})
STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 400}


def init_errors(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(RoundtableError, _refused)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, message: str = "") -> ResponseReturnValue:
    """The error page for ``status`` with an optional sentence."""
    typed = resume.typed_fields() if request.method == "POST" and status != 413 else []
    return render_template(f"errors/{status}.html", message=message, typed=typed), status


def _refused(error: RoundtableError) -> ResponseReturnValue:
    db.session.rollback()
    return page(STATUS[type(error)], error.message)


def _expired_form(_error: CSRFError) -> ResponseReturnValue:
    return resume.offer_again(request.full_path.rstrip("?"), resume.typed_fields(), status=400)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or 300 <= status < 400:
        return error
    if isinstance(error, SecurityError):
        return "This host name is not served here.\n", 400, {"Content-Type": "text/plain"}
    if isinstance(error, RateLimitExceeded):
        body, code = page(429)  # type: ignore[misc]  # page gives a pair
        return body, code, {"Retry-After": "60"}
    own = error.description if error.description != type(error).description else ""
    answer = page(status if status in PAGES else 400, own or "")
    if status == 405 and (methods := getattr(error, "valid_methods", None)):
        return (*answer, {"Allow": ", ".join(methods)})  # type: ignore[misc]  # page gives a pair
    return answer


def _database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    db.session.rollback()
    away = isinstance(error, PoolTimeout) or (
        isinstance(error, DBAPIError)
        and type(error).__name__ in {"OperationalError", "InterfaceError", "InternalError"}
    )
    if not away:
        return _unexpected(error)
    log.error("database.unavailable", error=type(error).__name__)
    body, status = page(503)  # type: ignore[misc]  # page gives a pair
    return body, status, {"Retry-After": "5"}


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected", error=type(error).__name__, exc_info=error)
    return page(500)
