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
from wtforms.validators import InputRequired, Length, Optional

from forum.core.markup import LONGEST_TEXT
from forum.threads.enums import ThreadKind
from forum.topics.queries import TopicRow
from forum.web.forms import DIGITS, Form, OnceForm, one_line, well_formed

PERSONALLY = ""
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
    speak_as = RadioField(_l("You are posting"), default=PERSONALLY, validate_choice=True)
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

    @property
    def organisation_id(self) -> int | None:
        """The organisation spoken for, or None."""
        return int(self.speak_as.data) if self.speak_as.data else None

    @property
    def draft_choices(self) -> dict[str, Any]:
        """What a draft keeps beside the texts."""
        return {"speak_as": self.speak_as.data or ""}


class ThreadForm(PostForm):
    """A new thread."""

    page_order = ("title", "kind", "source", "speak_as", "topics", "accept_rules")

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
        return {
            "speak_as": self.speak_as.data or "",
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


class ReasonForm(Form):
    """Why a moderator does something."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason; the author will read it")),
            well_formed,
            Length(max=1000, message=_l("Shorten the reason to 1,000 characters")),
        ],
    )


class ConfirmForm(Form):
    """Yes, do it."""


class ReadForm(Form):
    """How far a thread has been read."""

    number = IntegerField(validators=[InputRequired()])
