"""Forms for beginning, sending and withdrawing a response."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import Email, InputRequired, Length, Optional, ValidationError

from forum.accounts.enums import Region, Sector
from forum.consultations.enums import Channel
from forum.consultations.forms.analysis import CHANNEL_NAMES
from forum.consultations.forms.settings import DayField
from forum.organisations.enums import SizeBand
from forum.web.filters import REGION_NAMES, SECTOR_NAMES, SIZE_NAMES
from forum.web.forms import (
    Form,
    OnceForm,
    VersionedForm,
    one_line,
    paragraphs,
    well_formed,
)

MYSELF = "myself"
ORGANISATION = "organisation"
NATIONAL = "national"


class ConfirmForm(Form):
    """Yes, do it."""


class ChoicesForm(VersionedForm):
    """The three separate choices of a respondent, all off at first."""

    may_publish = BooleanField(_l("You may publish my answers after the consultation has closed"))
    may_name = BooleanField(_l("You may show my name, or that of my organisation, with them"))
    may_contact = BooleanField(_l("You may contact me about my answers"))

    @property
    def choices(self) -> dict[str, bool]:
        """The choices by name."""
        return {
            "may_publish": bool(self.may_publish.data),
            "may_name": bool(self.may_name.data),
            "may_contact": bool(self.may_contact.data),
        }


class SignOffForm(VersionedForm):
    """What a steward says to what is to be sent; ``note`` when it is given back."""

    note = paragraphs(_l("What should change"), longest=2_000)


class BeginForm(OnceForm):
    """For whom somebody responds; ``behalf`` is "myself", "organisation" or an id of one."""

    behalf = RadioField(
        _l("Who are you responding for?"),
        choices=[
            SelectChoice(MYSELF, _l("Myself")),
            SelectChoice(ORGANISATION, _l("An organisation")),
        ],
        validators=[InputRequired(_l("Choose who you are responding for"))],
    )
    organisation_name = StringField(
        _l("Name of the organisation"),
        filters=[one_line],
        validators=[well_formed, Length(max=120)],
    )
    name = StringField(
        _l("Your name (optional)"), filters=[one_line], validators=[well_formed, Length(max=120)]
    )
    email = EmailField(
        _l("Email address (optional)"),
        filters=[one_line],
        validators=[
            Optional(),
            Email(_l("Enter an email address such as name@example.org")),
            Length(max=254),
        ],
    )
    sector = RadioField(
        _l("Sector"),
        choices=[SelectChoice(sector.value, _l(SECTOR_NAMES[sector])) for sector in Sector],
        validate_choice=False,
    )
    size = SelectField(
        _l("Size of the organisation"),
        choices=[
            SelectChoice("", _l("Not an organisation, or I do not know")),
            *(SelectChoice(size.value, _l(SIZE_NAMES[size])) for size in SizeBand),
        ],
        validate_choice=False,
    )
    region = SelectField(
        _l("Region"),
        choices=[
            SelectChoice("", _l("Choose one")),
            *(SelectChoice(region.value, _l(REGION_NAMES[region])) for region in Region),
            SelectChoice(NATIONAL, _l("National")),
        ],
    )

    def offer(self, organisations: Sequence[Any]) -> None:
        """Let the member respond for one of ``organisations`` instead of one without account."""
        self.behalf.choices = [
            SelectChoice(MYSELF, _l("Myself")),
            *(SelectChoice(str(one.id), one.name) for one in organisations),
        ]

    @property
    def organisation_id(self) -> int | None:
        """Id of the organisation here that was chosen, whose facts are known."""
        chosen = self.behalf.data or ""
        return int(chosen) if chosen.isdecimal() else None

    def validate_organisation_name(self, field: StringField) -> None:
        """An organisation without an account here is named."""
        if self.behalf.data == ORGANISATION and not field.data:
            raise ValidationError(_l("Enter the name of the organisation"))

    def validate_sector(self, field: RadioField) -> None:
        """Asked of everybody whose sector is not known."""
        if self.organisation_id is None and field.data not in SECTOR_NAMES:
            raise ValidationError(_l("Choose the sector"))

    def validate_region(self, field: SelectField) -> None:
        """Asked of everybody whose region is not known."""
        if self.organisation_id is None and not field.data:
            raise ValidationError(_l("Choose the region, or National"))

    def speaker(self) -> dict[str, Any]:
        """The values as ``actions.Speaker`` takes them, but for an organisation's id."""
        return {
            "sector": Sector(self.sector.data),
            "size": SizeBand(self.size.data) if self.size.data in SIZE_NAMES else None,
            "region": None if self.region.data == NATIONAL else Region(self.region.data),
            "organisation_name": (
                self.organisation_name.data or "" if self.behalf.data == ORGANISATION else ""
            ),
            "name": self.name.data or "",
            "email": (self.email.data or "").lower(),
        }


class EnterForm(BeginForm):
    """Who answered by another way than here, how, and when."""

    page_order = ("channel", "received_on", "behalf", "organisation_name", "name", "email")

    channel = RadioField(
        _l("How did the answers come?"),
        choices=[
            SelectChoice(value, label)
            for value, label in CHANNEL_NAMES.items()
            if value != Channel.ONLINE
        ],
        validators=[InputRequired(_l("Choose how the answers came"))],
    )
    received_on = DayField(_l("On which day did they come?"))
    name = StringField(
        _l("Name of whoever answered (optional)"),
        filters=[one_line],
        validators=[well_formed, Length(max=120)],
    )
    behalf = RadioField(
        _l("Who answered?"),
        choices=[
            SelectChoice(MYSELF, _l("A person")),
            SelectChoice(ORGANISATION, _l("An organisation")),
        ],
        validators=[InputRequired(_l("Choose who answered"))],
    )
