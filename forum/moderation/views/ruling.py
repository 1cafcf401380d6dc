"""What the pages of decisions share: the clauses on offer, and the way of a sent form."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from forum.core.errors import Invalid
from forum.moderation import queries
from forum.moderation.actions import Ruling
from forum.moderation.forms import RulingForm
from forum.moderation.views.showing import flash_done


def ruling_of(form: RulingForm) -> Ruling:
    """What was filled in: clause, reason, staff note and expiry."""
    return Ruling(
        clause=form.clause.data or "",
        reason=form.reason.data or "",
        staff_note=form.staff_note.data or "",
        until=form.until_moment,
    )


def decide(
    form: RulingForm,
    act: Callable[[Ruling], Any],
    *,
    centre_id: int,
    page: str,
    done: str,
    back: Callable[[Any], str],
    **shown: Any,
) -> ResponseReturnValue:
    """Show the form, or do ``act`` with what was filled in and go ``back``, saying ``done``.

    ``act`` gives the decision; ``back`` gets it and gives the address to go to.
    """
    form.offer_clauses(queries.clause_choices(centre_id))
    if form.submitted():
        try:
            decision = act(ruling_of(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash_done(done, decision)
            return redirect(back(decision), 303)
    return render_template(page, form=form, **shown), form.status
