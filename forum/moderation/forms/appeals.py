"""Forms of a member's standing: answers and appeals; and of those who decide appeals."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from forum.web.forms import Form, VersionedForm, well_formed

LONGEST_APPEAL = 5_000
LONGEST_ANSWER = 2_000
LONGEST_REASON = 1_000


class ConfirmForm(Form):
    """A button and its token."""


class AppealForm(Form):
    """Why a decision is wrong."""

    text = TextAreaField(
        _l("Why is the decision wrong?"),
        validators=[
            InputRequired(_l("Say why the decision is wrong")),
            well_formed,
            Length(max=LONGEST_APPEAL, message=_l("Shorten this to 5,000 characters or fewer")),
        ],
    )


class AnswerForm(Form):
    """An answer to a moderator's question."""

    text = TextAreaField(
        _l("Your answer"),
        validators=[
            InputRequired(_l("Write your answer")),
            well_formed,
            Length(max=LONGEST_ANSWER, message=_l("Shorten this to 2,000 characters or fewer")),
        ],
    )


class OutcomeForm(VersionedForm):
    """What becomes of an appeal, and why; the button pressed says which."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason; everybody can read it")),
            well_formed,
            Length(max=LONGEST_REASON, message=_l("Shorten this to 1,000 characters or fewer")),
        ],
    )
    staff_note = TextAreaField(
        _l("Note for staff (optional)"),
        validators=[
            well_formed,
            Length(max=LONGEST_ANSWER, message=_l("Shorten this to 2,000 characters or fewer")),
        ],
    )
