"""Reads of the watched words, and what they find in a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.moderation import policy
from forum.moderation.models import WatchedWord
from forum.moderation.queries.matching import Watched, fold_line, fold_post, matcher_of

FOR_ALL = "all"


@dataclass(frozen=True, slots=True)
class WordList:
    """A list of watched words: that of a centre, or the one for all (``centre_id`` None)."""

    slug: str
    name: str
    centre_id: int | None

    @property
    def path(self) -> str:
        """Address of the list."""
        return f"/moderation/words/?centre={self.slug}"


@dataclass(frozen=True, slots=True)
class Found:
    """The watched words in a title and in the text below it."""

    title: Sequence[Watched] = ()
    text: Sequence[Watched] = ()


ALL = WordList(slug=FOR_ALL, name="All centres", centre_id=None)


def list_of(word: WatchedWord) -> WordList:
    """The list that the word stands on."""
    centre = word.centre
    return WordList(centre.slug, centre.name, centre.id) if centre else ALL


def word_lists(actor: Actor) -> Sequence[WordList]:
    """The lists that the actor may read: of their centres, then the one for all."""
    places = select(Centre).order_by(Centre.region)
    if not actor.is_admin:
        places = places.where(Centre.id.in_(sorted(actor.moderated_centres)))
    own = [WordList(place.slug, place.name, place.id) for place in db.session.scalars(places)]
    return [*own, ALL] if own else []


def get_word(actor: Actor, word_id: int) -> WatchedWord:
    """The watched word with its centre; raises NotFound for what the actor may not change."""
    word = db.session.scalar(
        select(WatchedWord).options(joinedload(WatchedWord.centre)).where(WatchedWord.id == word_id)
    )
    if word is None or not policy.can_watch(actor, word.centre_id):
        raise NotFound("There is no such phrase on your lists.")
    return word


def words_of(centre_id: int | None) -> Sequence[WatchedWord]:
    """The words of one list, by phrase."""
    return db.session.scalars(
        select(WatchedWord)
        .where(WatchedWord.centre_id == centre_id)
        .order_by(WatchedWord.phrase, WatchedWord.id)
    ).all()


def words_in_force(centre_id: int | None) -> tuple[Watched, ...]:
    """What is looked for in posts of the centre: its own words and those for all."""
    rows = db.session.execute(
        select(WatchedWord.phrase, WatchedWord.effect, WatchedWord.message)
        .where(holds_in(centre_id))
        .order_by(WatchedWord.id)
    )
    return tuple(Watched(*row) for row in rows)


def holds_in(centre_id: int | ColumnElement[Any] | None) -> ColumnElement[bool]:
    """Condition for the words that hold in the centre."""
    return or_(WatchedWord.centre_id == centre_id, WatchedWord.centre_id.is_(None))


def match_words(words: tuple[Watched, ...], *, title: str, source: str, rendered: str) -> Found:
    """Which of ``words`` the title, and the text with its ``rendered`` HTML, hold."""
    matcher = matcher_of(words)
    return Found(
        title=matcher.find(fold_line(title)) if title else (),
        text=matcher.find(fold_post(source, rendered)),
    )
