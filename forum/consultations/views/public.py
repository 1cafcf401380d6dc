"""The public pages of a consultation: one permanent address through all stages."""

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from forum.centres import queries as centres
from forum.consultations import policy, queries
from forum.consultations.enums import Kind, Stage
from forum.consultations.forms import FilterForm
from forum.consultations.policy import analysis
from forum.consultations.policy.gate import gate
from forum.consultations.stages import next_change, outcome_due_at
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import page
from forum.core import clock
from forum.core.errors import NotFound
from forum.topics import queries as topics
from forum.web.access import access, anyone
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on, good_until


@bp.get("/consultations/")
@access(anyone)
@cached("stage", "centre", "topic", "kind", "after")
def index() -> ResponseReturnValue:
    """Consultations of all centres: what is open, what will open, what has closed."""
    actor = current_actor()
    form, choice = _chosen()
    depends_on("consultations")
    after = request.args.get("after", "")
    upcoming = () if after else queries.list_upcoming(choice)
    good_until(queries.next_opening_or_closing())
    return page(
        "consultations/index.html",
        form=form,
        after=after,
        upcoming=upcoming,
        closed=queries.list_closed(actor, choice, after=after),
    )


def _chosen() -> tuple[FilterForm, queries.Choice]:
    """What is looked for; raises NotFound for words that nobody offers."""
    form = FilterForm(formdata=request.args)
    places = {place.slug: place for place in centres.list_centres()}
    subjects = {row.slug: row for row in topics.list_topics()}
    form.offer(
        ((slug, place.name) for slug, place in places.items()),
        ((slug, row.name) for slug, row in subjects.items()),
    )
    if not form.validate():
        raise NotFound("There is no such list.")
    centre, topic = places.get(form.centre.data), subjects.get(form.topic.data)
    return form, queries.Choice(
        stage=Stage(form.stage.data) if form.stage.data else None,
        kind=Kind(form.kind.data) if form.kind.data else None,
        centre_id=centre.id if centre else None,
        topic_id=topic.id if topic else None,
    )


@bp.get("/consultations/<int:consultation_id>/")
@access(anyone)
def short(consultation_id: int) -> ResponseReturnValue:
    """A consultation's address without its title."""
    return redirect(queries.get_consultation(current_actor(), consultation_id).path, 301)


@bp.get("/consultations/<int:consultation_id>/<slug>/")
@access(anyone)
@cached()
def show(consultation_id: int, slug: str) -> ResponseReturnValue:
    """A consultation: what is asked, why, until when, and by whom it is decided."""
    actor = current_actor()
    found = load(consultation_id)
    if slug != found.slug:
        return redirect(found.path, 301)
    return _show(actor, found)


def _show(actor: Any, found: Any) -> str:
    cited = queries.citations_of(found.id)
    depends_on(*(f"thread:{one.thread_id}" for one in cited))
    has_closed = analysis.has_closed(found, clock.now())
    tied, documents = queries.topics_of(found.id), queries.documents_of(found.id)
    sections = queries.questionnaire_of(found.id)
    basis = queries.basis_of(found, sections=sections, documents=len(documents), topics=len(tied))
    return page(
        "consultations/show.html",
        consultation=found,
        topics=tied,
        documents=documents,
        sections=sections,
        items=gate(basis),
        outcome_due=outcome_due_at(found),
        now=clock.now(),
        thread=queries.thread_of(actor, found),
        cited=cited,
        notices=queries.notices_of(found.id) if has_closed else (),
        published=queries.count_published(found) if has_closed else 0,
        may_manage=policy.can_manage(actor, found),
    )


@bp.get("/consultations/<int:consultation_id>/<slug>/questions/")
@access(anyone)
@cached()
def questions(consultation_id: int, slug: str) -> ResponseReturnValue:
    """All questions, to read or print before one begins."""
    found = load(consultation_id)
    if slug != found.slug:
        return redirect(f"{found.path}questions/", 301)
    return page(
        "consultations/questions.html",
        consultation=found,
        sections=queries.questionnaire_of(found.id),
    )


@bp.get("/consultations/<int:consultation_id>/<slug>/history/")
@access(anyone)
@cached()
def history(consultation_id: int, slug: str) -> ResponseReturnValue:
    """Every edition, with what changed and why."""
    found = load(consultation_id)
    if slug != found.slug:
        return redirect(f"{found.path}history/", 301)
    return page(
        "consultations/history.html", consultation=found, changes=queries.changes_of(found.id)
    )


def load(consultation_id: int) -> Any:
    """The consultation, whose changes and instants the page depends on."""
    found = queries.get_consultation(current_actor(), consultation_id)
    depends_on(f"consultation:{found.id}")
    good_until(next_change(found, clock.now()))
    return found
