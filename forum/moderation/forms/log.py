"""The choice of entries of the public log."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind

from forum.moderation.enums import ACTION_WORDS
from forum.moderation.queries import NO_CENTRE, Filters
from forum.web.forms import Form

FIRST_YEAR = 2000
LAST_YEAR = 2100
HIGHEST_CLAUSE = 999


class LogFilterForm(Form):
    """Sent by GET with the address, so it has no token and anybody may link to a choice."""

    class Meta:
        """Reading needs no proof of where the form came from."""

        csrf = False

    centre = SelectField(_l("Centre"), default="", validate_choice=False)
    action = SelectField(
        _l("Action"),
        default="",
        validate_choice=False,
        choices=[
            SelectChoice("", _l("All actions")),
            *(SelectChoice(str(word), _l(text)) for word, text in ACTION_WORDS.items()),
        ],
    )
    clause = StringField(_l("Clause"))
    first = StringField(_l("From"), name="from")
    last = StringField(_l("To"), name="to")

    def offer_centres(self, centres: Iterable[tuple[str, str]]) -> None:
        """Let the centres, each with slug and name, be chosen."""
        self.centre.choices = [
            SelectChoice("", _l("All centres")),
            *(SelectChoice(slug, name) for slug, name in centres),
            SelectChoice(NO_CENTRE, _l("The whole site")),
        ]

    def validate_centre(self, field: Any) -> None:
        """A centre that there is."""
        _check_choice(field, str(_l("Choose a centre from the list")))

    def validate_action(self, field: Any) -> None:
        """An action that there is."""
        _check_choice(field, str(_l("Choose an action from the list")))

    def validate_clause(self, field: Any) -> None:
        """A number, or nothing."""
        text = (field.data or "").strip()
        if text and not (
            text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= HIGHEST_CLAUSE
        ):
            raise ValidationError(_l("Enter the number of a clause, such as 3"))

    def validate_first(self, field: Any) -> None:
        """A day, or nothing."""
        _day(field.data)

    def validate_last(self, field: Any) -> None:
        """A day that is not before the first, or nothing."""
        last = _day(field.data)
        try:
            first = _day(self.first.data)
        except ValidationError:
            return
        if first and last and last < first:
            raise ValidationError(_l("The last day must not be before the first"))

    @property
    def filters(self) -> Filters:
        """The choice, of a form that was found right."""
        clause = (self.clause.data or "").strip()
        return Filters(
            centre=self.centre.data or "",
            action=self.action.data or "",
            clause=str(int(clause)) if clause else "",
            first=_day(self.first.data),
            last=_day(self.last.data),
        )

    @property
    def chosen(self) -> dict[str, str]:
        """The choice as the query of an address, without what was left open."""
        return {field.name: field.data for field in self if field.data}


def _check_choice(field: Any, message: str) -> None:
    if (field.data or "") not in {choice[0] for choice in field.iter_choices()}:
        raise ValidationError(message)


def _day(text: str | None) -> date | None:
    text = (text or "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not (text.isascii() and FIRST_YEAR <= day.year <= LAST_YEAR):
        raise ValidationError(_l("Enter a day such as 2026-11-22"))
    return day
