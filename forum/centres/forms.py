"""Forms for centres."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, Length, NumberRange

from forum.centres.enums import Holding
from forum.web.forms import Form, VersionedForm, one_line, paragraphs, well_formed

LONGEST_RULES = 10_000
LONGEST_CHANGE_NOTE = 500
HELD_MESSAGE = _l("Enter a whole number of posts from 1 to 20")
HOLDINGS = {
    Holding.NEVER.value: _l("Nobody’s"),
    Holding.NEW_MEMBERS.value: _l("Those of new members"),
    Holding.ALWAYS.value: _l("Everybody’s"),
}
WEEKS_MESSAGE = _l("Enter a whole number of weeks from 4 to 26")
WINDOW_MESSAGE = _l("Enter a whole number of hours from 0 to 720")


class CentreForm(VersionedForm):
    """What a centre says of itself."""

    description = TextAreaField(
        _l("Description"),
        validators=[
            InputRequired(_l("Enter a description")),
            well_formed,
            Length(max=1000, message=_l("Shorten the description to 1,000 characters or fewer")),
        ],
    )
    host = StringField(
        _l("Host"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Enter the host council")),
            well_formed,
            Length(max=120, message=_l("Shorten the host to 120 characters or fewer")),
        ],
    )
    hosting = paragraphs(
        _l("What hosting means"), longest=1000, missing=_l("Say what hosting means")
    )
    edit_window_hours = IntegerField(
        _l("Hours during which authors may edit their posts"),
        validators=[
            InputRequired(WINDOW_MESSAGE),
            NumberRange(min=0, max=720, message=WINDOW_MESSAGE),
        ],
    )
    holding = RadioField(
        _l("Whose posts wait for a moderator"),
        choices=[SelectChoice(holding, label) for holding, label in HOLDINGS.items()],
    )
    held_posts = IntegerField(
        _l("How many posts of a new member wait"),
        validators=[
            InputRequired(HELD_MESSAGE),
            NumberRange(min=1, max=20, message=HELD_MESSAGE),
        ],
    )
    consultation_weeks = IntegerField(
        _l("How many weeks consultations are usually open"),
        validators=[
            InputRequired(WEEKS_MESSAGE),
            NumberRange(min=4, max=26, message=WEEKS_MESSAGE),
        ],
    )


class RulesForm(VersionedForm):
    """The rules that a centre adds to those of the site."""

    source = paragraphs(_l("Rules of this centre"), longest=LONGEST_RULES)
    change_note = paragraphs(
        _l("What has changed, and why"),
        longest=LONGEST_CHANGE_NOTE,
        missing=_l("Say what has changed and why"),
    )


class ModeratorForm(Form):
    """Whom to appoint as a moderator."""

    handle = StringField(
        _l("Handle"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Enter the handle of a member")),
            well_formed,
            Length(max=40, message=_l("Enter the handle of a member, such as ada-lovelace")),
        ],
    )
