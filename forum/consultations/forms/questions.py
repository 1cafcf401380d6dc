"""Forms of the builder: sections, questions, conditions, import and copy."""

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    FileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired

from forum.consultations.enums import Operator, QuestionKind
from forum.consultations.forms.settings import line, text_area
from forum.consultations.policy.answers import TEXTS
from forum.consultations.policy.conditions import WITH_OPTIONS
from forum.consultations.policy.questions import WITH_OTHER, Wanted
from forum.web.forms import Form, one_line, well_formed

QUESTION_KINDS = {
    QuestionKind.SHORT_TEXT.value: _l("Short text"),
    QuestionKind.LONG_TEXT.value: _l("Long text"),
    QuestionKind.YES_NO.value: _l("Yes, no or don’t know"),
    QuestionKind.SINGLE.value: _l("One choice"),
    QuestionKind.MULTIPLE.value: _l("Several choices"),
    QuestionKind.SCALE.value: _l("Scale"),
    QuestionKind.MATRIX.value: _l("Table: one choice for each line"),
    QuestionKind.RANKING.value: _l("Ranking"),
    QuestionKind.NUMBER.value: _l("Number"),
    QuestionKind.DATE.value: _l("Date"),
    QuestionKind.FILE.value: _l("File"),
    QuestionKind.INFORMATION.value: _l("Information, without an answer"),
}
OPERATORS = {
    Operator.IS.value: _l("is"),
    Operator.IS_NOT.value: _l("is something else than"),
    Operator.CONTAINS.value: _l("contains"),
    Operator.ANSWERED.value: _l("is given, whatever it is"),
}
BOUNDED = frozenset({QuestionKind.MULTIPLE, QuestionKind.SCALE, QuestionKind.NUMBER})
LEAST = {
    QuestionKind.MULTIPLE: _l("Fewest choices"),
    QuestionKind.SCALE: _l("Lowest step"),
    QuestionKind.NUMBER: _l("Smallest number"),
}
MOST = {
    QuestionKind.MULTIPLE: _l("Most choices"),
    QuestionKind.SCALE: _l("Highest step"),
    QuestionKind.NUMBER: _l("Largest number"),
}


class SectionForm(Form):
    """A page of the questionnaire."""

    title = line(_l("Title"), 150, InputRequired(_l("Enter a title")))
    introduction = text_area(_l("Introduction"), 5_000)
    is_equality = BooleanField(_l("These are questions on equality"))


class KindForm(Form):
    """How a new question is answered; sent by GET."""

    class Meta:
        """Choosing changes nothing."""

        csrf = False

    kind = RadioField(
        _l("How it is answered"),
        choices=[SelectChoice(kind, name) for kind, name in QUESTION_KINDS.items()],
        validators=[InputRequired(_l("Choose how it is answered"))],
    )


