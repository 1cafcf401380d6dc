"""Reports of posts, by members and visitors, and what several of them do at once."""

import secrets
from collections import Counter
from collections.abc import Sequence

from forum.accounts import queries as accounts
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import Ruling, note_event
from forum.moderation.actions.items import Opening, open_item
from forum.moderation.actions.posts import hide_until_reviewed
from forum.moderation.enums import ItemEventKind, ItemKind, ReportOutcome, ReportReason
from forum.moderation.models import Report, ReviewItem
from forum.threads import queries as threads
from forum.threads.enums import PostState
from forum.threads.models import Post

LONGEST_NOTE = 1_000
# Without letters and digits that are mistaken for each other: 32 signs, five bits each.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# So many established members hide a post until a moderator has looked at it.
HIDING_REPORTS = 3
HIDDEN_BY_SITE = (
    "Several members have reported this post. It is hidden until a moderator has looked at it."
)
# The clause of the site's rules that fits a reason, by its title.
CLAUSES = {
    ReportReason.PERSONAL_ATTACK: "Be civil",
    ReportReason.OFF_TOPIC: "Keep to the subject",
    ReportReason.ADVERTISING: "Do not advertise",
    ReportReason.CONFIDENTIAL: "Keep confidences",
    ReportReason.LIVE_TENDER: "Leave live tenders to their own route",
    ReportReason.PERSONAL_DATA: "Protect people",
    ReportReason.SPAM: "No spam",
    ReportReason.ILLEGAL: "Stay within the law",
}


@action
def report_post(actor: Actor, post: Post, *, reason: str, note: str) -> Report:
    """Ask the moderators of the centre to look at a post that the actor can read.

    Raises Invalid when the actor has reported it already and nobody has decided yet, when the
    reason is none, or when a note is missing that "other" needs.
    """
    ensure(policy.can_report(actor, post))
    why = _accept_reason(reason)
    missing = "Say what is wrong with the post" if why is ReportReason.OTHER else ""
    note = accept_paragraphs(note, field="note", longest=LONGEST_NOTE, missing=missing)
    weight = queries.weight_of(actor)
    item = _open(actor, post, why, weight)
    if queries.has_reported(actor, item):
        raise Invalid("You have reported this post already. A moderator will look at it.")
    post = threads.hold_post(post.id)
    ensure(policy.can_report(actor, post))
    report = Report(
        item=item,
        post=post,
        reporter_id=actor.actor_id,
        round=item.times_opened,
        reference=new_reference(),
        reason=why,
        note=note,
        weight=weight,
        created_at=clock.now(),
        outcome=ReportOutcome.OPEN,
    )
    db.session.add(report)
    note_event(actor, item, ItemEventKind.REPORTED, str(why))
    audit.record(actor, "post.report", report, centre_id=item.centre_id)
    db.session.flush()
    _hide_if_many(post, item)
    return report


def new_reference() -> str:
    """A reference such as RT-7F3K-29QM: 40 random bits, which nobody guesses."""
    signs = [secrets.choice(ALPHABET) for _ in range(8)]
    return f"RT-{''.join(signs[:4])}-{''.join(signs[4:])}"


def _accept_reason(reason: str) -> ReportReason:
    try:
        return ReportReason(reason)
    except ValueError:
        raise Invalid("Choose what is wrong with the post", field="reason") from None


def _open(actor: Actor, post: Post, why: ReportReason, weight: int) -> ReviewItem:
    return open_item(
        actor,
        Opening(
            kind=ItemKind.REPORT,
            target_type="post",
            target_id=post.id,
            centre_id=post.thread.centre_id,
            post_id=post.id,
            author_id=post.author_id,
            reasons=({"why": str(why)},),
            score=weight,
        ),
    )


def _hide_if_many(post: Post, item: ReviewItem) -> None:
    """Hide the post when enough established members reported it, until it is reviewed.

    Never where nobody could review it, and never what staff of the centre wrote: the queue
    shows it to their colleagues, and a few members cannot silence a centre.
    """
    reasons = queries.weighty_reasons(item)
    if len(reasons) < HIDING_REPORTS or post.state is not PostState.VISIBLE:
        return
    if queries.is_staff_of(post.author_id, item.centre_id):
        return
    if not queries.has_staff(item.centre_id, beside=post.author_id):
        return
    clause = clause_for(item.centre_id, reasons)
    if clause:
        hide_until_reviewed(post, item, Ruling(clause=clause, reason=HIDDEN_BY_SITE))


def clause_for(centre_id: int, reasons: Sequence[ReportReason]) -> str:
    """The clause in force that fits the commonest of the reasons, as a ruling names it.

    Without one of that title it is the first clause; "" when there are no rules at all.
    """
    in_force = accounts.rules_in_force(centre_id)
    if not in_force or not in_force[0].clauses:
        return ""
    rules, clauses = in_force[0].rules, in_force[0].clauses
    commonest = Counter(reasons).most_common(1)[0][0]
    title = CLAUSES.get(commonest, "").casefold()
    fitting = [clause for clause in clauses if clause.title.casefold() == title]
    return f"{rules.id}:{(fitting or clauses)[0].number}"
