"""Forms of administrators."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired

from forum.accounts.enums import Role
from forum.web.forms import Form, VersionedForm, paragraphs

WHOLE_SITE = ""
LONGEST_RULES = 10_000
LONGEST_CHANGE_NOTE = 500
ROLE_LABELS = {
    Role.MODERATOR: _l("Moderator"),
    Role.MANAGER: _l("Manager"),
    Role.ADMINISTRATOR: _l("Administrator"),
}


class GrantForm(Form):
    """A role for an account."""

    role = SelectField(
        _l("Role"),
        choices=[SelectChoice(role.value, label) for role, label in ROLE_LABELS.items()],
        validators=[InputRequired(_l("Choose a role"))],
    )
    centre = SelectField(_l("Centre"))

    def offer_centres(self, centres: Iterable[tuple[int, str]]) -> None:
        """Let the administrator choose among the centres, or none for the whole site."""
        self.centre.choices = [
            SelectChoice(WHOLE_SITE, _l("The whole site (administrators)")),
            *(SelectChoice(str(key), name) for key, name in centres),
        ]

    @property
    def chosen_role(self) -> Role:
        """The role; the form must have been accepted."""
        return Role(self.role.data)

    @property
    def centre_id(self) -> int | None:
        """The centre, None for the whole site; the form must have been accepted."""
        return int(self.centre.data) if self.centre.data else None


class RulesForm(VersionedForm):
    """The rules of the site."""

    source = paragraphs(
        _l("House rules"), longest=LONGEST_RULES, missing=_l("Write the house rules")
    )
    change_note = paragraphs(
        _l("What has changed, and why"),
        longest=LONGEST_CHANGE_NOTE,
        missing=_l("Say what has changed and why"),
    )


class ButtonForm(Form):
    """A button alone."""
