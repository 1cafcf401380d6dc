"""Home, centres, topics, people, organisations, and the texts about the site."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from forum.accounts import queries as accounts
from forum.boards import policy as board_policy
from forum.boards import queries as boards
from forum.centres import policy as centre_policy
from forum.centres import queries as centres
from forum.core.errors import NotFound
from forum.core.tags import HOME
from forum.organisations import policy as organisation_policy
from forum.organisations import queries as organisations
from forum.threads import queries as threads
from forum.topics import queries as topics
from forum.web.access import access, anyone
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on

bp = Blueprint("site", __name__)

THREADS_ON_HOME = 12
THREADS_OF_CENTRE = 10


@bp.get("/")
@access(anyone)
@cached("after")
def home() -> ResponseReturnValue:
    """The nine centres and the freshest debates."""
    actor = current_actor()
    depends_on(HOME)
    return render_template(
        "site/home.html",
        centres=centres.list_centres(),
        page=threads.list_latest(actor, after=request.args.get("after", ""), limit=THREADS_ON_HOME),
    )


@bp.get("/centres/", endpoint="centres")
@access(anyone)
@cached()
def centre_list() -> ResponseReturnValue:
    """The centres as a list and as a map of the regions."""
    return render_template("site/centres.html", centres=centres.list_centres())


@bp.get("/centres/<centre>/")
@access(anyone)
@cached()
def centre(centre: str) -> ResponseReturnValue:
    """A centre: host, boards, people, rules, latest threads, councils."""
    actor = current_actor()
    place = centres.get_centre(actor, centre)
    depends_on(f"centre:{place.id}")
    return render_template(
        "site/centre.html",
        centre=place,
        boards=boards.boards_of(actor, place.id),
        staff=centres.staff_of(place.id),
        threads=threads.centre_threads(actor, place.id, limit=THREADS_OF_CENTRE),
        councils=centres.councils_of(place.id),
        rules=accounts.current_rules(place.id),
        may_edit=centre_policy.can_edit(actor, place),
        may_manage_boards=board_policy.can_manage(actor, place.id),
    )


@bp.get("/topics/", endpoint="topics")
@access(anyone)
@cached()
def topic_list() -> ResponseReturnValue:
    """The tree of procurement topics."""
    return render_template("site/topics.html", topics=topics.list_topics())


@bp.get("/topics/<topic>/")
@access(anyone)
@cached("after", "centre")
def topic(topic: str) -> ResponseReturnValue:
    """Threads of all centres on a topic, and what each region says of it."""
    actor = current_actor()
    subject = topics.get_topic(topic)
    depends_on(f"topic:{subject.id}")
    places = centres.list_centres()
    chosen = _chosen_centre(places)
    return render_template(
        "site/topic.html",
        topic=subject,
        narrower=topics.topics_below(subject.id),
        centres=places,
        chosen=chosen,
        page=threads.list_topic(
            actor,
            subject.id,
            centre_id=chosen.id if chosen else None,
            after=request.args.get("after", ""),
        ),
        comparison=threads.topic_comparison(actor, subject.id),
    )


def _chosen_centre(places: Sequence[Any]) -> Any:
    slug = request.args.get("centre", "")
    if not slug:
        return None
    for place in places:
        if place.slug == slug:
            return place
    raise NotFound("There is no such centre.")


@bp.get("/people/<handle>/")
@access(anyone)
@cached("after")
def person(handle: str) -> ResponseReturnValue:
    """A member's public page and what they have written."""
    actor = current_actor()
    member = accounts.get_person(actor, handle)
    if handle != member.handle:
        return redirect(member.path, 301)
    depends_on(f"person:{member.id}")
    return render_template(
        "site/person.html",
        member=member,
        organisations=organisations.organisations_of(member.id),
        interest=threads.standing_interest(member.id),
        page=threads.person_posts(actor, member.id, after=request.args.get("after", "")),
    )


@bp.get("/organisations/<int:organisation_id>/<slug>/")
@access(anyone)
@cached("after")
def organisation(organisation_id: int, slug: str) -> ResponseReturnValue:
    """An organisation's public page and what was written for it."""
    actor = current_actor()
    found = organisations.get_organisation(actor, organisation_id)
    if slug != found.slug:
        return redirect(found.path, 301)
    depends_on(f"organisation:{found.id}")
    return render_template(
        "site/organisation.html",
        organisation=found,
        speakers=organisations.speakers_of(found),
        page=threads.organisation_posts(actor, found.id, after=request.args.get("after", "")),
        may_edit=organisation_policy.can_edit(actor, found),
        may_join=organisation_policy.can_join(actor, found),
        may_manage=organisation_policy.can_manage_members(actor, found),
    )


@bp.get("/house-rules/")
@access(anyone)
@cached()
def house_rules() -> ResponseReturnValue:
    """The rules of the site."""
    rules = accounts.current_rules()
    shown = accounts.show_rules(rules) if rules else None
    return render_template("site/house_rules.html", shown=shown, centre=None, is_home=True)


@bp.get("/house-rules/versions/<int:rules_id>/")
@access(anyone)
@cached()
def house_rules_version(rules_id: int) -> ResponseReturnValue:
    """A version of the rules of the site or of a centre, in force or not."""
    rules = accounts.get_rules(rules_id)
    places = centres.list_centres() if rules.centre_id else ()
    centre = next((place for place in places if place.id == rules.centre_id), None)
    return render_template(
        "site/house_rules.html", shown=accounts.show_rules(rules), centre=centre, is_home=False
    )


@bp.get("/help/writing/")
@access(anyone)
@cached()
def writing_help() -> ResponseReturnValue:
    """How to write with Markdown."""
    return render_template("site/writing_help.html")


@bp.get("/accessibility/")
@access(anyone)
@cached()
def accessibility() -> ResponseReturnValue:
    """The accessibility statement."""
    return render_template("site/accessibility.html")


@bp.get("/privacy/")
@access(anyone)
@cached()
def privacy() -> ResponseReturnValue:
    """What is kept about people, and for how long."""
    return render_template("site/privacy.html")
