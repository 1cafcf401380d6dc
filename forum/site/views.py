"""Home, centres, topics, people, organisations, and the texts about the site."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from forum.accounts import queries as accounts
from forum.boards import policy as board_policy
from forum.boards import queries as boards
from forum.centres import policy as centre_policy
from forum.centres import queries as centres
from forum.consultations import queries as consultations
from forum.core import clock
from forum.core.errors import NotFound
from forum.core.tags import HOME
from forum.organisations import policy as organisation_policy
from forum.organisations import queries as organisations
from forum.site import exports
from forum.threads import queries as threads
from forum.topics import queries as topics
from forum.web.access import access, anyone
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on, good_until

bp = Blueprint("site", __name__)

THREADS_ON_HOME = 12
THREADS_OF_CENTRE = 10
QUESTIONS_ON_HOME = 5
THREADS_OF_PERSON = 10
# What counts by the clock is counted anew so often.
NEXT_HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@bp.get("/")
@access(anyone)
@cached("after")
def home() -> ResponseReturnValue:
    """The nine centres and the freshest debates."""
    actor = current_actor()
    is_first = not request.args.get("after")
    depends_on(HOME)
    return render_template(
        "site/home.html",
        consultations=_open_consultations(),
        centres=centres.list_centres(),
        page=threads.list_latest(actor, after=request.args.get("after", ""), limit=THREADS_ON_HOME),
        questions=threads.newest_questions(actor, limit=QUESTIONS_ON_HOME) if is_first else (),
    )


@bp.get("/questions/")
@access(anyone)
@cached("after", "centre")
def questions() -> ResponseReturnValue:
    """Questions of all centres, or one, that have no accepted answer."""
    actor = current_actor()
    depends_on(HOME)
    places = centres.list_centres()
    chosen = _chosen_centre(places)
    return render_template(
        "site/questions.html",
        centres=places,
        chosen=chosen,
        page=threads.list_questions(
            actor,
            centre_id=chosen.id if chosen else None,
            after=request.args.get("after", ""),
        ),
    )


@bp.get("/helpful/")
@access(anyone)
@cached()
def helpful() -> ResponseReturnValue:
    """Members whose answers were accepted, and the newest such answers."""
    actor = current_actor()
    depends_on(HOME)
    good_until(clock.now() + NEXT_HOUR)
    return render_template(
        "site/helpful.html",
        helpers=threads.most_helpful(actor),
        answers=threads.answered_threads(actor),
    )


@bp.get("/voices/")
@access(anyone)
@cached()
def voices() -> ResponseReturnValue:
    """Which sectors and organisations were heard in the last seven days, and who was not."""
    actor = current_actor()
    depends_on(HOME)
    now = clock.now()
    good_until(now + NEXT_HOUR)
    since = now.replace(minute=0, second=0, microsecond=0) - WEEK
    return render_template(
        "site/voices.html",
        since=since,
        sectors=threads.sectors_heard(actor, since=since),
        organisations=threads.organisations_heard(actor, since=since),
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
        consultations=_open_consultations(centre_id=place.id),
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
    depends_on(f"topic:{subject.id}", f"regions:{subject.id}", "consultations")
    places = centres.list_centres()
    chosen, after = _chosen_centre(places), request.args.get("after", "")
    return render_template(
        "site/topic.html",
        topic=subject,
        consultations=_open_consultations(topic_id=subject.id),
        narrower=topics.topics_below(subject.id),
        centres=places,
        chosen=chosen,
        page=threads.list_topic(
            actor, subject.id, centre_id=chosen.id if chosen else None, after=after
        ),
        comparison=threads.topic_comparison(actor, subject.id),
    )


def _open_consultations(
    *, centre_id: int | None = None, topic_id: int | None = None
) -> Sequence[Any]:
    """What is open and what will open, soonest first; the page is good until that changes."""
    choice = consultations.Choice(centre_id=centre_id, topic_id=topic_id)
    rows = consultations.list_upcoming(choice)
    good_until(min((row.next_at for row in rows if row.next_at), default=None))
    return rows[: consultations.SHOWN_ELSEWHERE]


@bp.get("/topics/<topic>/csv/")
@access(anyone)
@cached()
def topic_csv(topic: str) -> ResponseReturnValue:
    """The comparison of the regions on a topic, as CSV."""
    subject = topics.get_topic(topic)
    depends_on(f"regions:{subject.id}")
    rows = "".join(exports.comparison_csv(threads.topic_comparison(current_actor(), subject.id)))
    answer = Response(rows, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'inline; filename="{subject.slug}-regions.csv"'
    return answer


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
        started=threads.started_by(actor, member.id, limit=THREADS_OF_PERSON),
        answers=threads.answered_threads(actor, author_id=member.id),
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
        may_decide=organisation_policy.can_decide(actor, found),
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
