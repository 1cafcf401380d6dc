"""What managers change of their centre, and the import of councils."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import select

from forum.accounts.actions import next_rules
from forum.accounts.models import HouseRules
from forum.centres import policy
from forum.centres.enums import Holding
from forum.centres.models import Centre, Council
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.texts import accept_line, accept_paragraphs
from forum.core.transactions import action

LONGEST_HOST = 120
LONGEST_HOSTING = 1000
LONGEST_DESCRIPTION = 1000
LONGEST_WINDOW_HOURS = 720
MOST_HELD_POSTS = 20
# Fewer than four weeks need a second manager wherever it is.
FEWEST_WEEKS, MOST_WEEKS = 4, 26


@dataclass(frozen=True, slots=True)
class CouncilFacts:
    """A council as imported; ``region`` is an ONS code such as E12000001."""

    gss_code: str
    name: str
    short_name: str
    kind: str
    region: str


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did."""

    added: int
    changed: int
    removed: int
    unchanged: int


@action
def edit_centre(
    actor: Actor,
    centre: Centre,
    *,
    version: int,
    host: str,
    hosting: str,
    description: str,
    edit_window_hours: int,
    holding: Holding,
    held_posts: int,
    consultation_weeks: int,
) -> Centre:
    """Change what the centre says of itself and its policies.

    They are how long posts may be edited, whose wait, and how long consultations are open.

    Raises Conflict when the centre is no longer at ``version``, Invalid for values that
    cannot be accepted.
    """
    ensure(policy.can_edit(actor, centre))
    if centre.version != version:
        raise Conflict("Somebody changed this centre while you were writing.")
    centre.host = accept_line(
        host, field="host", longest=LONGEST_HOST, missing="Enter the host council"
    )
    centre.hosting = accept_paragraphs(
        hosting, field="hosting", longest=LONGEST_HOSTING, missing="Say what hosting means"
    )
    centre.description = accept_paragraphs(
        description,
        field="description",
        longest=LONGEST_DESCRIPTION,
        missing="Enter a description",
    )
    _set_window(centre, edit_window_hours)
    _set_holding(actor, centre, holding, held_posts)
    _set_weeks(actor, centre, consultation_weeks)
    audit.record(actor, "centre.edit", centre, centre_id=centre.id)
    return centre


def _set_window(centre: Centre, hours: int) -> None:
    if not 0 <= hours <= LONGEST_WINDOW_HOURS:
        raise Invalid(
            f"Enter a whole number of hours from 0 to {LONGEST_WINDOW_HOURS}",
            field="edit_window_hours",
        )
    centre.edit_window_hours = hours


def _set_weeks(actor: Actor, centre: Centre, weeks: int) -> None:
    """What is announced keeps the weeks that were usual then."""
    if not FEWEST_WEEKS <= weeks <= MOST_WEEKS:
        raise Invalid(
            f"Enter a whole number of weeks from {FEWEST_WEEKS} to {MOST_WEEKS}",
            field="consultation_weeks",
        )
    before = centre.consultation_weeks
    if before == weeks:
        return
    centre.consultation_weeks = weeks
    audit.record(
        actor,
        "centre.change-consultation-weeks",
        centre,
        centre_id=centre.id,
        weeks=weeks,
        before=before,
    )


def _set_holding(actor: Actor, centre: Centre, holding: Holding, held_posts: int) -> None:
    if not 1 <= held_posts <= MOST_HELD_POSTS:
        raise Invalid(
            f"Enter a whole number of posts from 1 to {MOST_HELD_POSTS}", field="held_posts"
        )
    before = (centre.holding, centre.held_posts)
    if before == (holding, held_posts):
        return
    centre.holding, centre.held_posts = holding, held_posts
    audit.record(
        actor,
        "centre.change-holding",
        centre,
        centre_id=centre.id,
        holding=holding.value,
        held_posts=held_posts,
        before={"holding": before[0].value, "held_posts": before[1]},
    )


@action
def publish_rules(
    actor: Actor, centre: Centre, *, version: int, source: str, change_note: str
) -> HouseRules:
    """Publish the next version of the rules that the centre adds; an empty text adds none.

    ``version`` is the one that the actor began from (0: there were none). Raises Conflict when
    there is a newer one, Invalid for texts that cannot be accepted.
    """
    ensure(policy.can_edit(actor, centre))
    rules = next_rules(
        actor, centre_id=centre.id, version=version, source=source, change_note=change_note
    )
    audit.record(actor, "centre.publish-rules", rules, centre_id=centre.id, version=rules.version)
    return rules


@action
def import_councils(facts: Iterable[CouncilFacts]) -> ImportCounts:
    """Make the councils those of ``facts``, told apart by their GSS codes.

    Raises Invalid when a region is not that of a centre; nothing is changed then.
    """
    centres = {str(centre.region): centre for centre in db.session.scalars(select(Centre))}
    present = {council.gss_code: council for council in db.session.scalars(select(Council))}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for fact in facts:
        if fact.region not in centres:
            raise Invalid(f"{fact.region} is not the region of a centre.")
        council = present.pop(fact.gss_code, None)
        counts[_store(council, fact, centres[fact.region])] += 1
    for council in present.values():
        db.session.delete(council)
    result = ImportCounts(removed=len(present), **counts)
    for centre in centres.values():
        audit.record(None, "councils.import", centre, centre_id=centre.id, counts=asdict(result))
    return result


def _store(council: Council | None, fact: CouncilFacts, centre: Centre) -> str:
    values = {
        "name": fact.name,
        "short_name": fact.short_name,
        "kind": fact.kind,
        "centre_id": centre.id,
    }
    if council is None:
        db.session.add(Council(gss_code=fact.gss_code, updated_at=clock.now(), **values))
        return "added"
    if all(getattr(council, name) == value for name, value in values.items()):
        return "unchanged"
    for name, value in values.items():
        setattr(council, name, value)
    council.updated_at = clock.now()
    return "changed"
