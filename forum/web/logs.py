"""Structured logs with a request id and without personal data."""

import logging
import re
import sys
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from forum.config import Settings

log = structlog.get_logger(__name__)
MAIL_ADDRESS = re.compile(r"[^\s@()<>'\"=:,;]+@[^\s@()<>'\",;]+")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def init_logs(app: Flask, settings: Settings) -> None:
    """Log one line a request: method, route, status, milliseconds."""
    _configure(settings)

    @app.before_request
    def begin() -> None:
        offered = request.headers.get("X-Request-ID", "")
        g.request_id = offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        # The rule, not the path: a path may hold a name or a token.
        log.info(
            "request",
            method=request.method,
            route=str(request.url_rule or ""),
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.began) * 1000, 1),
        )
        return response


def without_addresses(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut mail addresses out of traces: databases and mail servers name them in their errors."""
    if "exception" in event:
        event["exception"] = MAIL_ADDRESS.sub("[address]", str(event["exception"]))
    return event


def _configure(settings: Settings) -> None:
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s")
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_addresses,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Where errors go by then: what stood there at the start may be closed.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
