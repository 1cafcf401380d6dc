"""Forms for what a consultation says of itself, and for the steps that managers take."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, Optional, ValidationError

from forum.consultations.enums import EngagementPurpose, Kind, Stage
from forum.consultations.policy.gate import PURPOSE_WORDS
from forum.core import clock
from forum.web.forms import Form, OnceForm, VersionedForm, at_most, one_line

FIRST_YEAR, LAST_YEAR = 2020, 2099
MOST_TOPICS = 5
DAY_MESSAGE = _l("Enter a day, such as 2027-03-31")
KIND_NAMES = {
    Kind.DISCUSSION.value: _l("Discussion paper"),
    Kind.EVIDENCE.value: _l("Call for evidence"),
    Kind.CONSULTATION.value: _l("Consultation"),
    Kind.ENGAGEMENT.value: _l("Preliminary market engagement"),
}
STAGE_NAMES = {
    Stage.DRAFT.value: _l("Draft"),
    Stage.FORTHCOMING.value: _l("Forthcoming"),
    Stage.OPEN.value: _l("Open"),
    Stage.ANALYSING.value: _l("Closed, being analysed"),
    Stage.RESPONDED.value: _l("Outcome published"),
    Stage.ENDED.value: _l("Closed without an outcome"),
}


class DayField(DateField):
    """A day, entered as one field that browsers show a calendar for; empty: None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not text:
            return
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError(DAY_MESSAGE) from None
        if not (text.isascii() and FIRST_YEAR <= day.year <= LAST_YEAR):
            raise ValueError(_l("Enter a year from 2020 to 2099"))
        self.data = day


