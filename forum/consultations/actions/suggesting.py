"""Suggestions to analysts: asked for, made by the worker, taken or dismissed by people."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from forum.consultations import queries
from forum.consultations.actions.outcomes import add_theme
from forum.consultations.enums import SuggestionState
from forum.consultations.events import SuggestionsAsked
from forum.consultations.models import (
    Consultation,
    ResponseGroup,
    ResponseGroupMember,
    SuggestionRun,
    Theme,
    ThemeSuggestion,
)
from forum.consultations.policy import analysis as policy
from forum.core import audit, clock, tags
from forum.core.access import OPERATOR, Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import emit
from forum.core.transactions import action, pause

if TYPE_CHECKING:
    from forum.consultations.digest import Candidate

FEWEST_TOGETHER = 2
TOO_FEW_TOGETHER = "Leave at least two responses together, or say that each is a text of its own"


@action
def ask_suggestions(actor: Actor, consultation: Consultation) -> None:
    """Have the worker look for what responses have in common; what is open is replaced."""
    ensure(policy.can_decide(actor, consultation, clock.now()))
    if actor.actor_id is None:
        raise Invalid("A person has to do this")
    run = db.session.get(SuggestionRun, consultation.id)
    if run is None:
        run = SuggestionRun(consultation_id=consultation.id)
        db.session.add(run)
    run.asked_at, run.asked_by, run.made_at = clock.now(), actor.actor_id, None
    audit.record(actor, "suggestions.ask", consultation, centre_id=consultation.centre_id)
    emit(SuggestionsAsked(consultation.id))


def make_suggestions(consultation_id: int) -> None:
    """Look for what the responses to a consultation have in common; repeatable.

    No lock is held while texts are compared.
    """
    from forum.consultations import digest  # noqa: PLC0415 — the worker alone compares texts

    consultation = queries.get_consultation(OPERATOR, consultation_id)
    texts = queries.long_texts(consultation)
    asked = " ".join(question.text for question in queries.questions_to_answer(consultation.id))
    pause()
    groups = digest.alike(texts)
    repeated = {response_id for group in groups for response_id in group[1:]}
    different = {key: text for key, text in texts.items() if key not in repeated}
    candidates = digest.speaking_of(different, known=asked)
    _store(consultation_id, groups, candidates, texts=len(texts))


@action
def _store(
    consultation_id: int,
    groups: list[list[int]],
    candidates: list["Candidate"],
    *,
    texts: int,
) -> None:
    """Put what was found in the place of what waits; what was decided stays decided."""
    run = db.session.get_one(SuggestionRun, consultation_id)
    run.made_at, run.texts = clock.now(), texts
    for kind in (ThemeSuggestion, ResponseGroup):
        db.session.execute(
            delete(kind).where(
                kind.consultation_id == consultation_id, kind.state == SuggestionState.OPEN
            )
        )
    decided = _decided_groups(consultation_id)
    for group in groups:
        if not any(decided_members.issuperset(group) for decided_members in decided):
            _add_group(consultation_id, group)
    known = _known_titles(consultation_id)
    db.session.add_all(
        ThemeSuggestion(
            consultation_id=consultation_id,
            title=candidate.title,
            terms=list(candidate.words),
            count=candidate.count,
            examples=list(candidate.examples),
        )
        for candidate in candidates
        if candidate.title.casefold() not in known
    )


def _add_group(consultation_id: int, response_ids: Collection[int]) -> ResponseGroup:
    group = ResponseGroup(consultation_id=consultation_id)
    db.session.add(group)
    db.session.flush()
    db.session.add_all(
        ResponseGroupMember(group_id=group.id, response_id=response_id)
        for response_id in response_ids
    )
    return group


def _decided_groups(consultation_id: int) -> Collection[set[int]]:
    rows = db.session.execute(
        select(ResponseGroup.id, ResponseGroupMember.response_id)
        .join(ResponseGroupMember, ResponseGroupMember.group_id == ResponseGroup.id)
        .where(ResponseGroup.consultation_id == consultation_id)
    )
    found: dict[int, set[int]] = {}
    for group_id, response_id in rows:
        found.setdefault(group_id, set()).add(response_id)
    return found.values()


def _known_titles(consultation_id: int) -> set[str]:
    """What is a theme already, or was suggested and decided."""
    decided = db.session.scalars(
        select(ThemeSuggestion.title).where(ThemeSuggestion.consultation_id == consultation_id)
    )
    themes = (theme.title for theme in queries.themes_of(consultation_id))
    return {title.casefold() for title in (*decided, *themes)}


@action
def take_theme(
    actor: Actor,
    consultation: Consultation,
    suggestion: ThemeSuggestion,
    *,
    title: str,
    description: str,
) -> Theme:
    """Make a theme of a suggestion, in words of one's own; nothing is coded by it.

    Raises Invalid for a title that cannot be accepted, or when somebody was faster.
    """
    theme = add_theme(actor, consultation, title=title, description=description)
    _decide_theme(actor, suggestion, SuggestionState.TAKEN)
    return theme


@action
def dismiss_theme(actor: Actor, consultation: Consultation, suggestion: ThemeSuggestion) -> None:
    """Put a suggested theme aside; it is not suggested again."""
    ensure(policy.can_decide(actor, consultation, clock.now()))
    _decide_theme(actor, suggestion, SuggestionState.DISMISSED)
    audit.record(actor, "theme.dismiss", suggestion, centre_id=consultation.centre_id)


@action
def confirm_group(
    actor: Actor,
    consultation: Consultation,
    group: ResponseGroup,
    *,
    without: Collection[int] = (),
) -> None:
    """Confirm that responses say the same: each stays, together they count as one text.

    A response is of one confirmed group, the last. Those ``without`` are left out, and the group
    as it was found is put aside, so that it is not suggested again. Raises Invalid when fewer
    than two are left.
    """
    ensure(policy.can_decide(actor, consultation, clock.now()))
    members = set(_ids_of(group))
    together = members - set(without)
    if together != members:
        if len(together) < FEWEST_TOGETHER:
            raise Invalid(TOO_FEW_TOGETHER, field="without")
        _decide_group(actor, consultation, group, SuggestionState.DISMISSED)
        group = _add_group(consultation.id, sorted(together))
    _leave_earlier(consultation, group, together)
    _decide_group(actor, consultation, group, SuggestionState.TAKEN)


def _ids_of(group: ResponseGroup) -> Sequence[int]:
    return db.session.scalars(
        select(ResponseGroupMember.response_id).where(ResponseGroupMember.group_id == group.id)
    ).all()


def _leave_earlier(
    consultation: Consultation, group: ResponseGroup, response_ids: Collection[int]
) -> None:
    """Take the responses out of the groups that were confirmed before."""
    earlier = select(ResponseGroup.id).where(
        ResponseGroup.consultation_id == consultation.id,
        ResponseGroup.state == SuggestionState.TAKEN,
        ResponseGroup.id != group.id,
    )
    db.session.execute(
        delete(ResponseGroupMember).where(
            ResponseGroupMember.group_id.in_(earlier),
            ResponseGroupMember.response_id.in_(response_ids),
        )
    )


@action
def dismiss_group(actor: Actor, consultation: Consultation, group: ResponseGroup) -> None:
    """Say that responses are texts of their own, be it after it was confirmed otherwise."""
    ensure(policy.can_decide(actor, consultation, clock.now()))
    _decide_group(actor, consultation, group, SuggestionState.DISMISSED)


def _decide_theme(actor: Actor, suggestion: ThemeSuggestion, state: SuggestionState) -> None:
    if suggestion.state is not SuggestionState.OPEN:
        raise Invalid("Somebody has decided about this already")
    _decide(actor, suggestion, state)


def _decide_group(
    actor: Actor, consultation: Consultation, group: ResponseGroup, state: SuggestionState
) -> None:
    _decide(actor, group, state)
    # The results that everybody sees count distinct texts.
    tags.touch(f"consultation:{consultation.id}")
    audit.record(actor, "responses.group", group, centre_id=consultation.centre_id, state=state)


def _decide(
    actor: Actor, suggestion: ThemeSuggestion | ResponseGroup, state: SuggestionState
) -> None:
    suggestion.state = state
    suggestion.decided_at, suggestion.decided_by = clock.now(), actor.actor_id
