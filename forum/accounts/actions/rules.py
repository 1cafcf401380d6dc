"""New versions of the house rules, and members who accept them."""

from collections.abc import Collection

from forum.accounts import policy, queries
from forum.accounts.models import Account, HouseRules, RulesAcceptance
from forum.core import audit, clock, markup
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action

LONGEST_NOTE = 500
HIGHEST_CLAUSE = 999


@action
def publish_rules(actor: Actor, *, version: int, source: str, change_note: str) -> HouseRules:
    """Publish the next version of the rules that hold everywhere.

    ``version`` is the one that the actor began from. Raises Conflict when there is a newer one,
    Invalid for texts that cannot be accepted.
    """
    ensure(policy.can_administer(actor))
    if not source.strip():
        raise Invalid("Write the house rules", field="source")
    rules = next_rules(
        actor, centre_id=None, version=version, source=source, change_note=change_note
    )
    audit.record(actor, "rules.publish", rules, version=rules.version)
    return rules


def next_rules(
    actor: Actor, *, centre_id: int | None, version: int, source: str, change_note: str
) -> HouseRules:
    """Store a version of the rules within an action; ``centre_id`` None: those of the site.

    ``version`` is the one before (0: there was none). Raises Conflict when there is a newer
    one, Invalid for texts that cannot be accepted.
    """
    present = queries.current_rules(centre_id)
    if (present.version if present else 0) != version:
        raise Conflict("Somebody published other rules while you were writing.")
    source = check_rules(source)
    if source == (present.source if present else ""):
        raise Invalid("You have not changed the rules", field="source")
    rules = HouseRules(
        centre_id=centre_id,
        version=version + 1,
        source=source,
        html=markup.render(source),
        change_note=accept_paragraphs(
            change_note,
            field="change_note",
            longest=LONGEST_NOTE,
            missing="Say what has changed and why",
        ),
        published_at=clock.now(),
        published_by=actor.actor_id,
    )
    db.session.add(rules)
    db.session.flush()
    return rules


def check_rules(source: str) -> str:
    """The text of rules as it is stored; an empty one stands for no rules.

    Raises Invalid unless it numbers at least one clause, each once, and none is empty.
    """
    source = accept_paragraphs(source, field="source", longest=markup.LONGEST_TEXT)
    items = markup.numbered_items(source)
    if source and not items:
        raise Invalid(
            "Write the clauses as a numbered list, each on a line that begins like 1.",
            field="source",
        )
    seen: set[int] = set()
    for item in items:
        if not (item.title or item.text):
            raise Invalid(f"Clause {item.number} is empty", field="source")
        if item.number in seen:
            raise Invalid(f"There are two clauses {item.number}. Number them on.", field="source")
        if item.number > HIGHEST_CLAUSE:
            raise Invalid(f"Number the clauses up to {HIGHEST_CLAUSE}", field="source")
        seen.add(item.number)
    return source


def accept_new_rules(account: Account, centre_id: int, *, accepted: Collection[int]) -> None:
    """Within an action, note that the member accepts the newest rules that hold in the centre.

    ``accepted`` are identifiers of the versions that the member has ticked. Raises Invalid, for
    the field ``accept_rules``, when one that is new to the member is missing.
    """
    new = queries.rules_to_accept(account.id, centre_id)
    if any(rules.id not in accepted for rules in new):
        raise Invalid("Read the house rules and accept them to post", field="accept_rules")
    now = clock.now()
    db.session.add_all(
        RulesAcceptance(account_id=account.id, rules_id=rules.id, accepted_at=now) for rules in new
    )
