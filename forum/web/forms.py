"""What all forms share."""

import uuid
from collections.abc import Iterator
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from forum.core import markup
from forum.core.errors import Invalid

UNPROCESSABLE = 422
CONFLICT = 409
DIGITS = 10


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form that can show a refusal of an action beside the field that caused it."""

    page_order: tuple[str, ...] = ()
    """Names of the fields as they stand on the page, where that is not as they are declared."""

    def __iter__(self) -> Iterator[Any]:
        """The fields in the order of the page, which the list of errors follows."""
        places = {name: place for place, name in enumerate(self.page_order)}
        return iter(sorted(self._fields.values(), key=lambda one: places.get(one.name, -1)))

    def submitted(self) -> bool:
        """Whether the form was sent and every field is acceptable."""
        return bool(self.validate_on_submit())

    def refuse(self, error: Invalid) -> None:
        """Show each refusal beside its field, or above the form when it names none here."""
        for refusal in (error, *error.others):
            field = self._fields.get(refusal.field)
            if field is None:
                self.form_errors.append(refusal.message)
            else:
                field.errors = [*field.errors, refusal.message]

    @property
    def status(self) -> int:
        """HTTP status for showing the form: 422 when it was refused."""
        return UNPROCESSABLE if self.errors or self.form_errors else 200


class OnceForm(Form):
    """A form whose repeated sending is recognised by a hidden submission id."""

    submission_id = HiddenField(validators=[Length(max=64)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.submission_id.data:
            self.submission_id.data = uuid.uuid4().hex


class VersionedForm(Form):
    """A form for what several people edit; it knows the version that it began from."""

    version = HiddenField()

    @property
    def began_from(self) -> int:
        """The version that was shown when the form was filled in; 0 when it cannot be told."""
        # Not text: the version of the thing itself, since the form was sent without one.
        text = self.version.data if isinstance(self.version.data, str) else ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else 0

    def begin_from(self, version: int) -> None:
        """Let the form's next sending change ``version``, which is shown beside it now."""
        self.version.data = str(version)


def one_line(text: str | None) -> str | None:
    """Filter: white space trimmed and collapsed."""
    return " ".join(text.split()) if text else text


def well_formed(_form: Form, field: StringField | TextAreaField) -> None:
    """Validator: normalises the text; refuses characters that cannot be shown."""
    try:
        field.data = markup.normalise(field.data or "")
    except Invalid as error:
        # The page must be able to show what was typed.
        field.data = markup.show_control(field.data or "")
        raise ValidationError(error.message) from error


def at_most(longest: int) -> list[Any]:
    """Validators of a text of at most ``longest`` characters that can be shown."""
    too_long = _("Shorten this to %(number)s characters or fewer", number=f"{longest:,}")
    return [well_formed, Length(max=longest, message=too_long)]


def paragraphs(label: str, *, longest: int, missing: str = "") -> TextAreaField:
    """A field for several lines of at most ``longest`` characters.

    ``missing`` is what is said when it is empty; "": it may be.
    """
    required = [InputRequired(missing)] if missing else []
    return TextAreaField(label, validators=[*required, *at_most(longest)])


def wants(action: str) -> bool:
    """Whether the form was sent by the button whose value is ``action``."""
    return request.form.get("do") == action
