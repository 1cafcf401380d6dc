"""Forms for organisations and memberships."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, Length, Optional

from forum.accounts.enums import Region, Sector
from forum.organisations.enums import OrganisationKind, SizeBand
from forum.web.filters import KIND_NAMES, REGION_NAMES, SECTOR_NAMES, SIZE_NAMES
from forum.web.forms import Form, VersionedForm, one_line, paragraphs, well_formed

NATIONAL = "national"


class AboutForm(VersionedForm):
    """What an organisation's stewards may change at any time."""

    size = RadioField(
        _l("Size"),
        choices=[SelectChoice(size.value, _l(SIZE_NAMES[size])) for size in SizeBand],
        validators=[InputRequired(_l("Choose the size"))],
    )
    about = paragraphs(_l("About the organisation"), longest=1000)


class OrganisationForm(AboutForm):
    """An organisation with what the centre confirms."""

    page_order = (
        "name",
        "sector",
        "kind",
        "region",
        "company_number",
        "charity_number",
        "size",
        "about",
    )

    name = StringField(
        _l("Name of the organisation"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Enter the name of the organisation")),
            well_formed,
            Length(max=120, message=_l("Shorten the name to 120 characters or fewer")),
        ],
    )
    sector = RadioField(
        _l("Sector"),
        choices=[SelectChoice(sector.value, _l(SECTOR_NAMES[sector])) for sector in Sector],
        validators=[InputRequired(_l("Choose the sector"))],
    )
    kind = SelectField(
        _l("Legal form"),
        choices=[
            SelectChoice("", _l("Choose one")),
            *(SelectChoice(kind.value, _l(KIND_NAMES[kind])) for kind in OrganisationKind),
        ],
        validators=[InputRequired(_l("Choose the legal form"))],
    )
    region = SelectField(
        _l("Region"),
        choices=[
            SelectChoice("", _l("Choose one")),
            *(SelectChoice(region.value, _l(REGION_NAMES[region])) for region in Region),
            SelectChoice(NATIONAL, _l("National")),
        ],
        validators=[InputRequired(_l("Choose the region"))],
    )
    company_number = StringField(
        _l("Company number (optional)"), filters=[one_line], validators=[Optional(), well_formed]
    )
    charity_number = StringField(
        _l("Charity number (optional)"), filters=[one_line], validators=[Optional(), well_formed]
    )

    @property
    def chosen_region(self) -> Region | None:
        """The region, None for national; the form must have been accepted."""
        return None if self.region.data == NATIONAL else Region(self.region.data)


class ReasonForm(Form):
    """Why something is refused."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason; the person will read it")),
            well_formed,
            Length(max=1000, message=_l("Shorten the reason to 1,000 characters or fewer")),
        ],
    )


class ConfirmForm(Form):
    """Yes, do it."""
