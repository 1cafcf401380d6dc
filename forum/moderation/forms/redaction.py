"""Forms for removing words, and for reading what was removed."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from forum.moderation.enums import RedactionCode
from forum.moderation.forms.ruling import RestrictionForm
from forum.web.forms import Form, well_formed

CODE_NAMES = {
    RedactionCode.PERSONAL_DATA: _l("Personal data"),
    RedactionCode.CONFIDENTIAL: _l("Commercially confidential"),
    RedactionCode.LIVE_TENDER: _l("About a live tender"),
    RedactionCode.DEFAMATORY: _l("Defamatory"),
    RedactionCode.SECURITY: _l("A risk to security"),
    RedactionCode.COURT_ORDER: _l("A court has ordered it"),
}


class RedactForm(RestrictionForm):
    """Which words to remove, and why; ``seen`` tells which copies were shown before."""

    page_order = ("spans", "code", "clause", "reason", "staff_note")
    seen = HiddenField(default="")
    spans = TextAreaField(
        _l("Words to remove"),
        validators=[
            InputRequired(_l("Enter the words to remove")),
            well_formed,
            Length(max=10_000, message=_l("Shorten this to 10,000 characters")),
        ],
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

    reason = TextAreaField(
        _l("Why do you need to read it?"),
        validators=[
            InputRequired(_l("Say why you need to read it")),
            well_formed,
            Length(max=1_000, message=_l("Shorten the reason to 1,000 characters")),
        ],
    )
