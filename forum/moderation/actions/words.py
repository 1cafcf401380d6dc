"""The watched words of a centre and of all: added, changed, removed, tried."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from forum.core import audit, clock, markup
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.texts import accept_line
from forum.core.transactions import action
from forum.moderation import policy, queries
from forum.moderation.enums import WordEffect
from forum.moderation.models import WatchedWord
from forum.moderation.queries.matching import Watched, pattern_of

LONGEST_PHRASE = 80
LONGEST_MESSAGE = 300
MOST_WORDS = 500
# Fewer letters before a * would catch a good part of the language.
SHORTEST_BEGINNING = 3
MISSING = "Enter a word or a phrase"


@dataclass(frozen=True, slots=True)
class Wording:
    """A phrase as somebody typed it, what it does, and the message where it refuses a post."""

    phrase: str
    effect: WordEffect
    message: str = ""


@action
def add_word(actor: Actor, centre_id: int | None, wording: Wording) -> WatchedWord:
    """Put a phrase on the list of the centre (None: of all).

    Raises Invalid for a phrase that cannot be used or is on the list, or when the list is full.
    """
    ensure(policy.can_watch(actor, centre_id))
    accepted = accept_wording(wording)
    _ensure_new(centre_id, accepted.phrase, word=None)
    count = select(func.count()).where(WatchedWord.centre_id == centre_id)
    if (db.session.scalar(count) or 0) >= MOST_WORDS:
        raise Invalid(f"The list is full: it holds {MOST_WORDS} phrases", field="phrase")
    word = WatchedWord(
        centre_id=centre_id,
        phrase=accepted.phrase,
        effect=accepted.effect,
        message=accepted.message,
        created_at=clock.now(),
        created_by=actor.actor_id,
    )
    db.session.add(word)
    _record(actor, "word.add", word)
    return word


@action
def change_word(actor: Actor, word: WatchedWord, wording: Wording, *, version: int) -> WatchedWord:
    """Change a phrase, what it does or its message.

    Raises Conflict when it is no longer at ``version``, Invalid as ``add_word`` does.
    """
    ensure(policy.can_watch(actor, word.centre_id))
    if word.version != version:
        raise Conflict("Somebody changed this phrase while you were writing.")
    accepted = accept_wording(wording)
    _ensure_new(word.centre_id, accepted.phrase, word=word)
    word.phrase, word.effect, word.message = accepted.phrase, accepted.effect, accepted.message
    _record(actor, "word.change", word)
    return word


@action
def remove_word(actor: Actor, word: WatchedWord) -> None:
    """Take a phrase off its list."""
    ensure(policy.can_watch(actor, word.centre_id))
    _record(actor, "word.remove", word)
    db.session.delete(word)


def try_words(
    actor: Actor,
    centre_id: int | None,
    wording: Wording,
    *,
    sample: str,
    instead_of: str = "",
) -> Sequence[Watched]:
    """What a post with the text ``sample`` would be found to hold; stores nothing.

    Looked for are the words in force and, as if it were on the list, ``wording`` (in the place
    of the phrase ``instead_of``) unless its phrase is empty. Raises Invalid for a phrase or a
    sample that cannot be used.
    """
    ensure(policy.can_watch(actor, centre_id))
    words = queries.words_in_force(centre_id)
    if wording.phrase.strip():
        new = accept_wording(wording)
        others = [word for word in words if word.phrase not in {new.phrase, instead_of}]
        words = (*others, Watched(new.phrase, new.effect, new.message))
    if not sample.strip():
        raise Invalid("Enter a text to try the words on", field="sample")
    try:
        source = markup.clean_source(sample)
    except Invalid as error:
        raise Invalid(error.message, field="sample") from error
    rendered = markup.render(source)
    return queries.match_words(words, title="", source=source, rendered=rendered).text


def accept_wording(wording: Wording) -> Wording:
    """The wording as it is stored: in lower case, a ``*`` only at its end.

    Raises Invalid for ``phrase`` or ``message``.
    """
    even = unicodedata.normalize("NFKC", wording.phrase).lower()
    phrase = accept_line(even, field="phrase", longest=LONGEST_PHRASE, missing=MISSING)
    phrase = re.sub(r"\s+\*$", "*", phrase)
    if "*" in phrase[:-1]:
        raise Invalid("Put the * at the end only: it stands for any ending", field="phrase")
    pattern = pattern_of(phrase)
    if not pattern:
        raise Invalid(MISSING, field="phrase")
    if phrase.endswith("*") and len(pattern.strip()) < SHORTEST_BEGINNING:
        raise Invalid(
            f"Enter at least {SHORTEST_BEGINNING} letters or digits before the *", field="phrase"
        )
    is_block = wording.effect is WordEffect.BLOCK
    message = accept_line(
        wording.message,
        field="message",
        longest=LONGEST_MESSAGE,
        missing="Say what the author reads instead" if is_block else "",
    )
    return Wording(phrase, wording.effect, message if is_block else "")


def _ensure_new(centre_id: int | None, phrase: str, *, word: WatchedWord | None) -> None:
    same = select(WatchedWord.id).where(
        WatchedWord.centre_id == centre_id, WatchedWord.phrase == phrase
    )
    if db.session.scalar(same) not in {None, word.id if word else None}:
        raise Invalid("This is on the list already.", field="phrase")


def _record(actor: Actor, tag: str, word: WatchedWord) -> None:
    db.session.flush()
    audit.record(
        actor,
        tag,
        word,
        centre_id=word.centre_id,
        phrase=word.phrase,
        effect=word.effect.value,
        message=word.message,
    )
