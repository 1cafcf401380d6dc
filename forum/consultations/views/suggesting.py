"""What is suggested to analysts: themes, and responses that say much the same."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.enums import SuggestionState
from forum.consultations.forms import ConfirmForm, GroupForm, NewThemeForm
from forum.consultations.policy import analysis as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.web.access import access, manager
from forum.web.forms import wants
from forum.web.login import current_actor

BASE = "/consultations/<int:consultation_id>/manage/suggestions/"
GROUP = f"{BASE}groups/<int:group_id>/"
THEME = f"{BASE}themes/<int:suggestion_id>/"


@bp.get(BASE)
@access(manager)
def suggestions(consultation_id: int) -> ResponseReturnValue:
    """What the worker has found in the responses, and a button to ask for it."""
    found = _load(consultation_id)
    return page(
        "consultations/suggestions.html",
        consultation=found,
        run=queries.run_of(found.id),
        texts=queries.count_texts(found),
        themes=queries.suggested_themes(found.id),
        groups=queries.list_groups(found, SuggestionState.OPEN),
        confirmed=queries.list_groups(found, SuggestionState.TAKEN),
        form=ConfirmForm(),
    )


@bp.post(BASE)
@access(manager)
def ask_suggestions(consultation_id: int) -> ResponseReturnValue:
    """Have the worker look."""
    found = _load(consultation_id)
    actions.ask_suggestions(current_actor(), found)
    return _back(found)


@bp.route(THEME, methods=["GET", "POST"])
@access(manager)
def take_theme(consultation_id: int, suggestion_id: int) -> ResponseReturnValue:
    """Make a theme of a suggestion, in one's own words."""
    found = _load(consultation_id)
    suggestion = queries.get_theme_suggestion(found, suggestion_id)
    form = NewThemeForm(title=suggestion.title)
    if form.submitted() and _take(found, suggestion, form):
        flash(_("The theme is in the list now."), "success")
        return _back(found)
    return page(
        "consultations/take_theme.html",
        consultation=found,
        suggestion=suggestion,
        rows=queries.excerpts_of(found, suggestion.examples),
        form=form,
        confirm=ConfirmForm(formdata=None),
    ), form.status


def _take(found: Any, suggestion: Any, form: NewThemeForm) -> bool:
    """Whether the theme was added; when not, the form says why."""
    title, description = form.title.data or "", form.description.data or ""
    try:
        actions.take_theme(current_actor(), found, suggestion, title=title, description=description)
    except Invalid as error:
        form.refuse(error)
        return False
    return True


@bp.post(f"{THEME}dismiss/")
@access(manager)
def dismiss_theme(consultation_id: int, suggestion_id: int) -> ResponseReturnValue:
    """Put a suggested theme aside."""
    found = _load(consultation_id)
    suggestion = queries.get_theme_suggestion(found, suggestion_id)
    actions.dismiss_theme(current_actor(), found, suggestion)
    return _back(found)


@bp.get(GROUP)
@access(manager)
def group(consultation_id: int, group_id: int) -> ResponseReturnValue:
    """Responses that say much the same, one below the other."""
    found = _load(consultation_id)
    return _show_group(found, queries.get_group(found, group_id), GroupForm())


@bp.post(GROUP)
@access(manager)
def decide_group(consultation_id: int, group_id: int) -> ResponseReturnValue:
    """Confirm that they say the same, but for some, or that each is a text of its own."""
    found, form = _load(consultation_id), GroupForm()
    about = queries.get_group(found, group_id)
    if not wants("confirm"):
        actions.dismiss_group(current_actor(), found, about)
    elif not _confirm(found, about, form):
        return _show_group(found, about, form)
    flash(_("Saved."), "success")
    return _back(found)


def _confirm(found: Any, about: Any, form: GroupForm) -> bool:
    """Whether the group was confirmed; when not, the form says why."""
    form.offer(queries.excerpts_of(found, queries.members_of(found, about.id)))
    if not form.submitted():
        return False
    try:
        actions.confirm_group(current_actor(), found, about, without=form.without.data or ())
    except Invalid as error:
        form.refuse(error)
        return False
    return True


def _show_group(found: Any, about: Any, form: GroupForm) -> ResponseReturnValue:
    members = queries.members_of(found, about.id)
    rows = queries.excerpts_of(found, members)
    form.offer(rows)
    return page(
        "consultations/group.html",
        consultation=found,
        group=about,
        count=len(members),
        rows=rows,
        form=form,
    ), form.status


def _load(consultation_id: int) -> Any:
    found = load_managed(consultation_id)
    ensure(policy.can_decide(current_actor(), found, clock.now()))
    return found


def _back(found: Any) -> ResponseReturnValue:
    return redirect(url_for("consultations.suggestions", consultation_id=found.id), 303)
