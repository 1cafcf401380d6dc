"""Forms of accounts."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from forum.accounts import policy
from forum.accounts.enums import Region, Sector
from forum.core.markup import CONTROL
from forum.web.filters import REGION_NAMES, SECTOR_NAMES
from forum.web.forms import DIGITS, Form, VersionedForm, one_line, paragraphs, well_formed

NATIONAL = "national"
LONGEST_EMAIL = 254
LONGEST_NAME = 80
LONGEST_HANDLE = 30
LONGEST_ABOUT = 1000


def good_password(form: Form, field: PasswordField) -> None:
    """Validator: refuses a new password that is easily guessed."""
    names = [current_app.config["SITE_NAME"]]
    names += [form[name].data or "" for name in ("display_name", "email") if name in form]
    decision = policy.can_use_password(field.data or "", names=names)
    if not decision:
        raise ValidationError(decision.reason)


def typable(text: str | None) -> str | None:
    """Filter: without characters that no address has and no page can show."""
    return CONTROL.sub("", text) if text else text


def email_field(label: Any) -> Any:
    """A mail address; its form is checked by the action."""
    return StringField(
        label,
        filters=[one_line, typable],
        validators=[
            DataRequired(_l("Enter an email address")),
            Length(
                max=LONGEST_EMAIL,
                message=_l("Enter an email address of %(max)d characters or fewer"),
            ),
        ],
    )


def new_password_field(label: Any) -> Any:
    """A password that is chosen now."""
    return PasswordField(label, validators=[InputRequired(_l("Enter a password")), good_password])


def own_password_field(label: Any) -> Any:
    """The password that the member has."""
    return PasswordField(label, validators=[InputRequired(_l("Enter your password"))])


def name_field() -> Any:
    """The name that stands beside posts."""
    return StringField(
        _l("Display name"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter a display name")),
            well_formed,
            Length(
                max=LONGEST_NAME,
                message=_l("Your display name must be %(max)d characters or fewer"),
            ),
        ],
    )


def sector_field() -> Any:
    """From which side of procurement somebody speaks."""
    return RadioField(
        _l("Sector"),
        choices=[SelectChoice(sector.value, _l(SECTOR_NAMES[sector])) for sector in Sector],
        validators=[InputRequired(_l("Choose a sector"))],
        validate_choice=True,
    )


def region_field() -> Any:
    """Where somebody works, or everywhere."""
    return SelectField(
        _l("Region"),
        choices=[
            SelectChoice(NATIONAL, _l("National")),
            *(SelectChoice(region.value, _l(REGION_NAMES[region])) for region in Region),
        ],
        default=NATIONAL,
    )


class PlaceForm(Form):
    """A form with the fields ``sector`` and ``region``, which stand where it defines them."""

    sector: Any
    region: Any

    @property
    def chosen_sector(self) -> Sector:
        """The sector; the form must have been accepted."""
        return Sector(self.sector.data)

    @property
    def chosen_region(self) -> Region | None:
        """The region, None for national; the form must have been accepted."""
        return None if self.region.data == NATIONAL else Region(self.region.data)


class RegisterForm(PlaceForm):
    """A new account."""

    page_order = ("display_name", "email", "password", "sector", "region", "accept_rules")

    display_name = name_field()
    email = email_field(_l("Email address"))
    password = new_password_field(_l("Password"))
    sector = sector_field()
    region = region_field()
    rules_id = HiddenField()
    accept_rules = BooleanField(
        _l("I accept the house rules"),
        validators=[InputRequired(_l("Accept the house rules to create an account"))],
    )

    @property
    def accepted_rules_id(self) -> int | None:
        """The house rules that stood beside the form; None when there were none."""
        text = self.rules_id.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else None


class SignInForm(Form):
    """Address and password; where to go afterwards, and what was being written before."""

    email = email_field(_l("Email address"))
    password = own_password_field(_l("Password"))
    next = HiddenField()
    carried = HiddenField()


class EmailForm(Form):
    """The address for which a password was forgotten."""

    email = email_field(_l("Email address"))


class NewPasswordForm(Form):
    """A new password, after a mailed link."""

    password = new_password_field(_l("New password"))


class ChangePasswordForm(Form):
    """A new password, by somebody who knows the old one."""

    current_password = own_password_field(_l("Current password"))
    password = new_password_field(_l("New password"))


class ChangeEmailForm(Form):
    """Another address."""

    email = email_field(_l("New email address"))
    password = own_password_field(_l("Password"))


class ProfileForm(PlaceForm, VersionedForm):
    """What a member says about themself."""

    page_order = ("display_name", "handle", "sector", "region", "about", "is_hidden")

    display_name = name_field()
    handle = StringField(
        _l("Handle"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter a handle")),
            Length(
                max=LONGEST_HANDLE + 1, message=_l("A handle has at most 30 letters and digits")
            ),
        ],
    )
    sector = sector_field()
    region = region_field()
    about = paragraphs(_l("About you"), longest=LONGEST_ABOUT)
    is_hidden = BooleanField(_l("Do not show a public page about me"))


class ConfirmForm(Form):
    """A button alone."""