class QuestionForm(Form):
    """A question of any kind; ``keep_only`` removes the fields that its kind does not have."""

    text = line(_l("Question"), 500, InputRequired(_l("Enter the question")))
    help = text_area(_l("Help"), 5_000)
    options = TextAreaField(_l("Answers, one on each line"), validators=[well_formed])
    rows = TextAreaField(_l("Lines of the table, one on each line"), validators=[well_formed])
    least = StringField(filters=[one_line], validators=[well_formed])
    most = StringField(filters=[one_line], validators=[well_formed])
    low = line(_l("Words for the lowest step"), 80)
    high = line(_l("Words for the highest step"), 80)
    other = BooleanField(_l("“Other”, with own words"))
    longest = StringField(
        _l("Longest answer, in characters"), filters=[one_line], validators=[well_formed]
    )
    is_required = BooleanField(_l("An answer is required"))
    may_be_confidential = BooleanField(_l("The answer may be marked confidential"))
    section = SelectField(_l("Section"), coerce=int)

    def keep_only(self, kind: QuestionKind, *, equality: bool) -> None:
        """Remove what a question of ``kind`` does not have, or one on equality may not."""
        is_asked = kind is not QuestionKind.INFORMATION
        kept = {
            "options": kind in WITH_OPTIONS,
            "rows": kind is QuestionKind.MATRIX,
            "least": kind in BOUNDED,
            "most": kind in BOUNDED,
            "low": kind is QuestionKind.SCALE,
            "high": kind is QuestionKind.SCALE,
            "other": kind in WITH_OTHER and not equality,
            "longest": kind in TEXTS,
            "is_required": is_asked and not equality,
            "may_be_confidential": is_asked and not equality,
        }
        for name, is_kept in kept.items():
            if not is_kept:
                del self[name]
        if kind in BOUNDED:
            self.least.label.text, self.most.label.text = LEAST[kind], MOST[kind]

    def offer_sections(self, sections: Iterable[Any], chosen: int) -> None:
        """Let the question stand in one of the sections."""
        self.section.choices = [SelectChoice(one.id, one.title) for one in sections]
        if not self.is_submitted():
            self.section.data = chosen

    def begin_with(self, question: Any) -> None:
        """Show what is stored, unless the form was sent."""
        if self.is_submitted():
            return
        for name, field in self._fields.items():
            if name in {"options", "rows"}:
                field.data = "\n".join(one["label"] for one in getattr(question, name))
            elif name in question.settings:
                field.data = question.settings[name]
            elif hasattr(question, name) and name not in {"section", "csrf_token"}:
                field.data = getattr(question, name)

    def wanted(self, kind: QuestionKind) -> Wanted:
        """What was typed."""
        return Wanted(
            kind=kind,
            text=self.text.data or "",
            help=self.help.data or "",
            is_required=self._said("is_required"),
            may_be_confidential=self._said("may_be_confidential"),
            options=self._typed("options").split("\n"),
            rows=self._typed("rows").split("\n"),
            least=self._typed("least"),
            most=self._typed("most"),
            low=self._typed("low"),
            high=self._typed("high"),
            other=self._said("other"),
            longest=self._typed("longest"),
        )

    def _typed(self, name: str) -> str:
        return (self[name].data or "") if name in self else ""

    def _said(self, name: str) -> bool:
        return bool(self[name].data) if name in self else False


class ConditionForm(Form):
    """When a question is asked: by the answer to the earlier one that was chosen before."""

    operator = RadioField(_l("Ask it if the answer"))
    value: Field = StringField(
        _l("Answer to look for"), filters=[one_line], validators=[well_formed]
    )

    def offer(self, operators: Sequence[Operator], values: Sequence[tuple[str, str]]) -> None:
        """Let only what fits the earlier question be chosen."""
        del values
        self.operator.choices = [SelectChoice(str(one), OPERATORS[one]) for one in operators]


class ChoiceConditionForm(ConditionForm):
    """The same where the answers to look for are known."""

    value: Any = SelectField(_l("Answer to look for"), validate_choice=False)

    def offer(self, operators: Sequence[Operator], values: Sequence[tuple[str, str]]) -> None:
        """Let only what fits the earlier question be chosen."""
        super().offer(operators, values)
        self.value.choices = [SelectChoice(key, label) for key, label in values]


class EarlierForm(Form):
    """Which earlier question a condition looks at; sent by GET."""

    class Meta:
        """Choosing changes nothing."""

        csrf = False

    question = SelectField(_l("Earlier question"), coerce=int, validate_choice=False)


class ImportForm(Form):
    """A questionnaire from a file."""

    file = FileField(_l("JSON file"))

    @property
    def chosen(self) -> BinaryIO | None:
        """The file that was chosen, if any."""
        given = self.file.data
        return given.stream if getattr(given, "filename", "") else None


class CopyForm(Form):
    """A questionnaire from another consultation."""

    source = SelectField(_l("Consultation"), coerce=int, validate_choice=False)
