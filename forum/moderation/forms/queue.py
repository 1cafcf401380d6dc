"""Forms of the moderators' workbench."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField

from forum.core.markup import LONGEST_TEXT
from forum.moderation.enums import ItemKind
from forum.moderation.queries import ClauseChoice, QueueFilter
from forum.web.forms import DIGITS, Form, VersionedForm, paragraphs

LONGEST_REASON = 1_000
LONGEST_NOTE = 2_000

KIND_NAMES = {
    ItemKind.PENDING_POST: _l("Waiting post"),
    ItemKind.REPORT: _l("Reported post"),
    ItemKind.EDIT: _l("Edit"),
    ItemKind.ORGANISATION: _l("Organisation"),
    ItemKind.APPEAL: _l("Appeal"),
    ItemKind.COMPLAINT: _l("Complaint"),
}


class QueueForm(Form):
    """What of the queue is wanted; sent with GET."""

    class Meta:
        """A form that changes nothing needs no token."""

        csrf = False

    kind = SelectField(_l("Kind"), default="")
    centre = SelectField(_l("Centre"), default="")
    age = SelectField(_l("Waiting"), default="")
    claimed = SelectField(_l("Claimed"), default="")
    order = SelectField(_l("Order"), default="")

    def offer(self, centres: Iterable[tuple[str, str]]) -> None:
        """Fill the lists; ``centres`` are slugs and names."""
        self.kind.choices = [
            ("", _("All kinds")),
            *((kind.value, name) for kind, name in KIND_NAMES.items()),
        ]
        self.centre.choices = [("", _("All centres")), *centres]
        self.age.choices = [
            ("", _("Any time")),
            ("1", _("More than a day")),
            ("3", _("More than 3 days")),
            ("7", _("More than 7 days")),
        ]
        self.claimed.choices = [
            ("", _("By anybody or nobody")),
            ("mine", _("By you")),
            ("others", _("By others")),
            ("nobody", _("Not claimed")),
        ]
        self.order.choices = [("", _("Oldest first")), ("score", _("Highest score first"))]

    @property
    def wanted(self) -> QueueFilter:
        """What was chosen; everything where nothing was."""
        return QueueFilter(
            kind=ItemKind(self.kind.data) if self.kind.data else None,
            centre=self.centre.data or "",
            days=int(self.age.data or 0),
            claimed=self.claimed.data or "",
            by_score=self.order.data == "score",
        )

    @property
    def chosen(self) -> dict[str, str]:
        """The choices that are not the usual ones, for addresses."""
        return {field.name: field.data for field in self if field.data}


def offer_clauses(field: SelectField, clauses: Sequence[ClauseChoice]) -> None:
    """Let a form name one of ``clauses``, which tell when they are suggested."""
    field.choices = [
        ("", _("Choose a clause")),
        *((clause.value, _label(clause)) for clause in clauses),
    ]


def _label(clause: ClauseChoice) -> str:
    label = clause.label
    if clause.of_centre:
        label = _("Centre’s own rule %(clause)s", clause=label)
    return _("%(clause)s (suggested)", clause=label) if clause.is_suggested else label


class RulingForm(VersionedForm):
    """Why something is decided."""

    # The action tells what is wrong with a clause: it may have been changed meanwhile.
    clause = SelectField(_l("House rule"), validate_choice=False, default="")
    reason = paragraphs(_l("Reason"), longest=LONGEST_REASON)
    staff_note = paragraphs(_l("Note for staff"), longest=LONGEST_NOTE)


class DecisionForm(RulingForm):
    """What to do with an item of the queue."""

    page_order = ("clause", "reason", "staff_note", "source", "text", "centre")

    source = paragraphs(_l("Text of the post"), longest=LONGEST_TEXT)
    text = paragraphs(_l("Message"), longest=LONGEST_NOTE)
    centre = SelectField(_l("Neighbouring centre"), validate_choice=False, default="")

    def offer_neighbours(self, centres: Iterable[tuple[str, str]]) -> None:
        """Let the item be passed to one of ``centres``: slugs and names."""
        self.centre.choices = [("", _("Choose a centre")), *centres]


class BulkForm(Form):
    """What to do with many items."""

    items = SelectMultipleField(_l("Items"), validate_choice=False)
    clause = SelectField(_l("House rule"), validate_choice=False, default="")
    reason = paragraphs(_l("Reason"), longest=LONGEST_REASON)
    staff_note = paragraphs(_l("Note for staff"), longest=LONGEST_NOTE)

    @property
    def versions(self) -> dict[int, int]:
        """Versions of the chosen items by their ids; what is no such pair is left out."""
        pairs = [text.partition(":") for text in self.items.data or []]
        return {
            int(item): int(version)
            for item, _colon, version in pairs
            if _is_number(item) and _is_number(version)
        }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 2 * DIGITS - 1


class ItemNoteForm(Form):
    """A note to an item, for staff."""

    note = paragraphs(_l("Note"), longest=LONGEST_NOTE)


class ButtonForm(Form):
    """A button and nothing else."""
