"""Makers of what moderation is about: rulings, posts that wait, items of the queue."""

from sqlalchemy import text as sql

from forum.accounts import queries as accounts
from forum.core import clock
from forum.core.db import db
from forum.moderation.actions import Ruling
from forum.moderation.actions.items import Opening, open_item
from forum.moderation.actions.log import Public, append_entry
from forum.moderation.enums import DecisionKind, ItemKind, Seat, WordEffect
from forum.moderation.models import Decision, ItemEvent, LogEntry, ReviewItem, WatchedWord
from tests import factories

REASON = "This sells a service. Tell instead what you have learnt from offering it."


def clause(number=3, *, centre=None):
    """The value of a clause of the house rules in force, as a form sends it."""
    place = centre or factories.get_centre()
    rules = accounts.rules_in_force(place.id)[0].rules
    return f"{rules.id}:{number}"


def ruling(reason=REASON, **fields):
    """A ruling with clause 3 of the house rules, "Do not advertise"."""
    return Ruling(**{"clause": clause(), "reason": reason, **fields})


def moderator(centre="north-east", **fields):
    """A moderator of a centre (default North East)."""
    return factories.make_account(role="moderator", centre=factories.get_centre(centre), **fields)


def manager(centre="north-east", **fields):
    """A manager of a centre (default North East)."""
    return factories.make_account(role="manager", centre=factories.get_centre(centre), **fields)


def held_post(*, author=None, thread=None, text="Buy our excellent forms.", **fields):
    """A reply that waits, with its item."""
    post = factories.make_post(
        thread or factories.make_thread(),
        author,
        text=text,
        state="pending",
        holds=[{"why": "new-member", "first": 3}],
        **fields,
    )
    return post, queue(post)


def queue(post, kind=ItemKind.PENDING_POST, **fields):
    """The item of a post, opened now."""
    item = open_item(
        None,
        Opening(
            kind=kind,
            target_type="post",
            target_id=post.id,
            centre_id=post.thread.centre_id,
            post_id=post.id,
            author_id=post.author_id,
            **{"reasons": tuple(post.holds), **fields},
        ),
    )
    factories.commit()
    return item


def reported_post(**fields):
    """A post that can be read and was reported, with its item."""
    post = factories.make_post(factories.make_thread(), **fields)
    return post, queue(post, ItemKind.REPORT, score=100)


def decisions():
    """All decisions, the oldest first."""
    return db.session.query(Decision).order_by(Decision.id).all()


def entries():
    """The public log, the oldest entry first."""
    return db.session.query(LogEntry).order_by(LogEntry.number).all()


def events(item):
    """What happened to the item, in words."""
    rows = db.session.query(ItemEvent).filter_by(item_id=item.id).order_by(ItemEvent.id)
    return [str(row.what) for row in rows]


def items():
    """All items of the queue."""
    return db.session.query(ReviewItem).order_by(ReviewItem.id).all()


def enter(action=DecisionKind.HIDE, *, centre="north-east", seat=Seat.MODERATOR, **fields):
    """An entry of the public log alone, without a decision; ``centre`` "" for the whole site."""
    place = factories.get_centre(centre) if centre else None
    public = Public(
        **{
            "action": action,
            "seat": seat,
            "centre": centre or None,
            "target": {"type": "post", "path": "/posts/1/"},
            "rules": {
                "of": "site",
                "version": 2,
                "clause": "3",
                "title": "Do not advertise",
            },
            "reason": REASON,
            **fields,
        }
    )
    return append_entry(public, centre_id=place.id if place else None)


def enter_many(count, **fields):
    """So many entries of the public log."""
    made = [enter(**fields) for _ in range(count)]
    factories.commit()
    return made


def free_log():
    """Take away what keeps the log from being changed, as somebody with the database's keys can."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(sql("DROP TRIGGER log_entry_no_update"))
        db.session.execute(sql("DROP TRIGGER log_entry_no_delete"))
    else:
        db.session.execute(sql("DROP TRIGGER log_entry_no_change ON log_entry"))


def tamper(statement, **values):
    """Change the log behind everybody's back."""
    free_log()
    db.session.execute(sql(statement), values)
    factories.commit()
    db.session.expire_all()


def watched_word(phrase, *, centre=None, effect="hold", message=""):
    """A watched phrase of ``centre``, or of all."""
    word = WatchedWord(
        centre=centre,
        phrase=phrase,
        effect=WordEffect(effect),
        message=message,
        created_at=clock.now(),
    )
    db.session.add(word)
    factories.commit()
    return word
