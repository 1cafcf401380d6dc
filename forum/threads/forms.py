"""Forms for threads and posts."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, Length, Optional

from forum.core.markup import LONGEST_TEXT
from forum.threads.enums import InterestAnswer, ThreadKind
from forum.topics.queries import TopicRow
from forum.web.forms import DIGITS, Form, OnceForm, one_line, well_formed

PERSONALLY = ""
REPEATED = frozenset({InterestAnswer.PROFILE, InterestAnswer.THREAD})
NOTHING, SOMETHING = "nothing", "something"
LONGEST_INTEREST = 300
LONGEST_SEEN = 1000
TOO_LONG = _l("Shorten your interest to %(max)d characters or fewer")
KIND_LABELS = {
    ThreadKind.QUESTION: _l("Question"),
    ThreadKind.DISCUSSION: _l("Discussion"),
    ThreadKind.GOOD_PRACTICE: _l("Good practice"),
    ThreadKind.ANNOUNCEMENT: _l("Announcement"),
}


def key_or_zero(value: Any) -> int:
    """The key that a choice stands for; 0 for what cannot be one."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else 0


def text_field() -> TextAreaField:
    """A field for the text of a post."""
    return TextAreaField(
        _l("Your post"),
        validators=[
            InputRequired(_l("Write your post")),
            well_formed,
            Length(
                max=LONGEST_TEXT,
                message=_l("Shorten your post to %(limit)s characters", limit=f"{LONGEST_TEXT:,}"),
            ),
        ],
    )


class PostForm(OnceForm):
    """A reply: what is said, and for whom."""

    source = text_field()
    # For whom the author may speak and which answers are possible, the action knows.
    speak_as = RadioField(_l("You are posting"), default=PERSONALLY, validate_choice=False)
    interest = RadioField(_l("Your interest"), choices=(), validate_choice=False)
    interest_text = StringField(
        _l("Your interest in this thread"),
        filters=[one_line],
        validators=[Optional(), well_formed, Length(max=LONGEST_INTEREST, message=TOO_LONG)],
    )
    # Which versions must be accepted, the action knows.
    accept_rules = SelectMultipleField(
        _l("House rules that are new to you"), coerce=key_or_zero, choices=(), validate_choice=False
    )

    def offer_capacities(self, personally: str, organisations: Iterable[tuple[int, str]]) -> None:
        """Let the author choose to speak personally or for one of their organisations."""
        choices = [(str(key), label) for key, label in organisations]
        self.speak_as.choices = [(PERSONALLY, personally), *choices]
        if self.speak_as.data is None:
            self.speak_as.data = PERSONALLY

    def offer_rules(self, rules: Iterable[tuple[int, str, str, str]]) -> None:
        """Let the author accept rules: key, label, what has changed, address."""
        rows = list(rules)
        self.accept_rules.choices = [(key, label) for key, label, _note, _url in rows]
        self.rules_notes = {key: note for key, _label, note, _url in rows}
        self.rules_urls = [url for _key, _label, _note, url in rows]

    def offer_interests(self, choices: Sequence[tuple[str, str]]) -> None:
        """Let the author say what they could gain or lose: answers and labels.

        The first is chosen already when it repeats what was declared before.
        """
        self.interest.choices = choices
        if self.is_submitted():
            return
        if self.interest.data not in dict(choices):
            self.interest.data = choices[0][0] if choices[0][0] in REPEATED else None

    @property
    def interest_answer(self) -> InterestAnswer | None:
        """What the author answered, None for nothing; a text alone is a declaration."""
        if self.interest.data in set(InterestAnswer):
            return InterestAnswer(self.interest.data)
        return InterestAnswer.DECLARE if self.interest_text.data else None

    @property
    def says_interest(self) -> bool:
        """Whether there is something to look at among the answers."""
        answered = self.interest.data and self.interest.data not in REPEATED
        return bool(
            answered or self.interest_text.data or self.interest.errors or self.interest_text.errors
        )

    @property
    def organisation_id(self) -> int | None:
        """The organisation spoken for (0: no possible one), or None."""
        return key_or_zero(self.speak_as.data) if self.speak_as.data else None

    @property
    def draft_choices(self) -> dict[str, Any]:
        """What a draft keeps beside the texts."""
        return {
            "speak_as": self.speak_as.data or "",
            "interest": self.interest.data or "",
            "interest_text": self.interest_text.data or "",
        }


class ThreadForm(PostForm):
    """A new thread."""

    page_order = (
        "title",
        "kind",
        "source",
        "speak_as",
        "interest",
        "interest_text",
        "topics",
        "accept_rules",
    )

    title = StringField(
        _l("Title"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Write a title")),
            well_formed,
            Length(min=10, message=_l("Write a title of at least 10 characters")),
            Length(max=150, message=_l("Shorten the title to 150 characters or fewer")),
        ],
    )
    # The title for which threads like it were shown.
    seen_similar = HiddenField(filters=[one_line], validators=[Length(max=LONGEST_SEEN)])
    kind = RadioField(_l("What kind of thread is this?"), default=ThreadKind.QUESTION.value)
    topics = SelectMultipleField(
        _l("Procurement topics"),
        coerce=int,
        validators=[
            InputRequired(_l("Choose one to five procurement topics")),
            Length(max=5, message=_l("Choose no more than five procurement topics")),
        ],
    )

    def offer_kinds(self, kinds: Sequence[ThreadKind]) -> None:
        """Let the author choose among ``kinds``."""
        self.kind.choices = [(kind.value, KIND_LABELS[kind]) for kind in kinds]

    def offer_topics(self, topics: Sequence[TopicRow]) -> None:
        """Let the author choose among ``topics``; they are also found by their synonyms."""
        self.topics.choices = [(topic.id, topic.name) for topic in topics]
        self.topic_terms = {topic.id: ", ".join(topic.synonyms) for topic in topics}

    @property
    def draft_choices(self) -> dict[str, Any]:
        """What a draft keeps beside the texts."""
        return super().draft_choices | {
            "kind": self.kind.data or "",
            "topics": [topic for topic in self.topics.data or [] if isinstance(topic, int)],
        }


class EditForm(Form):
    """Another text for a post, with the version that it began from."""

    version = HiddenField(validators=[InputRequired()])
    source = text_field()
    note = StringField(
        _l("What did you change?"),
        filters=[one_line],
        validators=[Optional(), well_formed, Length(max=200)],
    )


class ConfirmForm(Form):
    """Yes, do it."""


class InterestForm(Form):
    """A standing declaration of interest."""

    kind = RadioField(
        _l("What do you declare?"),
        choices=[
            SelectChoice(NOTHING, _l("I have nothing to declare")),
            SelectChoice(SOMETHING, _l("I declare an interest")),
        ],
        validators=[InputRequired(_l("Choose what you declare"))],
    )
    text = StringField(
        _l("Your interest"),
        filters=[one_line],
        validators=[Optional(), well_formed, Length(max=LONGEST_INTEREST, message=TOO_LONG)],
    )
    organisation = StringField(
        _l("Organisation that it concerns (optional)"),
        filters=[one_line],
        validators=[
            Optional(),
            well_formed,
            Length(max=120, message=_l("Shorten this to %(max)d characters or fewer")),
        ],
    )

    @property
    def declared(self) -> str | None:
        """The interest; None when there is nothing to declare."""
        return (self.text.data or "") if self.kind.data == SOMETHING else None


class ReadForm(Form):
    """How far a thread has been read."""

    number = IntegerField(validators=[InputRequired()])
