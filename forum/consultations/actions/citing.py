"""Posts of the debate, taken as evidence."""

from sqlalchemy import func, select

from forum.consultations import queries
from forum.consultations.events import PostCited
from forum.consultations.models import Citation, Consultation
from forum.consultations.policy import analysis as policy
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action, explain
from forum.threads.actions.citing import hold_posts, put_citations
from forum.threads.models import Post

LONGEST_NOTE = 1_000
MOST_CITATIONS = 100

explain("uq_citation_consultation_id_post_id", "This post is cited there already.", field="post")


@action
def cite_post(
    actor: Actor, consultation: Consultation, post: Post, *, theme_id: int | None, note: str
) -> Citation:
    """Take a post as evidence, perhaps for a theme; the ``note`` is public. Its author is told.

    Raises Invalid for a theme that there is not, a note that is too long, or a post that is
    cited already.
    """
    ensure(policy.can_cite(actor, consultation, clock.now()))
    ensure(policy.can_be_cited(post))
    cited = select(func.count()).where(Citation.consultation_id == consultation.id)
    if (db.session.scalar(cited) or 0) >= MOST_CITATIONS:
        raise Invalid(f"{MOST_CITATIONS} posts are cited already. Take one back first")
    citation = Citation(
        consultation_id=consultation.id,
        post_id=post.id,
        theme_id=known_theme(consultation, theme_id),
        note=_note(note),
        cited_at=clock.now(),
        cited_by=actor.actor_id,
    )
    db.session.add(citation)
    _record(actor, "citation.add", consultation, citation)
    _tell_posts([post.id])
    emit(PostCited(citation.id))
    return citation


@action
def edit_citation(
    actor: Actor, consultation: Consultation, citation: Citation, *, theme_id: int | None, note: str
) -> None:
    """Give a citation another theme and note; raises Invalid as ``cite_post`` does."""
    ensure(policy.can_cite(actor, consultation, clock.now()))
    citation.theme_id = known_theme(consultation, theme_id)
    citation.note = _note(note)
    _record(actor, "citation.edit", consultation, citation)


@action
def take_back_citation(actor: Actor, consultation: Consultation, citation: Citation) -> None:
    """No longer take the post as evidence."""
    ensure(policy.can_cite(actor, consultation, clock.now()))
    _record(actor, "citation.remove", consultation, citation)
    db.session.delete(citation)
    _tell_posts([citation.post_id])


def show_citations(consultation: Consultation) -> None:
    """Let every cited post say what the consultation is called and has come to."""
    cited = select(Citation.post_id).where(Citation.consultation_id == consultation.id)
    _tell_posts(list(db.session.scalars(cited)))


def _tell_posts(post_ids: list[int]) -> None:
    # Held before anything is read: another consultation may cite the same post just now.
    held = hold_posts(post_ids)
    put_citations(held, queries.citations_told(post_ids))


def _record(actor: Actor, tag: str, consultation: Consultation, citation: Citation) -> None:
    audit.record(
        actor,
        tag,
        citation,
        centre_id=consultation.centre_id,
        consultation=consultation.id,
        post=citation.post_id,
        theme=citation.theme_id,
    )


def known_theme(consultation: Consultation, theme_id: int | None) -> int | None:
    """The id of a theme of the consultation, or None; raises Invalid for any other."""
    if theme_id is not None and theme_id not in {
        theme.id for theme in queries.themes_of(consultation.id)
    }:
        raise Invalid("Choose among the themes", field="theme")
    return theme_id


def _note(note: str) -> str:
    return accept_paragraphs(note, field="note", longest=LONGEST_NOTE)
