"""Watched words: the lists, adding, trying, changing and removing a phrase."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.errors import Conflict, Invalid, NotFound
from forum.moderation import actions, policy, queries
from forum.moderation.actions import Wording
from forum.moderation.enums import WordEffect
from forum.moderation.forms import EFFECTS, ConfirmForm, WordForm
from forum.moderation.views.blueprint import bp
from forum.web.access import access, staff
from forum.web.forms import CONFLICT, wants
from forum.web.login import current_actor


@bp.route("/moderation/words/", methods=["GET", "POST"])
@access(staff)
def words() -> ResponseReturnValue:
    """The watched words of a centre or of all: to read, add to and try."""
    actor, tried = current_actor(), None
    lists = queries.word_lists(actor)
    chosen = _chosen(lists)
    form = WordForm()
    if form.submitted():
        try:
            if not wants("try"):
                return _add(chosen, form)
            tried = actions.try_words(
                actor, chosen.centre_id, _wording(form), sample=form.sample.data or ""
            )
        except Invalid as error:
            form.refuse(error)
    may_change = bool(policy.can_watch(actor, chosen.centre_id))
    return _show(lists, chosen, form, tried=tried, may_change=may_change), form.status


def _chosen(lists: Sequence[Any]) -> Any:
    """The list that the address asks for, by default the first; raises NotFound."""
    wanted = request.args.get("centre", "")
    for one in lists:
        if not wanted or one.slug == wanted:
            return one
    raise NotFound("You have no such list of watched words.")


def _show(
    lists: Sequence[Any], chosen: Any, form: WordForm, *, tried: Any, may_change: bool
) -> str:
    return render_template(
        "moderation/words.html",
        lists=lists,
        chosen=chosen,
        words=queries.words_of(chosen.centre_id),
        effects=EFFECTS,
        form=form,
        remove_form=ConfirmForm(),
        tried=tried,
        may_change=may_change,
    )


def _add(chosen: Any, form: WordForm) -> ResponseReturnValue:
    actions.add_word(current_actor(), chosen.centre_id, _wording(form))
    flash(_("Phrase added. It holds from the next post on."), "success")
    return redirect(chosen.path, 303)


def _wording(form: WordForm) -> Wording:
    return Wording(form.phrase.data or "", WordEffect(form.effect.data), form.message.data or "")


@bp.route("/moderation/words/<int:word_id>/", methods=["GET", "POST"])
@access(staff)
def word(word_id: int) -> ResponseReturnValue:
    """Change a phrase, or try it changed."""
    actor, tried = current_actor(), None
    found = queries.get_word(actor, word_id)
    form = WordForm(obj=found)
    if form.submitted():
        try:
            if not wants("try"):
                return _change(found, form)
            tried = _try_changed(found, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both(found, form, error)
    return _show_word(found, form, tried=tried), form.status


def _show_word(found: Any, form: WordForm, *, tried: Any = None, **more: Any) -> str:
    return render_template(
        "moderation/word.html",
        word=found,
        list=queries.list_of(found),
        form=form,
        tried=tried,
        effects=EFFECTS,
        **more,
    )


def _change(found: Any, form: WordForm) -> ResponseReturnValue:
    actions.change_word(current_actor(), found, _wording(form), version=form.began_from)
    flash(_("Phrase changed. It holds from the next post on."), "success")
    return redirect(queries.list_of(found).path, 303)


def _try_changed(found: Any, form: WordForm) -> Sequence[Any]:
    return actions.try_words(
        current_actor(),
        found.centre_id,
        _wording(form),
        sample=form.sample.data or "",
        instead_of=found.phrase,
    )


def _show_both(found: Any, form: WordForm, error: Conflict) -> ResponseReturnValue:
    """The form with what was typed, and above it what is stored by now."""
    form.begin_from(found.version)
    form.refuse(Invalid(error.message))
    stored = [
        (form.phrase.label.text, found.phrase),
        (form.effect.label.text, EFFECTS[found.effect.value]),
        (form.message.label.text, found.message),
    ]
    return _show_word(found, form, stored_facts=stored), CONFLICT


@bp.post("/moderation/words/<int:word_id>/remove/")
@access(staff)
def remove_word(word_id: int) -> ResponseReturnValue:
    """Take a phrase off its list."""
    actor = current_actor()
    found = queries.get_word(actor, word_id)
    path = queries.list_of(found).path
    actions.remove_word(actor, found)
    flash(_("Phrase removed."), "success")
    return redirect(path, 303)
