"""Atom feeds. They are the same for everybody: what only members may read is in none of them."""

from flask import Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts import queries as accounts
from forum.boards import queries as boards
from forum.centres import queries as centres
from forum.core import atom
from forum.core.access import Anonymous
from forum.core.pages import Page
from forum.core.tags import HOME
from forum.feeds import exports, queries
from forum.feeds.exports import Source
from forum.feeds.views.blueprint import bp
from forum.organisations import queries as organisations
from forum.threads import queries as threads
from forum.topics import queries as topics
from forum.web.access import access, anyone
from forum.web.page_cache import cached, depends_on

ATOM = f"{atom.MIME_TYPE}; charset=utf-8"
VISITOR = Anonymous()


@bp.get("/feeds/")
@access(anyone)
@cached()
def index() -> ResponseReturnValue:
    """What feeds are, and where to find them."""
    return render_template("feeds/index.html", centres=centres.list_centres())


@bp.get("/feeds/all/")
@access(anyone)
@cached("after")
def everything() -> ResponseReturnValue:
    """New threads of all centres."""
    depends_on(HOME)
    about = Source(
        name="all",
        title=_("New threads"),
        subtitle=_("New threads of all centres"),
        address=request.path,
        page="/",
    )
    return _answer(about, queries.new_threads(after=_after()))


@bp.get("/feeds/centres/<centre>/")
@access(anyone)
@cached("after")
def centre(centre: str) -> ResponseReturnValue:
    """New threads of a centre."""
    place = centres.get_centre(VISITOR, centre)
    depends_on(f"centre:{place.id}")
    about = Source(
        name=f"centre/{place.id}",
        title=place.name,
        subtitle=_("New threads of the centre"),
        address=request.path,
        page=place.path,
    )
    return _answer(about, queries.new_threads(centre_id=place.id, after=_after()))


@bp.get("/feeds/centres/<centre>/boards/<board>/")
@access(anyone)
@cached("after")
def board(centre: str, board: str) -> ResponseReturnValue:
    """New threads of a board that everybody may read."""
    place = boards.get_board(VISITOR, centre, board)
    depends_on(f"board:{place.id}")
    about = Source(
        name=f"board/{place.id}",
        title=f"{place.title} – {place.centre.name}",
        subtitle=place.purpose,
        address=request.path,
        page=place.path,
    )
    return _answer(about, queries.new_threads_of_board(place.id, after=_after()))


@bp.get("/feeds/topics/<topic>/")
@access(anyone)
@cached("after")
def topic(topic: str) -> ResponseReturnValue:
    """New threads of all centres on a topic."""
    subject = topics.get_topic(topic)
    depends_on(f"topic:{subject.id}")
    about = Source(
        name=f"topic/{subject.id}",
        title=subject.name,
        subtitle=_("New threads of all centres on the topic"),
        address=request.path,
        page=subject.path,
    )
    return _answer(about, queries.new_threads_on_topic(subject.id, after=_after()))


@bp.get("/feeds/threads/<int:thread_id>/")
@access(anyone)
@cached("after")
def thread(thread_id: int) -> ResponseReturnValue:
    """The posts of a thread."""
    debate = threads.get_thread(VISITOR, thread_id)
    depends_on(f"thread:{debate.id}")
    about = Source(
        name=f"thread/{debate.id}",
        title=debate.title,
        subtitle=f"{debate.board.title}, {debate.board.centre.name}",
        address=request.path,
        page=debate.path,
    )
    return _answer(about, queries.posts_of_thread(debate.id, after=_after()))


@bp.get("/feeds/people/<handle>/")
@access(anyone)
@cached("after")
def person(handle: str) -> ResponseReturnValue:
    """What a member has written."""
    member = accounts.get_person(VISITOR, handle)
    if handle != member.handle:
        return redirect(f"/feeds{member.path}", 301)
    depends_on(f"person:{member.id}")
    about = Source(
        name=f"person/{member.id}",
        title=member.display_name,
        subtitle=_("What the member has written"),
        address=request.path,
        page=member.path,
    )
    return _answer(about, queries.posts_of_person(member.id, after=_after()))


@bp.get("/feeds/organisations/<int:organisation_id>/")
@access(anyone)
@cached("after")
def organisation(organisation_id: int) -> ResponseReturnValue:
    """What was written for an organisation."""
    found = organisations.get_organisation(VISITOR, organisation_id)
    depends_on(f"organisation:{found.id}")
    about = Source(
        name=f"organisation/{found.id}",
        title=found.name,
        subtitle=_("What was written for the organisation"),
        address=request.path,
        page=found.path,
    )
    return _answer(about, queries.posts_for_organisation(found.id, after=_after()))


def _after() -> str:
    return request.args.get("after", "")


def _answer(about: Source, part: Page[queries.FeedPost]) -> Response:
    # An edit raises the tag of its thread alone.
    depends_on(*(f"thread:{post.thread_id}" for post in part.rows))
    document = exports.write_feed(
        about,
        part,
        after=_after(),
        site_url=current_app.config["SITE_URL"],
        site_name=current_app.config["SITE_NAME"],
    )
    return Response(document, content_type=ATOM)
