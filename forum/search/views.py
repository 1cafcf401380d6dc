"""The page of the search."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from forum.accounts.enums import Sector
from forum.search import queries
from forum.search.enums import Kind, Order
from forum.search.queries import Choice
from forum.web.access import access, anyone
from forum.web.limits import searching
from forum.web.login import current_actor

bp = Blueprint("search", __name__)

W = TypeVar("W", bound=StrEnum)


@bp.get("/search/")
@access(anyone)
@searching
def index() -> ResponseReturnValue:
    """What was asked, and what the actor may read of what was found."""
    actor = current_actor()
    text = request.args.get("q", "")
    question, choice = queries.parse(text), _choice()
    text = queries.printable(text)
    finding, suggestion = None, ""
    if not question.is_empty:
        finding = queries.search(actor, question, choice)
        if not finding.total and not choice.narrows:
            suggestion = queries.suggest(actor, question, text)
    return render_template(
        "search/index.html",
        text=text,
        question=question,
        choice=choice,
        finding=finding,
        suggestion=suggestion,
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
