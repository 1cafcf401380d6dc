"""Error pages: what happened, what to do next, and nothing typed is lost."""

from http import HTTPStatus

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound, RoundtableError
from forum.web import problems, resume, sources
from forum.web.login import ANONYMOUS, current_actor

log = structlog.get_logger(__name__)

PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 503})
TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 400}


def init_errors(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(RoundtableError, _refused)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, message: str = "") -> Response:
    """The error page for ``status`` with an optional sentence.

    It is that for 503 when the database is away and cannot tell who is looking. Programs are
    told a problem instead.
    """
    if problems.is_wanted():
        return problems.answer(status, message)
    if not _knows_who_asks():
        status, message = HTTPStatus.SERVICE_UNAVAILABLE, ""
    typed = resume.typed_texts() if request.method == "POST" and status != TOO_LARGE else []
    body = render_template(f"errors/{int(status)}.html", message=message, typed=typed)
    return make_response(body, status)


def _knows_who_asks() -> bool:
    try:
        current_actor()
    except SQLAlchemyError as error:
        sources.note_outage(error)
        log.warning("database.unavailable", error=type(error).__name__)
        db.session.rollback()
        g.actor = ANONYMOUS
        return False
    return True


def _refused(error: RoundtableError) -> ResponseReturnValue:
    db.session.rollback()
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if problems.is_wanted():
        parameter = getattr(error, "field", "") or None
        return problems.answer(status, error.message, parameter=parameter)
    return page(status, error.message)


def _expired_form(_error: CSRFError) -> ResponseReturnValue:
    return resume.offer_again(request.full_path.rstrip("?"), resume.typed_fields(), status=400)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return error
    if isinstance(error, SecurityError) and not problems.is_wanted():
        return "This host name is not served here.\n", 400, {"Content-Type": "text/plain"}
    own = error.description if error.description != type(error).description else ""
    answer = page(status if status in PAGES else 400, "" if status == TOO_MANY else own or "")
    if isinstance(error, RateLimitExceeded):
        answer.headers["Retry-After"] = "60"
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(error.valid_methods)
    return answer


def _database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    db.session.rollback()
    # The page of the error must not ask the database again who is looking at it.
    g.actor = ANONYMOUS
    away = isinstance(error, PoolTimeout) or (
        isinstance(error, DBAPIError)
        and type(error).__name__ in {"OperationalError", "InterfaceError", "InternalError"}
    )
    if not away:
        return _unexpected(error)
    sources.note_outage(error)
    log.error("database.unavailable", error=type(error).__name__)
    answer = page(HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = "5"
    return answer


def _unexpected(error: Exception) -> ResponseReturnValue:
    g.setdefault("actor", ANONYMOUS)
    log.error("unexpected", error=type(error).__name__, exc_info=error)
    return page(500)
