"""What was answered, counted: for managers, and once it was published for everybody."""

from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, exports, queries
from forum.consultations.forms import ConfirmForm
from forum.consultations.policy import analysis as policy
from forum.consultations.views.blueprint import bp
from forum.core import clock
from forum.core.errors import NotFound
from forum.web.access import access, anyone, manager
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on


@bp.get("/consultations/<int:consultation_id>/<slug>/results/")
@access(anyone)
@cached("by")
def results(consultation_id: int, slug: str) -> ResponseReturnValue:
    """The answers to each question as charts and tables, set against a group."""
    consultation = load_results(consultation_id)
    if slug != consultation.slug:
        return redirect(f"{consultation.path}results/", 301)
    actor, by = current_actor(), _group()
    is_staff = bool(policy.can_analyse(actor, consultation))
    return render_template(
        "consultations/results.html",
        consultation=consultation,
        results=queries.results_of(consultation, by=by, exact=is_staff),
        texts=_texts(consultation, is_staff=is_staff),
        groups=exports.GROUP_NAMES,
        words=exports,
        is_staff=is_staff,
        may_publish=policy.can_publish_results(actor, consultation, clock.now()),
        form=ConfirmForm() if is_staff else None,
    )


@bp.get("/consultations/<int:consultation_id>/<slug>/results/csv/")
@access(anyone)
@cached("by")
def results_csv(consultation_id: int, slug: str) -> ResponseReturnValue:
    """The same as a CSV table."""
    del slug
    consultation = load_results(consultation_id)
    is_staff = bool(policy.can_analyse(current_actor(), consultation))
    found = queries.results_of(consultation, by=_group(), exact=is_staff)
    answer = Response("".join(exports.results_csv(found)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = (
        f'inline; filename="consultation-{consultation.id}-results.csv"'
    )
    return answer


@bp.post("/consultations/<int:consultation_id>/manage/publish-results/")
@access(manager)
def publish_results(consultation_id: int) -> ResponseReturnValue:
    """Let everybody see the results."""
    actor = current_actor()
    consultation = queries.get_consultation(actor, consultation_id)
    actions.publish_results(actor, consultation)
    flash(_("Everybody can see the results now."), "success")
    return redirect(f"{consultation.path}results/", 303)


def load_results(consultation_id: int) -> Any:
    """The consultation, whose results the actor may see; raises NotFound before that."""
    actor = current_actor()
    consultation = queries.get_consultation(actor, consultation_id)
    depends_on(f"consultation:{consultation.id}")
    if not policy.can_see_results(actor, consultation, clock.now()):
        raise NotFound("The results of this consultation are not published yet.")
    return consultation


def _texts(consultation: Any, *, is_staff: bool) -> Any:
    """How many texts differ; None before anybody looked for those that do not.

    The public is told once staff have decided about all that are much alike.
    """
    run = queries.run_of(consultation.id)
    if run is None or run.made_at is None:
        return None
    texts = queries.count_texts(consultation)
    return texts if texts.responses and (is_staff or not texts.waiting) else None


def _group() -> str:
    by = request.args.get("by", "")
    if by and by not in queries.GROUPS:
        raise NotFound("Answers are not set against that.")
    return by
