"""Forms for reviewing responses, and for themes, outcome and promises."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, Optional

from forum.accounts.enums import Region, Sector
from forum.consultations.enums import (
    Channel,
    FileFormat,
    PromiseState,
    Publication,
    Removal,
    Ruling,
)
from forum.consultations.forms.settings import DAY_MESSAGE, DayField, line, text_area
from forum.organisations.enums import SizeBand
from forum.web.filters import REGION_NAMES, SECTOR_NAMES, SIZE_NAMES
from forum.web.forms import Form, VersionedForm

LONGEST = 5_000
REMOVAL_NAMES = {
    Removal.PERSONAL.value: _l("It is about a person"),
    Removal.COMMERCIAL.value: _l("It could harm commercial interests"),
    Removal.IN_CONFIDENCE.value: _l("It was told in confidence"),
    Removal.UNLAWFUL.value: _l("It is unlawful or abusive"),
    Removal.OFF_SUBJECT.value: _l("It is not about the subject"),
}
CHANNEL_NAMES = {
    Channel.ONLINE.value: _l("online"),
    Channel.PAPER.value: _l("on paper"),
    Channel.EMAIL.value: _l("by email"),
    Channel.TELEPHONE.value: _l("by telephone"),
    Channel.EVENT.value: _l("at an event"),
}
PUBLICATION_NAMES = {
    Publication.UNDECIDED.value: _l("Nothing was decided about it"),
    Publication.APPROVED.value: _l("Approved"),
    Publication.REDACTED.value: _l("Redacted"),
    Publication.WITHHELD.value: _l("Withheld"),
}
RULING_NAMES = {
    Ruling.ACCEPTED.value: _l("Accepted"),
    Ruling.PARTLY.value: _l("Accepted in part"),
    Ruling.REJECTED.value: _l("Rejected"),
    Ruling.OUT_OF_SCOPE.value: _l("Out of scope"),
}
PROMISE_NAMES = {
    PromiseState.OPEN.value: _l("To be done"),
    PromiseState.CHANGED.value: _l("Changed, to be done"),
    PromiseState.KEPT.value: _l("Done"),
    PromiseState.DROPPED.value: _l("Will not be done"),
}

FORMAT_NAMES = {
    FileFormat.CSV.value: _l("CSV"),
    FileFormat.XLSX.value: _l("XLSX"),
    FileFormat.JSON.value: _l("JSON"),
}


class WhyForm(Form):
    """Why an answer, or words of it, are kept from the public."""

    why = SelectField(
        _l("Reason"),
        choices=[
            SelectChoice("", _l("Choose one")),
            *(SelectChoice(value, label) for value, label in REMOVAL_NAMES.items()),
        ],
        validators=[InputRequired(_l("Choose a reason"))],
    )


class RedactForm(WhyForm):
    """The words that are removed from an answer."""

    spans = text_area(
        _l("Words to remove, one piece on each line"),
        LONGEST,
        InputRequired(_l("Enter the words to remove")),
    )


class CodeForm(Form):
    """The themes that a coder finds in an answer."""

    themes = SelectMultipleField(_l("Themes"), coerce=int)

    def offer(self, themes: Sequence[Any]) -> None:
        """Let ``themes`` be chosen."""
        self.themes.choices = [SelectChoice(theme.id, theme.title) for theme in themes]


class GroupForm(Form):
    """Which of the responses of a suggested group say something else after all."""

    without = SelectMultipleField(_l("Leave out of the group (optional)"), coerce=int)

    def offer(self, rows: Sequence[Any]) -> None:
        """Let each of these responses be left out."""
        self.without.choices = [
            SelectChoice(row.response_id, ", ".join(filter(None, (row.name, row.reference))))
            for row in rows
        ]


class RemoveForm(Form):
    """Why a response is taken out after closing."""

    reason = text_area(_l("Reason"), 1_000, InputRequired(_l("Say who asked for it, and why")))


class NewThemeForm(Form):
    """A theme of the code frame."""

    title = line(_l("Name"), 120, InputRequired(_l("Enter a name")))
    description = text_area(_l("What belongs to it (optional)"), LONGEST, Optional())


class ThemeForm(VersionedForm):
    """A theme, and what is decided about it."""

    title = line(_l("Name"), 120, InputRequired(_l("Enter a name")))
    description = text_area(_l("What belongs to it (optional)"), LONGEST, Optional())
    ruling = RadioField(
        _l("Decision"),
        choices=[
            SelectChoice("", _l("Not decided yet")),
            *(SelectChoice(value, label) for value, label in RULING_NAMES.items()),
        ],
        default="",
    )
    reason = text_area(_l("Reason"), LONGEST, Optional())
    did = text_area(_l("What will be done about it (optional)"), LONGEST, Optional())


class OutcomeForm(VersionedForm):
    """We asked, you said, we did; and who decides."""

    asked = text_area(_l("We asked"), LONGEST, Optional())
    said = text_area(_l("You said"), LONGEST, Optional())
    decided = text_area(_l("We did, or will do"), LONGEST, Optional())
    signer = line(_l("Name of who decides"), 120, Optional())
    signer_role = line(_l("Office of who decides"), 120, Optional())


def _themes_or_none(themes: Sequence[Any]) -> list[SelectChoice]:
    return [
        SelectChoice("", _l("No theme")),
        *(SelectChoice(str(theme.id), theme.title) for theme in themes),
    ]


class PromiseForm(Form):
    """What the centre commits itself to."""

    text = line(_l("What will be done"), 500, InputRequired(_l("Say what will be done")))
    owner = line(_l("Who does it"), 120, InputRequired(_l("Say who does it")))
    due_on = DayField(_l("By when"), validators=[InputRequired(DAY_MESSAGE)])
    theme = SelectField(_l("Theme (optional)"))

    def offer(self, themes: Sequence[Any]) -> None:
        """Let the promise belong to one of ``themes``."""
        self.theme.choices = _themes_or_none(themes)


class CitationForm(Form):
    """Why a post is taken as evidence, and for which theme."""

    theme = SelectField(_l("Theme (optional)"))
    note = text_area(_l("What it shows (optional)"), 1_000, Optional())

    def offer(self, themes: Sequence[Any]) -> None:
        """Let the post be evidence for one of ``themes``, or for none."""
        self.theme.choices = _themes_or_none(themes)

    @property
    def theme_id(self) -> int | None:
        """The theme that was chosen."""
        return int(self.theme.data) if self.theme.data else None


class CiteForm(CitationForm):
    """A post that is taken as evidence, by its address."""

    post = line(_l("Address of the post"), 500, InputRequired(_l("Enter the address of a post")))


class CiteInForm(Form):
    """In which consultation a post is taken as evidence, and for which theme."""

    place = SelectField(
        _l("Consultation, and theme if there is one"),
        validators=[InputRequired(_l("Choose a consultation"))],
    )
    note = text_area(_l("What it shows (optional)"), 1_000, Optional())

    def offer(self, places: Sequence[tuple[Any, Sequence[Any]]]) -> None:
        """Let one of the consultations be chosen, or one of its themes."""
        self.places = {
            f"{consultation.id}-{theme.id if theme else ''}": (consultation, theme)
            for consultation, themes in places
            for theme in (None, *themes)
        }
        self.place.choices = [
            SelectChoice("", _l("Choose one")),
            *(
                SelectChoice(value, f"{one.title} – {theme.title}" if theme else one.title)
                for value, (one, theme) in self.places.items()
            ),
        ]


class ProgressForm(VersionedForm):
    """How far a promise has come."""

    state = RadioField(
        _l("State"),
        choices=[SelectChoice(value, label) for value, label in PROMISE_NAMES.items()],
        validators=[InputRequired(_l("Choose the state"))],
    )
    due_on = DayField(_l("By when"), validators=[InputRequired(DAY_MESSAGE)])
    note = text_area(
        _l("What was done, or why it changes"),
        LONGEST,
        InputRequired(_l("Say what was done, or why it changes")),
    )


class LatenessForm(Form):
    """Why the outcome comes late, and when it will come."""

    due_on = DayField(_l("New date"), validators=[InputRequired(DAY_MESSAGE)])
    reason = text_area(_l("Reason"), LONGEST, InputRequired(_l("Say why it comes late")))


class ExportForm(Form):
    """A file with all responses, for managers."""

    format = RadioField(
        _l("Kind of file"),
        choices=[SelectChoice(value, label) for value, label in FORMAT_NAMES.items()],
        validators=[InputRequired(_l("Choose a kind of file"))],
    )
    with_names = BooleanField(_l("With names, and addresses of those who may be written to"))


class SearchResponsesForm(Form):
    """Which published responses to show."""

    class Meta:
        """Sent as an address, which changes nothing."""

        csrf = False

    q = StringField(_l("Words"))
    sector = SelectField(_l("Sector"), choices=[], default="")
    size = SelectField(_l("Size of the organisation"), choices=[], default="")
    region = SelectField(_l("Region"), choices=[], default="")

    def offer(self) -> None:
        """All sectors, sizes and regions."""
        for field, kind, names in (
            (self.sector, Sector, SECTOR_NAMES),
            (self.size, SizeBand, SIZE_NAMES),
            (self.region, Region, REGION_NAMES),
        ):
            field.choices = [
                SelectChoice("", _l("All")),
                *(SelectChoice(one.value, _l(names[one])) for one in kind),
            ]
