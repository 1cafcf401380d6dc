"""The evidence file, for managers."""

import tempfile

from flask.typing import ResponseReturnValue

from forum.consultations import actions
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed
from forum.web.access import access, manager
from forum.web.login import current_actor
from forum.web.uploads import download


@bp.post("/consultations/<int:consultation_id>/manage/evidence/")
@access(manager)
def evidence(consultation_id: int) -> ResponseReturnValue:
    """Make the evidence file, and record that it was made."""
    found = load_managed(consultation_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — closed once it was sent
    actions.write_evidence(current_actor(), found, file, lambda _name: None)
    file.seek(0)
    name = f"consultation-{consultation_id}-evidence.zip"
    return download(file, name=name, media_type="application/zip")
