"""What a view of the API has in common with the others, and what the description tells of it."""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Response, current_app, request

from forum.api.enums import Table
from forum.api.queries import Found, Listing, Paged, Slice
from forum.api.views import asking
from forum.web.headers import PUBLIC
from forum.web.limits import reading
from forum.web.page_cache import ENVIRON, cached, depends_on, good_until

JSON = "application/json"


View = Callable[..., Response]


@dataclass(frozen=True)
class Operation:
    """What a view answers: of which table, in which shape, and what may be asked.

    ``shape`` is that of the whole answer; ``item`` that of a thing in it; ``filters`` None: it
    answers one thing. ``find`` is the view without reading and writing HTTP.
    """

    table: Table
    shape: Any
    item: type[msgspec.Struct]
    summary: str
    filters: type[Paged] | None
    find: Callable[..., Any]


def lists(
    table: Table, item: type[msgspec.Struct], filters: type[Paged] = Paged
) -> Callable[[Callable[..., Slice[Any]]], View]:
    """Let the view answer pages of a list.

    It is given the filters and the place after which to begin, and returns a Slice.
    """
    names = [field.name for field in msgspec.structs.fields(filters)]

    def decorate(view: Callable[..., Slice[Any]]) -> View:
        @cached(*names)
        def make(asked: Paged, **parts: Any) -> Response:
            found = view(asked, asking.place(asked), **parts)
            address = asking.next_address(asked, found.last)
            depends_on(*found.tags)
            good_until(found.end)
            answer = _answer(Listing(items=found.items, next=address))
            if address:
                answer.headers["Link"] = f'<{address}>; rel="next"'
            return _conditional(answer)

        @functools.wraps(view)
        def run(**parts: Any) -> Response:
            return make(asking.read(filters), **parts)

        shape = Listing[item]  # type: ignore[valid-type]  # known when the module is read
        return _described(run, Operation(table, shape, item, _summary(view), filters, view))

    return decorate


def gives(table: Table, item: type[msgspec.Struct]) -> Callable[[Callable[..., Found[Any]]], View]:
    """Let the view answer one thing: it returns what it has Found."""

    def decorate(view: Callable[..., Found[Any]]) -> View:
        @cached()
        def make(**parts: Any) -> Response:
            found = view(**parts)
            depends_on(*found.tags)
            good_until(found.end)
            return _conditional(_answer(found.item))

        @functools.wraps(view)
        def run(**parts: Any) -> Response:
            asking.refuse_any()
            return make(**parts)

        return _described(run, Operation(table, item, item, _summary(view), None, view))

    return decorate


def plain(view: View) -> View:
    """Let the view answer what has no parameters and is described nowhere."""
    kept = cached()(view)

    @functools.wraps(view)
    def run() -> Response:
        asking.refuse_any()
        return _conditional(_public(kept()))

    return reading(run)


def site() -> str:
    """Address of the site, before the paths of its pages."""
    return str(current_app.config["SITE_URL"])


def _described(run: View, operation: Operation) -> View:
    limited = reading(run)
    limited.operation = operation  # type: ignore[attr-defined]  # read by the description
    return limited


def _summary(view: Callable[..., Any]) -> str:
    return (view.__doc__ or "").strip().partition("\n")[0]


def _answer(told: Any) -> Response:
    return _public(Response(msgspec.json.encode(told), content_type=JSON))


def _public(answer: Response) -> Response:
    answer.headers["Cache-Control"] = PUBLIC
    return answer


def _conditional(answer: Response) -> Response:
    """With a strong ETag, and 304 for who has it, as the page cache does for what it keeps."""
    if ENVIRON in request.environ:
        return answer
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
