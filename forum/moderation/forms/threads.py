"""Forms for decisions about threads."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from forum.moderation.forms.ruling import (
    LondonTimeField,
    RestrictionForm,
    RulingForm,
    reason_field,
)
from forum.threads.enums import ThreadHold
from forum.topics.queries import TopicRow
from forum.web.forms import one_line, well_formed

LONGEST_PAUSE = 24 * 60
THREAD_ADDRESS = re.compile(r"^(?:\S*/threads/)?([0-9]{1,15})(?:[/?#]\S*)?$")
WHY_HELD = {
    ThreadHold.SENSITIVE: _l("The subject is sensitive"),
    ThreadHold.SLOW: _l("The debate is heated"),
    ThreadHold.LIVE_TENDER: _l("It is about a procurement that is under way"),
}


class TopicsField(SelectMultipleField):
    """One to five procurement topics, also found by their synonyms (``terms``)."""

    terms: Mapping[int, str] = MappingProxyType({})

    def offer(self, topics: Sequence[TopicRow]) -> None:
        """Let the moderator choose among ``topics``."""
        self.choices = [(topic.id, topic.name) for topic in topics]
        self.terms = {topic.id: ", ".join(topic.synonyms) for topic in topics}


def topics_field() -> TopicsField:
    """A field for one to five procurement topics."""
    return TopicsField(
        _l("Procurement topics"),
        coerce=int,
        validators=[
            InputRequired(_l("Choose one to five procurement topics")),
            Length(max=5, message=_l("Choose no more than five procurement topics")),
        ],
    )


class LockForm(RestrictionForm):
    """Why nobody but moderators may reply, and until when."""

    page_order = ("clause", "reason", "until", "staff_note")
    until = LondonTimeField(_l("Locked until"))


class PinForm(RulingForm):
    """How long a thread stands above the others."""

    page_order = ("until", "clause", "reason", "staff_note")
    reason = reason_field(needed=False)
    until = LondonTimeField(_l("Pinned until"))


class SlowThreadForm(RulingForm):
    """How long a member waits between two posts in the thread."""

    page_order = ("minutes", "until", "clause", "reason", "staff_note")
    minutes = IntegerField(
        _l("Minutes between two posts of the same member"),
        validators=[
            InputRequired(_l("Enter a number of minutes")),
            NumberRange(
                min=0, max=LONGEST_PAUSE, message=_l("Enter a number of minutes from 0 to 1,440")
            ),
        ],
    )
    until = LondonTimeField(_l("Slow mode until"))


class HoldForm(RulingForm):
    """Why posts of the thread wait for a moderator."""

    page_order = ("why", "until", "clause", "reason", "staff_note")
    why = RadioField(_l("Why should posts wait?"))
    until = LondonTimeField(_l("Posts wait until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = [(why.value, label) for why, label in WHY_HELD.items()]
        self.why.choices = [*reasons, ("", _l("They need not wait any more"))]

    @property
    def hold(self) -> ThreadHold | None:
        """Why posts wait; None when they need not."""
        return ThreadHold(self.why.data) if self.why.data else None


class MoveForm(RulingForm):
    """To which board a thread goes."""

    page_order = ("board", "clause", "reason", "staff_note")
    board = SelectField(_l("Board"), coerce=int, validators=[InputRequired(_l("Choose a board"))])

    def offer_boards(self, boards: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        """Let the moderator choose among boards, by centre."""
        self.board.choices = {centre: list(of_centre) for centre, of_centre in boards.items()}


class MergeForm(RulingForm):
    """Into which thread another goes."""

    page_order = ("into", "clause", "reason", "staff_note")
    into = StringField(
        _l("Address or number of the other thread"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Enter the address of the thread that the posts go to")),
            well_formed,
            Regexp(THREAD_ADDRESS, message=_l("Enter the address of a thread, or its number")),
        ],
    )

    @property
    def into_id(self) -> int:
        """The number of the other thread; only when the form is acceptable."""
        found = THREAD_ADDRESS.match(self.into.data or "")
        return int(found[1]) if found else 0


class SplitForm(RulingForm):
    """Which posts go to a new thread, and what it is called."""

    page_order = ("posts", "title", "topics", "clause", "reason", "staff_note")
    posts = SelectMultipleField(
        _l("Posts to split off"),
        coerce=int,
        validators=[InputRequired(_l("Choose the posts to split off"))],
    )
    title = StringField(
        _l("Title of the new thread"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Write a title")),
            well_formed,
            Length(min=10, message=_l("Write a title of at least 10 characters")),
            Length(max=150, message=_l("Shorten the title to 150 characters or fewer")),
        ],
    )
    topics = topics_field()

    def offer(self, posts: Sequence[tuple[int, str]], topics: Sequence[TopicRow]) -> None:
        """Let the moderator choose among the replies and the topics."""
        self.posts.choices = list(posts)
        self.topics.offer(topics)


class TopicsForm(RulingForm):
    """What a thread is about."""

    page_order = ("topics", "clause", "reason", "staff_note")
    topics = topics_field()
