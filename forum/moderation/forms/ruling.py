"""What every decision asks for: clause, reason, staff note, and when it ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from forum.core.clock import from_london
from forum.web.forms import Form, VersionedForm, paragraphs

LONGEST_REASON = 1_000
LONGEST_NOTE = 2_000
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class LondonTimeField(DateTimeLocalField):
    """A date and time as the clocks in London show it; ``moment`` is the instant, None: empty."""

    moment: datetime | None = None

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], format=FORMATS, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError, beside the field, for what is no date and time, or not one alone."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a date and time, such as 2027-03-31 17:00")) from error
        if self.data is not None:
            self.moment = from_london(self.data.date(), self.data.time())


def reason_field(*, needed: bool) -> TextAreaField:
    """A field for the reason, which everybody can read."""
    missing = _l("Give a reason; the author will read it") if needed else ""
    return paragraphs(_l("Reason"), longest=LONGEST_REASON, missing=missing)


class RulingForm(Form):
    """A decision with its clause and reason; others add fields and their ``page_order``."""

    clause = SelectField(_l("House rule"), validators=[Optional()], default="")
    reason = reason_field(needed=True)
    staff_note = paragraphs(_l("Note for staff"), longest=LONGEST_NOTE)

    def offer_clauses(self, clauses: Sequence[tuple[str, str]]) -> None:
        """Let the moderator choose among the clauses in force, value and label."""
        self.clause.choices = [("", _("No rule was broken")), *clauses]

    @property
    def until_moment(self) -> datetime | None:
        """When the decision ends by itself; None when it does not."""
        until = self._fields.get("until")
        return until.moment if until is not None else None


class RestrictionForm(RulingForm):
    """A decision that takes something from somebody: it needs a clause."""

    page_order: tuple[str, ...] = ("clause", "reason", "staff_note")

    clause = SelectField(
        _l("House rule"), validators=[InputRequired(_l("Choose the house rule that was broken"))]
    )

    def offer_clauses(self, clauses: Sequence[tuple[str, str]]) -> None:
        """Let the moderator choose among the clauses in force; one of them it must be."""
        self.clause.choices = [("", _("Choose a rule")), *clauses]


class HideForm(RestrictionForm, VersionedForm):
    """Why a post is hidden; the version is that of its item in the queue, if it has one."""

    @property
    def item_version(self) -> int | None:
        """Version of the item that was shown; None when there was none."""
        return self.began_from or None
