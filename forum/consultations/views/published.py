"""Responses as the public reads them."""

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from forum.accounts.enums import Region, Sector
from forum.consultations import queries
from forum.consultations.forms import SearchResponsesForm
from forum.consultations.policy import analysis as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import page
from forum.core import clock
from forum.core.errors import NotFound
from forum.organisations.enums import SizeBand
from forum.web.access import access, anyone
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on
from forum.web.uploads import download


@bp.get("/consultations/<int:consultation_id>/<slug>/responses/")
@access(anyone)
@cached("q", "sector", "size", "region", "after")
def published(consultation_id: int, slug: str) -> ResponseReturnValue:
    """What may be published of the responses, to search and read."""
    found = _load(consultation_id)
    if slug != found.slug:
        return redirect(f"{found.path}responses/", 301)
    form, wanted = _wanted()
    return page(
        "consultations/published.html",
        consultation=found,
        form=form,
        count=queries.count_published(found),
        list=queries.list_published(found, wanted, after=request.args.get("after", "")),
        questions=queries.questions_to_answer(found.id),
        confidential=queries.CONFIDENTIAL,
    )


@bp.get("/consultations/<int:consultation_id>/<slug>/responses/files/<int:upload_id>/")
@access(anyone)
def published_file(consultation_id: int, slug: str, upload_id: int) -> ResponseReturnValue:
    """A file that may be published, as a download."""
    del slug
    upload = queries.get_published_file(_load(consultation_id), upload_id)
    return download(
        upload.content, name=upload.name, media_type=upload.media_type, digest=upload.sha256
    )


def _load(consultation_id: int) -> Any:
    """The consultation once it has closed; raises NotFound before that."""
    found = queries.get_consultation(current_actor(), consultation_id)
    depends_on(f"consultation:{found.id}")
    if not policy.has_closed(found, clock.now()):
        raise NotFound("Responses are published after closing.")
    return found


def _wanted() -> tuple[SearchResponsesForm, queries.Wanted]:
    """What is looked for; raises NotFound for words that nobody offers."""
    form = SearchResponsesForm(formdata=request.args)
    form.offer()
    if not form.validate():
        raise NotFound("There is no such list.")
    return form, queries.Wanted(
        sector=Sector(form.sector.data) if form.sector.data else None,
        size=SizeBand(form.size.data) if form.size.data else None,
        region=Region(form.region.data) if form.region.data else None,
        words=form.q.data or "",
    )
