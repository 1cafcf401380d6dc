"""Files that were handed in: downloads only, for whoever may open the response."""

from flask import Response

from forum.consultations import queries
from forum.consultations.views.beginning import current_holder
from forum.consultations.views.blueprint import bp
from forum.web.access import access, anyone
from forum.web.uploads import download


@bp.get("/responses/<reference>/files/<int:upload_id>/")
@access(anyone)
def own_file(reference: str, upload_id: int) -> Response:
    """A file of one's own response."""
    response = queries.get_response(current_holder(), reference)
    upload = queries.get_own_file(response, upload_id)
    return download(
        upload.content, name=upload.name, media_type=upload.media_type, digest=upload.sha256
    )
