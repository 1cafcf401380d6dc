"""The page of the search."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from forum.accounts.enums import Sector
from forum.core import tags
from forum.search import queries
from forum.search.enums import Kind, Order
from forum.search.queries import Choice
from forum.web.access import access, anyone, member
from forum.web.limits import lookup, searching
from forum.web.login import current_actor
from forum.web.sources import read_current_replica

bp = Blueprint("search", __name__)

W = TypeVar("W", bound=StrEnum)


@bp.get("/search/")
@access(anyone)
@searching
def index() -> ResponseReturnValue:
    """What was asked, and what the actor may read of what was found."""
    read_current_replica(tags.SEARCH, tags.HOME)
    actor = current_actor()
    text = request.args.get("q", "")
    question, choice = queries.parse(text), _choice()
    text = queries.printable(text)
    finding, suggestion = None, ""
    if not question.is_empty:
        finding = queries.search(actor, question, choice)
        is_loose = finding.question.is_loose
        if (is_loose or not finding.total) and not choice.narrows:
            suggestion = queries.suggest(actor, question, text)
    return render_template(
        "search/index.html",
        text=text,
        question=question,
        choice=choice,
        finding=finding,
        suggestion=suggestion,
    )


@bp.get("/search/similar/")
@access(member)
@lookup
def similar() -> ResponseReturnValue:
    """Threads with a title like ``?title=``, as JSON (asked by script)."""
    found = queries.similar_threads(current_actor(), request.args.get("title", ""))
    return jsonify(
        threads=[{"title": one.title, "url": one.url, "place": one.centre_name} for one in found]
    )


def _choice() -> Choice:
    given = request.args
    return Choice(
        kind=_word(Kind, given.get("kind", "")),
        centre=given.get("centre", "")[:40],
        sector=_word(Sector, given.get("sector", "")),
        order=_word(Order, given.get("order", "")) or Order.RELEVANCE,
        cursor=given.get("after", ""),
    )


def _word(kind: type[W], text: str) -> W | None:
    """The word of ``kind``; None for any other text, which is taken as nothing chosen."""
    try:
        return kind(text)
    except ValueError:
        return None
