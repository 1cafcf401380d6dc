"""Every list of the API, and each thing of it by itself."""

from collections.abc import Sequence
from typing import Any

from forum.api import queries
from forum.api.enums import Table
from forum.api.queries import Found, Slice
from forum.api.views.answering import gives, lists, site
from forum.api.views.blueprint import bp
from forum.web.access import access, anyone

After = Sequence[Any] | None


@bp.get("/api/v1/centres/")
@access(anyone)
@lists(Table.CENTRES, queries.Centre)
def centres(asked: queries.Paged, after: After) -> Slice[queries.Centre]:
    """The nine centres."""
    return queries.list_centres(after=after, limit=asked.limit, site=site())


@bp.get("/api/v1/centres/<centre>/")
@access(anyone)
@gives(Table.CENTRES, queries.Centre)
def centre(centre: str) -> Found[queries.Centre]:
    """A centre by its slug."""
    return queries.get_centre(centre, site=site())


@bp.get("/api/v1/boards/")
@access(anyone)
@lists(Table.BOARDS, queries.Board, queries.BoardFilters)
def boards(asked: queries.BoardFilters, after: After) -> Slice[queries.Board]:
    """Boards that everybody may read."""
    return queries.list_boards(asked, after=after, site=site())


@bp.get("/api/v1/boards/<int:board_id>/")
@access(anyone)
@gives(Table.BOARDS, queries.Board)
def board(board_id: int) -> Found[queries.Board]:
    """A board by its id."""
    return queries.get_board(board_id, site=site())


@bp.get("/api/v1/topics/")
@access(anyone)
@lists(Table.TOPICS, queries.Topic, queries.TopicFilters)
def topics(asked: queries.TopicFilters, after: After) -> Slice[queries.Topic]:
    """Procurement topics."""
    return queries.list_topics(asked, after=after, site=site())


@bp.get("/api/v1/topics/<topic>/")
@access(anyone)
@gives(Table.TOPICS, queries.Topic)
def topic(topic: str) -> Found[queries.Topic]:
    """A topic by its slug."""
    return queries.get_topic(topic, site=site())


@bp.get("/api/v1/organisations/")
@access(anyone)
@lists(Table.ORGANISATIONS, queries.Organisation, queries.OrganisationFilters)
def organisations(asked: queries.OrganisationFilters, after: After) -> Slice[queries.Organisation]:
    """Confirmed organisations."""
    return queries.list_organisations(asked, after=after, site=site())


@bp.get("/api/v1/organisations/<int:organisation_id>/")
@access(anyone)
@gives(Table.ORGANISATIONS, queries.Organisation)
def organisation(organisation_id: int) -> Found[queries.Organisation]:
    """An organisation by its id."""
    return queries.get_organisation(organisation_id, site=site())


@bp.get("/api/v1/people/")
@access(anyone)
@lists(Table.PEOPLE, queries.Person, queries.PersonFilters)
def people(asked: queries.PersonFilters, after: After) -> Slice[queries.Person]:
    """Members who show a public page."""
    return queries.list_people(asked, after=after, site=site())


@bp.get("/api/v1/people/<handle>/")
@access(anyone)
@gives(Table.PEOPLE, queries.Person)
def person(handle: str) -> Found[queries.Person]:
    """A member by their handle."""
    return queries.get_person(handle, site=site())


@bp.get("/api/v1/threads/")
@access(anyone)
@lists(Table.THREADS, queries.Thread, queries.ThreadFilters)
def threads(asked: queries.ThreadFilters, after: After) -> Slice[queries.Thread]:
    """Threads, newest activity first."""
    return queries.list_threads(asked, after=after, site=site())


@bp.get("/api/v1/threads/<int:thread_id>/")
@access(anyone)
@gives(Table.THREADS, queries.Thread)
def thread(thread_id: int) -> Found[queries.Thread]:
    """A thread by its id."""
    return queries.get_thread(thread_id, site=site())


@bp.get("/api/v1/threads/<int:thread_id>/posts/")
@access(anyone)
@lists(Table.POSTS, queries.Post)
def posts_of_thread(asked: queries.Paged, after: After, *, thread_id: int) -> Slice[queries.Post]:
    """The posts of a thread, oldest first."""
    return queries.posts_of_thread(thread_id, asked, after=after, site=site())


@bp.get("/api/v1/posts/")
@access(anyone)
@lists(Table.POSTS, queries.Post, queries.PostFilters)
def posts(asked: queries.PostFilters, after: After) -> Slice[queries.Post]:
    """Posts of all threads, newest first."""
    return queries.list_posts(asked, after=after, site=site())


@bp.get("/api/v1/posts/<int:post_id>/")
@access(anyone)
@gives(Table.POSTS, queries.Post)
def post(post_id: int) -> Found[queries.Post]:
    """A post by its id."""
    return queries.get_post(post_id, site=site())


@bp.get("/api/v1/decisions/")
@access(anyone)
@lists(Table.DECISIONS, queries.Decision, queries.DecisionFilters)
def decisions(asked: queries.DecisionFilters, after: After) -> Slice[queries.Decision]:
    """Decisions of moderators, newest first."""
    return queries.list_decisions(asked, after=after, site=site())


@bp.get("/api/v1/decisions/<int:number>/")
@access(anyone)
@gives(Table.DECISIONS, queries.Decision)
def decision(number: int) -> Found[queries.Decision]:
    """A decision by its number in the public log."""
    return queries.get_decision(number)
