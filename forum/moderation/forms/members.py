"""Forms of what staff impose on a member."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, NumberRange

from forum.core import clock
from forum.web.forms import DIGITS, Form, paragraphs

EVERYWHERE = "all"
LONGEST_REASON = 1_000
LONGEST_TEXT = 2_000
LONGEST_PAUSE_MINUTES = 10_080
LENGTHS = {
    "1": _l("1 day"),
    "3": _l("3 days"),
    "7": _l("1 week"),
    "14": _l("2 weeks"),
    "28": _l("4 weeks"),
    "91": _l("3 months"),
    "182": _l("6 months"),
    "365": _l("1 year"),
}


class MemberForm(Form):
    """What all sanctions ask: where, and a text that only staff read."""

    page_order: tuple[str, ...] = (
        *("centre", "clause", "reason", "minutes", "days", "member_text", "staff_text"),
    )

    centre = SelectField(_l("Where"), validators=[InputRequired(_l("Choose where"))])
    staff_text = paragraphs(_l("Note for staff (optional)"), longest=LONGEST_TEXT)

    def offer_places(self, places: Iterable[Any], *, everywhere: bool) -> None:
        """Let the actor choose among their centres, and all centres where they may."""
        choices = [SelectChoice(str(place.id), place.name) for place in places]
        if everywhere:
            choices.append(SelectChoice(EVERYWHERE, _l("All centres")))
        self.centre.choices = choices

    def offer_clauses(self, clauses: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Let the actor choose a clause, in groups by the rules that it stands in."""

    @property
    def centre_id(self) -> int | None:
        """The centre chosen; None for all."""
        text = str(self.centre.data or "")
        if text == EVERYWHERE:
            return None
        return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else 0


class NoteForm(MemberForm):
    """A note about a member."""

    staff_text = paragraphs(_l("Note"), longest=LONGEST_TEXT, missing=_l("Write the note"))


class WarnForm(MemberForm):
    """A warning."""

    clause = SelectField(
        _l("House rule"), validators=[InputRequired(_l("Choose the house rule that was broken"))]
    )
    reason = paragraphs(
        _l("Reason"), longest=LONGEST_REASON, missing=_l("Give a reason; everybody can read it")
    )
    member_text = paragraphs(_l("What the member reads besides (optional)"), longest=LONGEST_TEXT)

    def offer_clauses(self, clauses: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """See MemberForm."""
        self.clause.choices = [
            SelectChoice("", _l("Choose a house rule")),
            *(
                SelectChoice(value, title, optgroup=rules)
                for rules, titles in clauses.items()
                for value, title in titles
            ),
        ]


class SuspendForm(WarnForm):
    """A suspension."""

    days = SelectField(
        _l("For how long"),
        choices=[
            SelectChoice("", _l("Choose how long")),
            *(SelectChoice(days, label) for days, label in LENGTHS.items()),
        ],
        validators=[InputRequired(_l("Say when this ends"))],
    )

    @property
    def until(self) -> datetime:
        """When what is imposed now ends."""
        return clock.now() + timedelta(days=int(self.days.data))


class SlowForm(SuspendForm):
    """Slow mode for one member."""

    minutes = IntegerField(
        _l("Minutes between posts"),
        validators=[
            InputRequired(_l("Enter the minutes between two posts")),
            NumberRange(
                min=1,
                max=LONGEST_PAUSE_MINUTES,
                message=_l("Enter minutes between 1 and 10,080 (7 days)"),
            ),
        ],
    )


class BanForm(WarnForm):
    """A ban, which holds until it is lifted."""


class LiftForm(Form):
    """Ending a restriction before its time."""

    reason = paragraphs(_l("Reason (optional)"), longest=LONGEST_REASON)
    staff_text = paragraphs(_l("Note for staff (optional)"), longest=LONGEST_TEXT)


ACTS: Mapping[str, type[MemberForm]] = {
    "note": NoteForm,
    "warn": WarnForm,
    "slow": SlowForm,
    "suspend": SuspendForm,
    "ban": BanForm,
}
