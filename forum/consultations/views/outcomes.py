"""Themes, the outcome and promises: written by managers, then read by everybody."""

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.enums import PromiseState, Ruling
from forum.consultations.forms import (
    PROMISE_NAMES,
    RULING_NAMES,
    ConfirmForm,
    LatenessForm,
    NewThemeForm,
    OutcomeForm,
    ProgressForm,
    PromiseForm,
    ThemeForm,
)
from forum.consultations.policy import analysis as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid
from forum.web.access import access, anyone, manager
from forum.web.forms import CONFLICT
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on, good_until

BASE = "/consultations/<int:consultation_id>/manage/"


@bp.route(f"{BASE}themes/", methods=["GET", "POST"])
@access(manager)
def themes(consultation_id: int) -> ResponseReturnValue:
    """The code frame, with a form for another theme."""
    found = load_managed(consultation_id)
    form = NewThemeForm()
    if form.submitted():
        try:
            actions.add_theme(
                current_actor(),
                found,
                title=form.title.data or "",
                description=form.description.data or "",
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("consultations.themes", consultation_id=found.id), 303)
    return _themes_page(found, form), form.status


def _themes_page(found: Any, form: NewThemeForm) -> str:
    counted = queries.count_themes(found, exact=True)
    return page(
        "consultations/themes.html",
        consultation=found,
        themes=counted,
        agreement=queries.agreement_of(found, [one.theme.id for one in counted]),
        fewest=queries.FEWEST_ANSWERS,
        rulings=RULING_NAMES,
        may_decide=policy.can_decide(current_actor(), found, clock.now()),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )


