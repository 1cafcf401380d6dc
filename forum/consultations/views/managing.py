"""What managers see of their consultations, and the texts that they write."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.boards import queries as boards
from forum.centres import queries as centres
from forum.consultations import policy, queries
from forum.consultations.actions import editing, threads
from forum.consultations.enums import Kind
from forum.consultations.forms import (
    ConfirmForm,
    CreateForm,
    DatesForm,
    DetailsForm,
    EngagementForm,
    PartForm,
    PrivacyForm,
    PurposeForm,
    ThreadForm,
    differing,
)
from forum.consultations.policy import analysis
from forum.consultations.policy.gate import gate
from forum.consultations.stages import outcome_due_at
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid
from forum.topics import queries as topics
from forum.web.access import access, manager
from forum.web.forms import CONFLICT
from forum.web.login import current_actor

DATED = ("opens_at", "closes_at", "short_reason", "holiday_reason")


@bp.get("/centres/<centre>/consultations/")
@access(manager)
def of_centre(centre: str) -> ResponseReturnValue:
    """All consultations of a centre for its managers, drafts among them."""
    actor = current_actor()
    place = centres.get_centre(actor, centre)
    ensure(policy.can_create(actor, place.id))
    rows = queries.list_of_centre(actor, place.id)
    return page("consultations/of_centre.html", centre=place, consultations=rows)


@bp.route("/centres/<centre>/consultations/new/", methods=["GET", "POST"])
@access(manager)
def create(centre: str) -> ResponseReturnValue:
    """Begin a draft."""
    actor = current_actor()
    place = centres.get_centre(actor, centre)
    ensure(policy.can_create(actor, place.id))
    form = CreateForm()
    if form.submitted():
        try:
            draft = editing.create(
                actor,
                place,
                kind=Kind(form.kind.data),
                title=form.title.data or "",
                summary=form.summary.data or "",
                submission_id=form.submission_id.data or "",
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("consultations.manage", consultation_id=draft.id), 303)
    return page("consultations/create.html", centre=place, form=form), form.status


@bp.get("/consultations/<int:consultation_id>/manage/")
@access(manager)
def manage(consultation_id: int) -> ResponseReturnValue:
    """The checklist of a draft, and what can be done with a consultation."""
    actor = current_actor()
    found = load_managed(consultation_id)
    return page(
        "consultations/manage.html",
        consultation=found,
        items=gate(queries.basis_of(found)),
        outcome_due=outcome_due_at(found),
        approver=queries.approver_of(found),
        thread=queries.thread_of(actor, found),
        confirm=ConfirmForm(formdata=None),
        may={
            name: getattr(policy, f"can_{name}")(actor, found)
            for name in ("edit", "announce", "approve", "take_back", "extend", "end", "delete")
        }
        | {"give_notice": analysis.can_give_notice(actor, found, clock.now())},
    )


@bp.route("/consultations/<int:consultation_id>/manage/details/", methods=["GET", "POST"])
@access(manager)
def edit_details(consultation_id: int) -> ResponseReturnValue:
    """Change title, topics, and who may respond."""
    found = load_managed(consultation_id)
    form = DetailsForm(obj=found)
    tied = [topic.id for topic in queries.topics_of(found.id)]
    rows = topics.list_topics()
    form.topics.choices = [(row.id, row.name) for row in rows]
    form.begin_with(found.late_until, tied)
    terms = {row.id: " ".join(row.synonyms) for row in rows}
    return _edit(found, form, "consultations/details.html", topic_ids=form.topics.data, terms=terms)


@bp.route("/consultations/<int:consultation_id>/manage/purpose/", methods=["GET", "POST"])
@access(manager)
def edit_purpose(consultation_id: int) -> ResponseReturnValue:
    """Say what it is for, what can change, who decides, and which options there are."""
    found = load_managed(consultation_id)
    return _edit(found, PurposeForm(obj=found), "consultations/purpose.html")


@bp.route("/consultations/<int:consultation_id>/manage/privacy/", methods=["GET", "POST"])
@access(manager)
def edit_privacy(consultation_id: int) -> ResponseReturnValue:
    """Say what happens to personal data."""
    found = load_managed(consultation_id)
    return _edit(found, PrivacyForm(obj=found), "consultations/privacy.html")


@bp.route("/consultations/<int:consultation_id>/manage/engagement/", methods=["GET", "POST"])
@access(manager)
def edit_engagement(consultation_id: int) -> ResponseReturnValue:
    """Say what preliminary market engagement is for, and name its notice."""
    found = load_managed(consultation_id)
    return _edit(found, EngagementForm(obj=found), "consultations/engagement.html")


def _edit(
    found: Any, form: PartForm, template: str, *, topic_ids: Any = None, **shown: Any
) -> ResponseReturnValue:
    ensure(policy.can_edit(current_actor(), found))
    if form.submitted():
        try:
            editing.edit(
                current_actor(),
                found,
                version=form.began_from,
                changes=form.changes(),
                topic_ids=topic_ids,
                note=form.note.data or "",
            )
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both(found, form, template, error, **shown)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("consultations.manage", consultation_id=found.id), 303)
    return page(template, consultation=found, form=form, **shown), form.status


def _show_both(
    found: Any, form: Any, template: str, error: Conflict, **shown: Any
) -> ResponseReturnValue:
    """The form with what was typed, and above it what is stored by now and differs."""
    form.begin_from(found.version)
    form.refuse(Invalid(error.message))
    if facts := differing(form, _stored(found)):
        shown["stored_facts"] = facts
    return page(template, consultation=found, form=form, **shown), CONFLICT


def _stored(found: Any) -> dict[str, Any]:
    """What is stored, by the names of fields; instants as day and time in London."""
    values = {name: getattr(found, name) for name in (*editing.ACCEPTED, *DATED)}
    values["topics"] = sorted(topic.id for topic in queries.topics_of(found.id))
    for name in ("opens", "closes", "late"):
        moment = values.pop(f"{name}_at", None) or values.pop(f"{name}_until", None)
        local = moment.astimezone(clock.LONDON) if moment else None
        values[f"{name}_on"] = local.date() if local else None
        values[f"{name}_hour"] = local.time() if local else None
    return values


@bp.route("/consultations/<int:consultation_id>/manage/dates/", methods=["GET", "POST"])
@access(manager)
def edit_dates(consultation_id: int) -> ResponseReturnValue:
    """Say when it opens and closes."""
    actor = current_actor()
    found = load_managed(consultation_id)
    ensure(policy.can_build(actor, found))
    form = DatesForm(obj=found)
    form.begin_with(found.opens_at, found.closes_at)
    if form.submitted():
        try:
            _set_dates(found, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both(found, form, "consultations/dates.html", error)
        else:
            flash(_("Dates saved."), "success")
            return redirect(url_for("consultations.manage", consultation_id=found.id), 303)
    return page("consultations/dates.html", consultation=found, form=form), form.status


def _set_dates(found: Any, form: DatesForm) -> None:
    editing.set_dates(
        current_actor(),
        found,
        version=form.began_from,
        opens_at=form.opens_at,
        closes_at=form.closes_at,
        short_reason=form.short_reason.data or "",
        holiday_reason=form.holiday_reason.data or "",
    )


@bp.route("/consultations/<int:consultation_id>/manage/thread/", methods=["GET", "POST"])
@access(manager)
def tie_thread(consultation_id: int) -> ResponseReturnValue:
    """Name the thread where it is discussed."""
    actor = current_actor()
    found = load_managed(consultation_id)
    form = ThreadForm(thread=found.thread_id)
    if form.submitted():
        try:
            threads.tie_thread(actor, found, form.thread.data)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("consultations.manage", consultation_id=found.id), 303)
    places = boards.boards_of(actor, found.centre_id)
    return page(
        "consultations/thread.html", consultation=found, form=form, boards=places
    ), form.status