class HourField(TimeField):
    """A time of day in London; empty: None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not (valuelist and valuelist[0].strip()):
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Enter a time, such as 09:00 or 17:30")) from None


def text_area(label: str, longest: int, *rules: Any) -> TextAreaField:
    """A text of several lines with a limit."""
    return TextAreaField(label, validators=[*rules, *at_most(longest)])


def line(label: str, longest: int, *rules: Any) -> StringField:
    """A text of one line with a limit."""
    return StringField(label, filters=[one_line], validators=[*rules, *at_most(longest)])


def moment_of(day_field: Any, hour_field: Any) -> datetime | None:
    """The instant that a day and a time of London name; None when both are empty.

    Raises ValidationError for one without the other, and for a time that clocks do not show, or
    show twice.
    """
    day, hour = day_field.data, hour_field.data
    if day_field.process_errors or hour_field.process_errors or (day is None and hour is None):
        return None
    if day is None or hour is None:
        raise ValidationError(_l("Enter both a day and a time"))
    try:
        return clock.from_london(day, hour)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class CreateForm(OnceForm):
    """The beginning of a draft."""

    kind = RadioField(
        _l("What you plan"),
        choices=[SelectChoice(kind, name) for kind, name in KIND_NAMES.items()],
        validators=[InputRequired(_l("Choose what you plan"))],
    )
    title = line(_l("Title"), 150, InputRequired(_l("Enter a title")))
    summary = text_area(_l("Summary"), 1000)


class PartForm(VersionedForm):
    """A part of what a consultation says; ``note`` is asked once it was announced."""

    note = text_area(_l("What has changed, and why"), 1000)

    def changes(self) -> dict[str, Any]:
        """The values by the names that the action knows."""
        left_out = {"csrf_token", "version", "note", "topics"}
        return {name: field.data for name, field in self._fields.items() if name not in left_out}


class DetailsForm(PartForm):
    """Title, topics, and who may respond."""

    title = line(_l("Title"), 150, InputRequired(_l("Enter a title")))
    summary = text_area(_l("Summary"), 1000)
    topics = SelectMultipleField(_l("Procurement topics"), coerce=int)
    takes_visitors = BooleanField(_l("People can respond without an account"))
    checks_offline = BooleanField(
        _l("A second person checks responses that staff enter from paper, email or calls")
    )
    late_rule = text_area(_l("Rule for late responses"), 10_000)
    late_on = DayField(_l("Late responses are taken until (day)"))
    late_hour = HourField(_l("Late responses are taken until (time)"))

    def validate_topics(self, field: Any) -> None:
        """Five at most."""
        if len(field.data or ()) > MOST_TOPICS:
            raise ValidationError(_l("Choose up to five topics"))

    def validate_late_hour(self, field: Any) -> None:
        """Goes with its day, and with a rule."""
        if moment_of(self.late_on, field) and not self.late_rule.data:
            raise ValidationError(_l("Write the rule for late responses, too"))

    def begin_with(self, late_until: datetime | None, topic_ids: list[int]) -> None:
        """Show what is stored, unless the form was sent."""
        if self.is_submitted():
            return
        self.topics.data = topic_ids
        show_moment(late_until, self.late_on, self.late_hour)

    def changes(self) -> dict[str, Any]:
        """The values, the day and time of late responses as one instant."""
        values = super().changes()
        del values["late_on"], values["late_hour"]
        return {**values, "late_until": moment_of(self.late_on, self.late_hour)}


class PurposeForm(PartForm):
    """What it is for, what can change, who decides, and the options."""

    purpose = text_area(_l("Purpose"), 10_000)
    still_open = text_area(_l("What is still open"), 10_000)
    already_fixed = text_area(_l("What is fixed already"), 10_000)
    decider = line(_l("Who decides"), 200)
    decision_on = DayField(_l("When it will be decided"))
    options_considered = text_area(_l("Options considered"), 10_000)
    options_rejected = text_area(_l("Options rejected, and why"), 10_000)


class PrivacyForm(PartForm):
    """What happens to personal data."""

    controller = line(_l("Controller of personal data"), 200)
    lawful_basis = text_area(_l("Lawful basis"), 10_000)
    retention_on = DayField(_l("Personal data are kept until"))


class EngagementForm(PartForm):
    """What preliminary market engagement is for, and its notice."""

    engagement_purposes = SelectMultipleField(
        _l("What the engagement is for"),
        choices=[SelectChoice(str(one), _l(PURPOSE_WORDS[one])) for one in EngagementPurpose],
    )
    notice_number = line(_l("Number of the notice"), 11)
    no_notice_reason = text_area(_l("Why there is no notice"), 10_000)


class DatesForm(VersionedForm):
    """When a draft will open and close, by the clocks of London."""

    opens_on = DayField(_l("Opens on"))
    opens_hour = HourField(_l("Opens at"))
    closes_on = DayField(_l("Closes on"))
    closes_hour = HourField(_l("Closes at"))
    short_reason = text_area(_l("Why it is shorter than usual"), 10_000)
    holiday_reason = text_area(_l("Why there is no more time for holidays"), 10_000)

    def validate_opens_hour(self, field: Any) -> None:
        """Goes with its day."""
        moment_of(self.opens_on, field)

    def validate_closes_hour(self, field: Any) -> None:
        """Goes with its day."""
        moment_of(self.closes_on, field)

    def begin_with(self, opens_at: datetime | None, closes_at: datetime | None) -> None:
        """Show what is stored, unless the form was sent."""
        if self.is_submitted():
            return
        show_moment(opens_at, self.opens_on, self.opens_hour)
        show_moment(closes_at, self.closes_on, self.closes_hour)

    @property
    def opens_at(self) -> datetime | None:
        """The instant of opening, of a form that was found right."""
        return moment_of(self.opens_on, self.opens_hour)

    @property
    def closes_at(self) -> datetime | None:
        """The instant of closing, of a form that was found right."""
        return moment_of(self.closes_on, self.closes_hour)


class ExtendForm(Form):
    """A later closing, for everyone."""

    closes_on = DayField(_l("New closing day"), validators=[InputRequired(_l("Enter a day"))])
    closes_hour = HourField(
        _l("New closing time"), validators=[InputRequired(_l("Enter a time, such as 17:00"))]
    )
    note = text_area(_l("Why, for everybody to read"), 1000, InputRequired(_l("Say why")))

    def validate_closes_hour(self, field: Any) -> None:
        """A time that clocks show once."""
        moment_of(self.closes_on, field)

    @property
    def closes_at(self) -> datetime:
        """The instant of closing, of a form that was found right."""
        moment = moment_of(self.closes_on, self.closes_hour)
        assert moment is not None  # noqa: S101 — both fields are required
        return moment


class AnnounceForm(Form):
    """Yes; ``note`` is asked when it was announced before."""

    note = text_area(_l("What has changed, and why"), 1000)


class EndForm(Form):
    """Why there will be no outcome."""

    reason = text_area(
        _l("Why it ends without an outcome, for everybody to read"),
        2000,
        InputRequired(_l("Say why it ends without an outcome")),
    )


class HoldForm(Form):
    """Why what names respondents is kept beyond its date, or no longer."""

    reason = text_area(_l("Why"), 2000, InputRequired(_l("Say why")))


class ThreadForm(Form):
    """The thread where it is discussed, by its number; empty: none."""

    thread = IntegerField(_l("Number of the thread"), validators=[Optional()])

    def validate_thread(self, field: Any) -> None:
        """A number that a key column can hold."""
        if field.data is not None and not 0 < field.data < 2**63:
            raise ValidationError(_l("There is no such thread"))


class FilterForm(Form):
    """Which consultations are listed; sent by GET, so anybody may link to a choice."""

    class Meta:
        """Reading needs no proof of where the form came from."""

        csrf = False

    stage = SelectField(
        _l("Stage"),
        default="",
        choices=[
            SelectChoice("", _l("All stages")),
            *(
                SelectChoice(stage, name)
                for stage, name in STAGE_NAMES.items()
                if stage != Stage.DRAFT
            ),
        ],
    )
    centre = SelectField(_l("Centre"), default="")
    topic = SelectField(_l("Topic"), default="")
    kind = SelectField(
        _l("Kind"),
        default="",
        choices=[
            SelectChoice("", _l("All kinds")),
            *(SelectChoice(kind, name) for kind, name in KIND_NAMES.items()),
        ],
    )

    def offer(self, centres: Iterable[tuple[str, str]], topics: Iterable[tuple[str, str]]) -> None:
        """Let centres and topics, each with slug and name, be chosen."""
        self.centre.choices = [SelectChoice("", _l("All centres")), *_choices(centres)]
        self.topic.choices = [SelectChoice("", _l("All topics")), *_choices(topics)]

    @property
    def chosen(self) -> dict[str, str]:
        """The choice as the query of an address, without what was left open."""
        return {field.name: field.data for field in self if field.data}


def _choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    return [SelectChoice(value, label) for value, label in pairs]


def show_moment(moment: datetime | None, day_field: Any, hour_field: Any) -> None:
    """Let the fields show an instant by the clocks of London."""
    local = moment.astimezone(clock.LONDON) if moment else None
    day_field.data = local.date() if local else None
    hour_field.data = local.time() if local else None
