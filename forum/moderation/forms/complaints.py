"""Forms for complaints about how a centre moderates."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from forum.web.forms import Form, well_formed

TOO_LONG = _l("Shorten this to 2,000 characters or fewer")


class ComplaintForm(Form):
    """What somebody complains about."""

    text = TextAreaField(
        _l("Your complaint"),
        validators=[
            InputRequired(_l("Write what you complain about")),
            well_formed,
            Length(max=2_000, message=TOO_LONG),
        ],
    )


class ComplaintAnswerForm(Form):
    """What the managers answer."""

    answer = TextAreaField(
        _l("Your answer"),
        validators=[
            InputRequired(_l("Write your answer")),
            well_formed,
            Length(max=2_000, message=TOO_LONG),
        ],
    )
