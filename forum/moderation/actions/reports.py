"""Reports of posts, by members and visitors, and what several of them do at once."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import Ruling, note_event
from forum.moderation.actions.items import open_item_of
from forum.moderation.actions.log import hold_log
from forum.moderation.actions.posts import hide_until_reviewed
from forum.moderation.enums import ItemEventKind, ItemKind, ReportOutcome, ReportReason
from forum.moderation.models import Report
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


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody reports: why, what else the moderators should know, by which sent form."""

    reason: ReportReason
    note: str
    submission_id: str


@action
def report_post(
    actor: Actor, post: Post, *, reason: str, note: str, submission_id: str = ""
) -> Report:
    """Ask the moderators of the centre to look at a post that the actor can read.

    Sending the same form again gives the report of the first time. Raises Invalid when the actor
    has reported the post already and nobody has decided yet, when the reason is none, or when a
    note is missing that "other" needs.
    """
    ensure(policy.can_report(actor, post))
    why = _accept_reason(reason)
    missing = "Say what is wrong with the post" if why is ReportReason.OTHER else ""
    note = accept_paragraphs(note, field="note", longest=LONGEST_NOTE, missing=missing)
    wording = Wording(why, note, submission_id)
    with db.session.begin_nested() as attempt:
        report = _report(actor, post.id, wording)
        if not _hiding_clause(report):
            return report
        # What hides a post is a decision: the log has to be held before post and item.
        attempt.rollback()
    hold_log()
    report = _report(actor, post.id, wording)
    if clause := _hiding_clause(report):
        ruling = Ruling(clause=clause, reason=HIDDEN_BY_SITE)
        hide_until_reviewed(report.post, report.item, ruling)
    return report


def _report(actor: Actor, post_id: int, wording: Wording) -> Report:
    """The report, written down, with the post and its item held."""
    post = threads.hold_post(post_id)
    if earlier := queries.find_report(post_id, wording.submission_id):
        return earlier
    ensure(policy.can_report(actor, post))
    weight = queries.weight_of(actor)
    reasons = [{"why": str(wording.reason)}]
    item = open_item_of(actor, post, ItemKind.REPORT, reasons=reasons, score=weight)
    if queries.has_reported(actor, item):
        raise Invalid("You have reported this post already. A moderator will look at it.")
    report = Report(
        item=item,
        post=post,
        reporter_id=actor.actor_id,
        round=item.times_opened,
        reference=new_reference(),
        reason=wording.reason,
        note=wording.note,
        weight=weight,
        created_at=clock.now(),
        outcome=ReportOutcome.OPEN,
        submission_id=wording.submission_id,
    )
    db.session.add(report)
    note_event(actor, item, ItemEventKind.REPORTED, str(wording.reason))
    audit.record(actor, "post.report", report, centre_id=item.centre_id)
    db.session.flush()
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


def _hiding_clause(report: Report) -> str:
    """The clause under which the reports hide the post until it is reviewed; "": they do not.

    Enough established members have to report it. Never where nobody could review it, and never
    what staff of the centre wrote: the queue shows it to their colleagues, and a few members
    cannot silence a centre.
    """
    post, item = report.post, report.item
    reasons = queries.weighty_reasons(item)
    if len(reasons) < HIDING_REPORTS or post.state is not PostState.VISIBLE:
        return ""
    if queries.is_staff_of(post.author_id, item.centre_id):
        return ""
    if not queries.has_staff(item.centre_id, beside=post.author_id):
        return ""
    return clause_for(item.centre_id, reasons)


def clause_for(centre_id: int, reasons: Sequence[ReportReason]) -> str:
    """The clause in force that fits the commonest of the reasons, as a ruling names it.

    Where none does it is the first clause; "" when there are no rules at all.
    """
    commonest = Counter(reasons).most_common(1)[0][0]
    choices = queries.clauses_for(centre_id, [commonest])
    fitting = [choice.value for choice in choices if choice.is_suggested]
    return next(iter([*fitting, *(choice.value for choice in choices)]), "")