@bp.route(f"{BASE}themes/<int:theme_id>/", methods=["GET", "POST"])
@access(manager)
def theme(consultation_id: int, theme_id: int) -> ResponseReturnValue:
    """Change a theme, and decide about it."""
    found = load_managed(consultation_id)
    ensure(policy.can_decide(current_actor(), found, clock.now()))
    about = queries.get_theme(found, theme_id)
    form = ThemeForm(obj=about, ruling=about.ruling or "")
    if form.submitted():
        try:
            _edit_theme(found, about, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_theme(found, about, form, error), CONFLICT
        else:
            return redirect(url_for("consultations.themes", consultation_id=found.id), 303)
    return page("consultations/theme.html", consultation=found, theme=about, form=form), form.status


@bp.post(f"{BASE}themes/<int:theme_id>/remove/")
@access(manager)
def remove_theme(consultation_id: int, theme_id: int) -> ResponseReturnValue:
    """Remove a theme with its codings."""
    found = load_managed(consultation_id)
    actions.remove_theme(current_actor(), found, queries.get_theme(found, theme_id))
    flash(_("Theme removed."), "success")
    return redirect(url_for("consultations.themes", consultation_id=found.id), 303)


def _edit_theme(found: Any, about: Any, form: ThemeForm) -> None:
    actions.edit_theme(
        current_actor(),
        found,
        about,
        version=form.began_from,
        title=form.title.data or "",
        description=form.description.data or "",
        ruling=Ruling(form.ruling.data) if form.ruling.data else None,
        reason=form.reason.data or "",
        did=form.did.data or "",
    )


def _show_theme(found: Any, about: Any, form: ThemeForm, error: Conflict) -> str:
    """The form with what was typed, and above it what is stored by now."""
    form.begin_from(about.version)
    form.refuse(Invalid(error.message))
    facts = [
        (form.title.label.text, about.title),
        (form.description.label.text, about.description),
        (form.ruling.label.text, RULING_NAMES.get(str(about.ruling), _("Not decided yet"))),
        (form.reason.label.text, about.reason),
        (form.did.label.text, about.did),
    ]
    return page(
        "consultations/theme.html", consultation=found, theme=about, form=form, stored_facts=facts
    )


@bp.route(f"{BASE}outcome/", methods=["GET", "POST"])
@access(manager)
def outcome(consultation_id: int) -> ResponseReturnValue:
    """Write what was asked, said and decided."""
    found = load_managed(consultation_id)
    ensure(policy.can_decide(current_actor(), found, clock.now()))
    written = queries.outcome_of(found.id)
    form = OutcomeForm(obj=written)
    if form.submitted():
        try:
            _write_outcome(found, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_outcome(found, form, error), CONFLICT
        else:
            flash(_("Saved. Nothing is public yet."), "success")
            return redirect(url_for("consultations.outcome", consultation_id=found.id), 303)
    return _outcome_page(found, form), form.status


@bp.post(f"{BASE}outcome/publish/")
@access(manager)
def publish_outcome(consultation_id: int) -> ResponseReturnValue:
    """Sign the outcome off and publish it."""
    found = load_managed(consultation_id)
    try:
        actions.publish_outcome(current_actor(), found)
    except Invalid as error:
        form = OutcomeForm(formdata=None, obj=queries.outcome_of(found.id))
        form.refuse(error)
        return _outcome_page(found, form), form.status
    flash(_("The outcome is published."), "success")
    return redirect(found.path, 303)


def _write_outcome(found: Any, form: OutcomeForm) -> None:
    actions.write_outcome(
        current_actor(),
        found,
        version=form.began_from,
        asked=form.asked.data or "",
        said=form.said.data or "",
        decided=form.decided.data or "",
        signer=form.signer.data or "",
        signer_role=form.signer_role.data or "",
    )


def _outcome_page(found: Any, form: OutcomeForm, **more: Any) -> str:
    return page(
        "consultations/outcome.html",
        consultation=found,
        form=form,
        missing=queries.missing_for_outcome(found),
        promises=queries.promises_of(found.id),
        confirm=ConfirmForm(formdata=None),
        **more,
    )


def _show_outcome(found: Any, form: OutcomeForm, error: Conflict) -> str:
    written = queries.outcome_of(found.id)
    form.begin_from(written.version if written else 0)
    form.refuse(Invalid(error.message))
    names = ("asked", "said", "decided", "signer", "signer_role")
    facts = [(form[name].label.text, getattr(written, name, "")) for name in names]
    return _outcome_page(found, form, stored_facts=facts)


@bp.route(f"{BASE}promises/new/", methods=["GET", "POST"])
@access(manager)
def make_promise(consultation_id: int) -> ResponseReturnValue:
    """Commit the centre to something."""
    found = load_managed(consultation_id)
    ensure(policy.can_decide(current_actor(), found, clock.now()))
    form = PromiseForm()
    form.offer(queries.themes_of(found.id))
    if form.submitted():
        try:
            actions.make_promise(
                current_actor(),
                found,
                text=form.text.data or "",
                owner=form.owner.data or "",
                due_on=form.due_on.data,
                theme_id=int(form.theme.data) if form.theme.data else None,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("consultations.outcome", consultation_id=found.id), 303)
    return page("consultations/make_promise.html", consultation=found, form=form), form.status


@bp.post(f"{BASE}promises/<int:promise_id>/remove/")
@access(manager)
def drop_promise(consultation_id: int, promise_id: int) -> ResponseReturnValue:
    """Remove a promise before it is published."""
    found = load_managed(consultation_id)
    actions.drop_promise(current_actor(), found, queries.get_promise(found, promise_id))
    return redirect(url_for("consultations.outcome", consultation_id=found.id), 303)


@bp.route(f"{BASE}promises/<int:promise_id>/", methods=["GET", "POST"])
@access(manager)
def promise(consultation_id: int, promise_id: int) -> ResponseReturnValue:
    """Tell how far a promise has come."""
    found = load_managed(consultation_id)
    ensure(policy.can_update_promises(current_actor(), found, clock.now()))
    about = queries.get_promise(found, promise_id)
    form = ProgressForm(obj=about)
    if form.submitted():
        try:
            _update_promise(about, form)
        except (Invalid, Conflict) as error:
            form.begin_from(about.version)
            form.refuse(Invalid(error.message, field=getattr(error, "field", "")))
        else:
            return redirect(f"{found.path}outcome/", 303)
    return _promise_page(found, about, form), form.status


def _update_promise(about: Any, form: ProgressForm) -> None:
    actions.update_promise(
        current_actor(),
        about,
        version=form.began_from,
        state=PromiseState(form.state.data),
        due_on=form.due_on.data,
        note=form.note.data or "",
    )


def _promise_page(found: Any, about: Any, form: ProgressForm) -> str:
    return page(
        "consultations/promise.html",
        consultation=found,
        promise=about,
        steps=queries.updates_of([about.id]).get(about.id, ()),
        states=PROMISE_NAMES,
        form=form,
    )


@bp.route(f"{BASE}lateness/", methods=["GET", "POST"])
@access(manager)
def lateness(consultation_id: int) -> ResponseReturnValue:
    """Tell the public that the outcome comes late."""
    found = load_managed(consultation_id)
    ensure(policy.can_give_notice(current_actor(), found, clock.now()))
    form = LatenessForm()
    if form.submitted():
        try:
            actions.give_notice(
                current_actor(), found, due_on=form.due_on.data, reason=form.reason.data or ""
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Everybody can read it now."), "success")
            return redirect(found.path, 303)
    return page("consultations/lateness.html", consultation=found, form=form), form.status


@bp.get("/consultations/<int:consultation_id>/<slug>/outcome/")
@access(anyone)
@cached()
def public_outcome(consultation_id: int, slug: str) -> ResponseReturnValue:
    """We asked, you said, we did; with what is promised and how far it has come."""
    found = queries.get_consultation(current_actor(), consultation_id)
    depends_on(f"consultation:{found.id}")
    good_until(_midnight())
    written = queries.published_outcome(found)
    if slug != found.slug:
        return redirect(f"{found.path}outcome/", 301)
    return page(
        "consultations/public_outcome.html",
        consultation=found,
        outcome=written,
        rulings=RULING_NAMES,
        states=PROMISE_NAMES,
        may_manage=policy.can_analyse(current_actor(), found),
        today=queries.today(),
        **_what_was_decided(found),
    )


def _what_was_decided(found: Any) -> dict[str, Any]:
    """The themes with the posts that were cited for them, and the promises."""
    promises, cited = queries.promises_of(found.id), queries.citations_of(found.id)
    depends_on(*(f"thread:{one.thread_id}" for one in cited))
    by_theme = groupby(cited, key=lambda one: one.theme and one.theme.id)
    return {
        "themes": queries.count_themes(found),
        "cited": {theme_id: list(posts) for theme_id, posts in by_theme},
        "promises": promises,
        "steps": queries.updates_of([one.id for one in promises]),
    }


@bp.get("/promises/")
@access(anyone)
@cached()
def promises() -> ResponseReturnValue:
    """What all centres have promised and not done yet; what is overdue first."""
    depends_on("consultations", "promises")
    good_until(_midnight())
    return page(
        "consultations/promises.html",
        promises=queries.open_promises(current_actor()),
        states=PROMISE_NAMES,
        today=queries.today(),
    )


def _midnight() -> datetime:
    """When a promise that is due today is overdue."""
    return clock.from_london(queries.today() + timedelta(days=1), time())
