"""Forms for watched words."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import Length

from forum.moderation.enums import WordEffect
from forum.web.forms import VersionedForm, one_line, paragraphs, well_formed

EFFECTS = {
    WordEffect.HOLD.value: _l("The post waits for a moderator"),
    WordEffect.BLOCK.value: _l("The post is refused with a message"),
    WordEffect.FLAG.value: _l("The post is published, and a moderator looks at it"),
}

LONGEST_SAMPLE = 10_000


class WordForm(VersionedForm):
    """A watched word or phrase, with a sample to try it on."""

    phrase = StringField(
        _l("Word or phrase"),
        filters=[one_line],
        validators=[
            well_formed,
            Length(max=80, message=_l("Shorten the phrase to 80 characters or fewer")),
        ],
    )
    effect = RadioField(
        _l("What happens to a post with these words"),
        choices=[SelectChoice(effect, label) for effect, label in EFFECTS.items()],
        default=WordEffect.HOLD.value,
    )
    message = StringField(
        _l("Message for the author of a refused post"),
        filters=[one_line],
        validators=[
            well_formed,
            Length(max=300, message=_l("Shorten the message to 300 characters or fewer")),
        ],
    )
    sample = paragraphs(_l("Sample text"), longest=LONGEST_SAMPLE)
