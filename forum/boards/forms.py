"""Forms for boards."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, Length

from forum.accounts.enums import Sector
from forum.boards.enums import Readers
from forum.web.filters import SECTOR_NAMES
from forum.web.forms import Form, VersionedForm, one_line, well_formed

READERS = {
    Readers.EVERYONE.value: _l("Everybody"),
    Readers.MEMBERS.value: _l("Members only"),
}
SECTORS = [SelectChoice(sector.value, _l(SECTOR_NAMES[sector])) for sector in Sector]


class BoardForm(VersionedForm):
    """A board's settings; no sector chosen means all sectors."""

    title = StringField(
        _l("Title"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Enter a title")),
            well_formed,
            Length(max=80, message=_l("Shorten the title to 80 characters or fewer")),
        ],
    )
    purpose = TextAreaField(
        _l("Purpose"),
        validators=[
            InputRequired(_l("Say what belongs on this board")),
            well_formed,
            Length(max=500, message=_l("Shorten the purpose to 500 characters or fewer")),
        ],
    )
    readers = RadioField(
        _l("Who can read it"),
        choices=[SelectChoice(readers, label) for readers, label in READERS.items()],
        default=Readers.EVERYONE.value,
    )
    start_sectors = SelectMultipleField(_l("Sectors that can start threads"), choices=SECTORS)
    reply_sectors = SelectMultipleField(_l("Sectors that can reply"), choices=SECTORS)
    holds_posts = BooleanField(_l("Every post waits for a moderator"))


class ConfirmForm(Form):
    """Yes, do it."""
