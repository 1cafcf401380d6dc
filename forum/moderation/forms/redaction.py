"""Forms for removing words, and for reading what was removed."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from forum.moderation.enums import RedactionCode
from forum.moderation.forms.ruling import RestrictionForm
from forum.web.forms import Form, paragraphs

CODE_NAMES = {
    RedactionCode.PERSONAL_DATA: _l("Personal data"),
    RedactionCode.CONFIDENTIAL: _l("Commercially confidential"),
    RedactionCode.LIVE_TENDER: _l("About a live tender"),
    RedactionCode.DEFAMATORY: _l("Defamatory"),
    RedactionCode.SECURITY: _l("A risk to security"),
    RedactionCode.COURT_ORDER: _l("A court has ordered it"),
}

LONGEST_SPANS = 10_000
LONGEST_REASON = 1_000


class RedactForm(RestrictionForm):
    """Which words to remove, and why; ``seen`` tells which copies were shown before."""

    page_order = ("spans", "code", "clause", "reason", "staff_note")
    seen = HiddenField(default="")
    spans = paragraphs(
        _l("Words to remove"), longest=LONGEST_SPANS, missing=_l("Enter the words to remove")
    )
    code = RadioField(
        _l("Why are they removed?"), validators=[InputRequired(_l("Choose why they are removed"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code.choices = [(code.value, name) for code, name in CODE_NAMES.items()]

    @property
    def reason_code(self) -> RedactionCode:
        """Why; only when the form is acceptable."""
        return RedactionCode(self.code.data)


class SealForm(Form):
    """Why somebody needs to read what was removed."""

    reason = paragraphs(
        _l("Why do you need to read it?"),
        longest=LONGEST_REASON,
        missing=_l("Say why you need to read it"),
    )
