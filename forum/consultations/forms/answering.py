"""The form of one page of a questionnaire, made of its questions."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import ValidationError

from forum.consultations.enums import Confidentiality, QuestionKind
from forum.consultations.policy.answers import (
    LONGEST_TEXT,
    NOTHING,
    OTHER,
    TEXTS,
    Chosen,
    Given,
)
from forum.core import markup
from forum.core.errors import Invalid
from forum.web.forms import Form, one_line, well_formed

YES_NO_CHOICES = [
    SelectChoice("yes", _l("Yes")),
    SelectChoice("no", _l("No")),
    SelectChoice("unknown", _l("Don’t know")),
]
CONFIDENTIALITY = {
    "": _l("No"),
    Confidentiality.COMMERCIAL.value: _l("Yes, it could harm our commercial interests"),
    Confidentiality.PERSONAL.value: _l("Yes, it is about a person"),
    Confidentiality.IN_CONFIDENCE.value: _l("Yes, it was told to us in confidence"),
}
DATE_PARTS = {"day": _l("Day"), "month": _l("Month"), "year": _l("Year")}
NUMBER = re.compile(r"[+-]?[0-9]{1,14}(?:\.[0-9]+)?")
DIGITS = re.compile(r"[0-9]{1,4}")


class AnsweringForm(Form):
    """Base of the forms that ``answering_form`` makes; ``questions`` are those of the page.

    Fields are called ``q7`` for question id 7, with parts such as ``q7_other``, ``q7_r1`` (a row
    or an option), ``q7_day``, ``q7_confidential`` and ``q7_why``.
    """

    questions: Sequence[Any] = ()
    began_from = HiddenField()

    def fill(self, answers: Mapping[int, Given]) -> None:
        """Show what was answered."""
        for question in self.questions:
            self._fill(question, answers.get(question.id, NOTHING))

    def given(self) -> dict[int, Given]:
        """What was typed, by the id of the question; files are not among it."""
        return {question.id: self._given(question) for question in self.questions}

    def unreadable(self) -> set[int]:
        """Ids of the questions of which a field was refused before its answer was looked at."""
        wrong = {name for name, field in self._fields.items() if field.errors}
        return {
            question.id
            for question in self.questions
            if any(name.partition("_")[0] == f"q{question.id}" for name in wrong)
        }

    def refuse_answers(self, refusals: Mapping[int, str]) -> None:
        """Show why answers were refused, beside the first field of each."""
        for question in self.questions:
            if question.id in refusals:
                self.refuse(Invalid(refusals[question.id], field=first_field(question)))

    def file_of(self, question: Any) -> Any | None:
        """The file that was chosen for the question, as Werkzeug gives it."""
        chosen = self[f"q{question.id}"].data
        return chosen if chosen and getattr(chosen, "filename", "") else None

    def removes_file(self, question: Any) -> bool:
        """Whether the file that was handed in before is to be removed."""
        return bool(self[f"q{question.id}_remove"].data)

    def _fill(self, question: Any, given: Given) -> None:
        name = f"q{question.id}"
        for part, value in _WRITERS[question.kind](given).items():
            field = self._fields.get(f"{name}{part}")
            if field is not None:
                field.data = value
        if question.may_be_confidential:
            self[f"{name}_confidential"].data = str(given.confidentiality or "")
            self[f"{name}_why"].data = given.confidential_reason

    def _given(self, question: Any) -> Given:
        name = f"q{question.id}"
        given: dict[str, Any] = _READERS[question.kind](self, question, name)
        if question.may_be_confidential:
            chosen = self[f"{name}_confidential"].data
            known = chosen and chosen in CONFIDENTIALITY
            given["confidentiality"] = Confidentiality(chosen) if known else None
            given["confidential_reason"] = self[f"{name}_why"].data or ""
        return Given(**given)


def answering_form(questions: Sequence[Any]) -> type[AnsweringForm]:
    """The class of the form for ``questions``, the ones of a page in order."""
    parts: dict[str, Any] = {"questions": tuple(questions)}
    for question in questions:
        for part, field in _FIELDS[question.kind](question).items():
            parts[f"q{question.id}{part}"] = field
        if question.may_be_confidential:
            parts |= _confidentiality(question)
    return type("PageForm", (AnsweringForm,), parts)


def first_field(question: Any) -> str:
    """Name of the field to which an error about the whole question belongs."""
    name = f"q{question.id}"
    if question.kind is QuestionKind.MATRIX:
        return f"{name}_{question.rows[0]['key']}"
    if question.kind is QuestionKind.RANKING:
        return f"{name}_{question.options[0]['key']}"
    return f"{name}_day" if question.kind is QuestionKind.DATE else name


def _confidentiality(question: Any) -> dict[str, Any]:
    return {
        f"q{question.id}_confidential": RadioField(
            _l("Should this answer be kept confidential?"),
            choices=[SelectChoice(value, label) for value, label in CONFIDENTIALITY.items()],
            default="",
        ),
        f"q{question.id}_why": StringField(
            _l("Why it is confidential"), filters=[one_line], validators=[well_formed]
        ),
    }


def _short(question: Any) -> dict[str, Any]:
    return {"": StringField(_label(question), filters=[one_line], validators=[well_formed])}


def _long(question: Any) -> dict[str, Any]:
    limit = int(question.settings.get("longest") or LONGEST_TEXT)
    return {
        "": TextAreaField(
            _label(question), validators=[well_formed], render_kw={"data-max-length": limit}
        )
    }


def _other(question: Any) -> dict[str, Any]:
    if not question.settings.get("other"):
        return {}
    return {"_other": StringField(_l("What other"), filters=[one_line], validators=[well_formed])}


def _one(question: Any) -> dict[str, Any]:
    field = RadioField(_label(question), choices=_choices(question), validate_choice=False)
    return {"": field, **_other(question)}


def _several(question: Any) -> dict[str, Any]:
    choices = _choices(question)
    field = SelectMultipleField(_label(question), choices=choices, validate_choice=False)
    return {"": field, **_other(question)}


def _matrix(question: Any) -> dict[str, Any]:
    choices = _choices(question)
    return {
        f"_{row['key']}": RadioField(row["label"], choices=choices, validate_choice=False)
        for row in question.rows
    }


def _ranking(question: Any) -> dict[str, Any]:
    places = [SelectChoice("", _l("No place"))]
    places += [
        SelectChoice(str(place), str(place)) for place in range(1, len(question.options) + 1)
    ]
    return {
        f"_{option['key']}": SelectField(option["label"], choices=places)
        for option in question.options
    }


def _number(question: Any) -> dict[str, Any]:
    return {"": StringField(_label(question), filters=[one_line], validators=[_is_number])}


def _date(_question: Any) -> dict[str, Any]:
    return {
        f"_{part}": StringField(
            label,
            filters=[one_line],
            validators=[well_formed, _is_date] if part == "day" else [well_formed],
        )
        for part, label in DATE_PARTS.items()
    }


def _file(question: Any) -> dict[str, Any]:
    return {"": FileField(_label(question)), "_remove": BooleanField(_l("Remove this file"))}


def _none(_question: Any) -> dict[str, Any]:
    return {}


def _label(question: Any) -> str:
    optional = "" if question.is_required else " " + _("(optional)")
    return f"{question.number}. {question.text}{optional}"


def _choices(question: Any) -> list[Any]:
    if question.kind is QuestionKind.YES_NO:
        return list(YES_NO_CHOICES)
    if question.kind is QuestionKind.SCALE:
        return _steps(question.settings)
    choices = [SelectChoice(option["key"], option["label"]) for option in question.options]
    return (
        [*choices, SelectChoice(OTHER, _("Other"))] if question.settings.get("other") else choices
    )


def _steps(settings: Mapping[str, Any]) -> list[Any]:
    least, most = int(settings["least"]), int(settings["most"])
    words = {least: settings.get("low", ""), most: settings.get("high", "")}
    return [
        SelectChoice(str(step), f"{step} – {words[step]}" if words.get(step) else str(step))
        for step in range(least, most + 1)
    ]


def _is_number(_form: Form, field: Field) -> None:
    try:
        markup.normalise(field.data or "")
    except Invalid as error:
        field.data = markup.show_control(field.data)
        raise ValidationError(error.message) from error
    if field.data and not NUMBER.fullmatch(field.data.replace(",", "")):
        raise ValidationError(_("Enter a number, such as 1200 or 12.5"))


def _is_date(form: Form, field: Field) -> None:
    name = field.name.removesuffix("_day")
    typed = [form[f"{name}_{part}"].data or "" for part in DATE_PARTS]
    if any(typed) and _read_date(typed) is None:
        raise ValidationError(_("Enter a real date, such as 31 3 2027"))


def _read_date(typed: Sequence[str]) -> date | None:
    if not all(DIGITS.fullmatch(part) for part in typed):
        return None
    day, month, year = (int(part) for part in typed)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_text(form: Form, _question: Any, name: str) -> dict[str, Any]:
    return {"text": form[name].data or ""}


def _read_one(form: Form, question: Any, name: str) -> dict[str, Any]:
    chosen = form[name].data
    choices = (Chosen(chosen),) if chosen else ()
    return {"choices": choices, "text": _read_other(form, question, name)}


def _read_several(form: Form, question: Any, name: str) -> dict[str, Any]:
    choices = tuple(Chosen(option) for option in form[name].data or ())
    return {"choices": choices, "text": _read_other(form, question, name)}


def _read_other(form: Form, question: Any, name: str) -> str:
    if not question.settings.get("other"):
        return ""
    return form[f"{name}_other"].data or ""


def _read_matrix(form: Form, question: Any, name: str) -> dict[str, Any]:
    chosen = ((row["key"], form[f"{name}_{row['key']}"].data) for row in question.rows)
    return {"choices": tuple(Chosen(option, row=row) for row, option in chosen if option)}


def _read_ranking(form: Form, question: Any, name: str) -> dict[str, Any]:
    keys = (option["key"] for option in question.options)
    places = ((key, form[f"{name}_{key}"].data or "") for key in keys)
    return {
        "choices": tuple(
            Chosen(key, rank=int(place)) for key, place in places if DIGITS.fullmatch(place)
        )
    }


def _read_number(form: Form, _question: Any, name: str) -> dict[str, Any]:
    typed = (form[name].data or "").replace(",", "")
    return {"number": Decimal(typed) if NUMBER.fullmatch(typed) else None}


def _read_day(form: Form, _question: Any, name: str) -> dict[str, Any]:
    return {"day": _read_date([form[f"{name}_{part}"].data or "" for part in DATE_PARTS])}


def _read_nothing(_form: Form, _question: Any, _name: str) -> dict[str, Any]:
    return {}


def _write_text(given: Given) -> dict[str, Any]:
    return {"": given.text}


def _write_one(given: Given) -> dict[str, Any]:
    return {"": given.choices[0].option if given.choices else None, "_other": given.text}


def _write_several(given: Given) -> dict[str, Any]:
    return {"": [one.option for one in given.choices], "_other": given.text}


def _write_matrix(given: Given) -> dict[str, Any]:
    return {f"_{one.row}": one.option for one in given.choices}


def _write_ranking(given: Given) -> dict[str, Any]:
    return {f"_{one.option}": str(one.rank) for one in given.choices}


def _write_number(given: Given) -> dict[str, Any]:
    return {"": "" if given.number is None else f"{given.number.normalize():f}"}


def _write_date(given: Given) -> dict[str, Any]:
    if given.day is None:
        return {}
    return {f"_{part}": str(getattr(given.day, part)) for part in DATE_PARTS}


def _write_nothing(_given: Given) -> dict[str, Any]:
    return {}


_FIELDS: dict[QuestionKind, Callable[[Any], dict[str, Any]]] = {
    QuestionKind.SHORT_TEXT: _short,
    QuestionKind.LONG_TEXT: _long,
    QuestionKind.YES_NO: _one,
    QuestionKind.SINGLE: _one,
    QuestionKind.MULTIPLE: _several,
    QuestionKind.SCALE: _one,
    QuestionKind.MATRIX: _matrix,
    QuestionKind.RANKING: _ranking,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.FILE: _file,
    QuestionKind.INFORMATION: _none,
}
_READERS: dict[QuestionKind, Callable[[Any, Any, str], dict[str, Any]]] = {
    **dict.fromkeys(TEXTS, _read_text),
    QuestionKind.YES_NO: _read_one,
    QuestionKind.SINGLE: _read_one,
    QuestionKind.MULTIPLE: _read_several,
    QuestionKind.SCALE: _read_one,
    QuestionKind.MATRIX: _read_matrix,
    QuestionKind.RANKING: _read_ranking,
    QuestionKind.NUMBER: _read_number,
    QuestionKind.DATE: _read_day,
    QuestionKind.FILE: _read_nothing,
    QuestionKind.INFORMATION: _read_nothing,
}
_WRITERS: dict[QuestionKind, Callable[[Given], dict[str, Any]]] = {
    **dict.fromkeys(TEXTS, _write_text),
    QuestionKind.YES_NO: _write_one,
    QuestionKind.SINGLE: _write_one,
    QuestionKind.MULTIPLE: _write_several,
    QuestionKind.SCALE: _write_one,
    QuestionKind.MATRIX: _write_matrix,
    QuestionKind.RANKING: _write_ranking,
    QuestionKind.NUMBER: _write_number,
    QuestionKind.DATE: _write_date,
    QuestionKind.FILE: _write_nothing,
    QuestionKind.INFORMATION: _write_nothing,
}
