"""One of everything, so that every kind of page can be looked at."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forum.accounts.models import Account
from forum.consultations import actions as consultations
from forum.consultations.actions import citing
from forum.consultations.enums import QuestionKind
from forum.consultations.models import (
    Answer,
    Citation,
    Consultation,
    Document,
    Promise,
    Question,
    ResponseGroup,
    Section,
    Theme,
    ThemeSuggestion,
)
from forum.core import clock
from forum.core.db import db
from forum.moderation import actions as moderation
from forum.organisations.enums import MembershipState, OrganisationState
from forum.organisations.models import Organisation
from forum.threads import actions
from forum.threads.enums import PostState
from forum.threads.models import Thread
from tests import factories
from tests.consultations import analysing, answering
from tests.consultations import making as consulting
from tests.journeys.site import Member, Place, Site
from tests.moderation import making

RICH_TEXT = """\
# What we found

A long line of **bold**, *italic*, ~~struck~~ and `code`, with [a link](https://example.org/)
and an address that does not break: https://example.org/a/very/long/path/without/any/space/in/it/at/all

> [Somebody wrote](/posts/1/):
>
> Pay within thirty days.

| Lot | Value of the contract a year | Winner of the lot | Sector of the winner | Paid after |
|-----|-----------------------------:|-------------------|----------------------|-----------:|
| One | £38,000 | A firm with a rather long name, Limited | Social enterprise | 19 days |
| Two | £1,200,000 | Another | Private | 71 days |

1. first
2. second
   - below

```python
print("a line of code that is much longer than a telephone is wide, so it scrolls by itself")
```

---

Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
"""

ASKED = [
    {"kind": kind, "options": consulting.options("One", "Two"), "rows": consulting.options("Row")}
    | {"settings": {"least": 1, "most": 5, "low": "bad", "high": "good"}, "help": "Think."}
    for kind in QuestionKind
]


@dataclass(frozen=True, slots=True)
class Stage:
    """Who looks, and at what."""

    visitor: None
    member: Member
    newcomer: Member
    unconfirmed: Member
    steward: Member
    moderator: Member
    manager: Member
    admin: Member
    thread: Place
    locked: Place
    empty_board: Place
    archived_board: Place
    members_board: Place
    organisation: Place
    waiting_organisation: Place
    own_membership: int
    asked_membership: int
    own_post: int
    others_post: int
    restricted: Member
    appeal: int
    appealed: int
    appealable: int
    open_consultation: Place
    coming_consultation: Place
    closed_consultation: Place
    draft_consultation: Place
    empty_draft: Place
    section: int
    question: int
    document: int
    reference: str
    waiting_for_steward: str
    analysed: Place
    response: int
    answer: int
    theme: int
    suggestion: int
    group: int
    waiting_export: int
    responded: Place
    promise: int
    citation: int
    cited_post: int


def set_up(site: Site) -> Stage:
    """Put one of everything into the site."""
    member, steward = site.member(about="Writes about lots."), site.member(sector="voluntary")
    organisation, own, asked = _organisation(site, steward, member)
    thread, posts = _thread_with_all_states(site, member, organisation.id)
    _drafts(site, member, thread)
    locked = site.thread_by(
        member, is_locked=True, locked_reason="The tender is out.", is_pinned=True
    )
    restricted, appeal, appealed, appealable = _restricted(site)
    manager = site.member(role="manager", sector="public")
    return Stage(
        visitor=None,
        member=member,
        newcomer=site.member(),
        unconfirmed=site.member(confirmed=False),
        steward=steward,
        moderator=site.member(role="moderator", sector="public"),
        manager=manager,
        admin=site.member(role="administrator", sector="public"),
        thread=thread,
        locked=locked,
        empty_board=site.board(),
        archived_board=site.board(archived=True, start_sectors=["public"]),
        members_board=site.board(readers="members", reply_sectors=["public", "community"]),
        organisation=organisation,
        waiting_organisation=_waiting_organisation(site, member),
        own_membership=own,
        asked_membership=asked,
        own_post=posts[0],
        others_post=posts[1],
        restricted=restricted,
        appeal=appeal,
        appealed=appealed,
        appealable=appealable,
        **_consultations(site, manager),
        **_responses(site, member, manager, steward, organisation.id),
    )


def _responses(
    site: Site, member: Member, manager: Member, steward: Member, organisation_id: int
) -> dict[str, Any]:
    """A response that the member is giving, one to analyse, and an outcome with a promise."""
    with site.database():
        asked = answering.open_consultation()
        where = answering.section(asked, "Your experience")
        for kind in QuestionKind:
            answering.question(
                where,
                kind,
                text=f"What do you say ({kind})?",
                options=answering.OPTIONS,
                rows=answering.ROWS,
                settings={"least": 1, "most": 5, "other": kind is QuestionKind.SINGLE},
                may_be_confidential=kind is QuestionKind.LONG_TEXT,
            )
        begun, _holder = answering.begin(asked, _account(member))
        closed, response = analysing.make_closed()
        responded = analysing.make_responded()
        citation = _cited(closed, responded)
        return {
            "citation": citation.id,
            "cited_post": citation.post_id,
            "reference": begun.reference,
            "waiting_for_steward": _signing(asked, _account(steward), organisation_id),
            "analysed": Place(closed.id, closed.path, closed.title),
            "response": response.id,
            "answer": db.session.query(Answer.id).filter_by(response_id=response.id).scalar(),
            "theme": _part(Theme, closed.id),
            "suggestion": _part(ThemeSuggestion, closed.id),
            "group": _part(ResponseGroup, closed.id),
            "waiting_export": consultations.order_evidence(_account(manager), closed).id,
            "responded": Place(responded.id, responded.path, responded.title),
            "promise": _part(Promise, responded.id),
        }


def _signing(consultation: Consultation, steward: Account, organisation_id: int) -> str:
    """The reference of a response of the organisation that waits for its steward."""
    response, holder = answering.begin(
        consultation, steward, organisation_id=organisation_id, organisation_name="Advice"
    )
    consultations.ask_sign_off(holder, response)
    consultations.release_response(holder, response)
    return str(response.reference)


def _part(kind: Any, consultation_id: int) -> int:
    return int(db.session.query(kind.id).filter_by(consultation_id=consultation_id).scalar())


def _cited(closed: Consultation, responded: Consultation) -> Citation:
    """A post that one consultation cites, and that another has cited and decided about."""
    post = factories.make_post(factories.make_thread(title="Late payment"), text=RICH_TEXT)
    boss = factories.make_account(role="manager")
    for consultation in (responded, closed):
        theme = db.session.query(Theme).filter_by(consultation_id=consultation.id).one()
        citation = Citation(
            consultation_id=consultation.id,
            post_id=post.id,
            theme_id=theme.id,
            note="A small firm waits ninety days.",
            cited_at=clock.now(),
            cited_by=boss.id,
        )
        db.session.add(citation)
        factories.commit()
        citing.show_citations(consultation)
    factories.commit()
    return citation


def _consultations(site: Site, manager: Member) -> dict[str, Any]:
    """One of each stage by the manager, with questions of every kind; and parts of a draft."""
    with site.database():
        author = _account(manager)
        made = {
            "open_consultation": consulting.make_open(author=author, questions=ASKED),
            "coming_consultation": consulting.make_announced(author=author),
            "closed_consultation": consulting.make_closed(author=author),
            "draft_consultation": consulting.make_complete(author=author, questions=ASKED),
            "empty_draft": consulting.make_draft(
                author=author, kind="preliminary-market-engagement"
            ),
        }
        draft = {"consultation_id": made["draft_consultation"].id}
        kinds: dict[str, Any] = {"section": Section, "question": Question, "document": Document}
        parts = {
            name: db.session.query(kind).filter_by(**draft).order_by(kind.id.desc())[0].id
            for name, kind in kinds.items()
        }
        found = {name: Place(one.id, one.path, one.title) for name, one in made.items()}
        return {**found, **parts}


def _account(member: Member) -> Account:
    return db.session.get_one(Account, member.id)


def _organisation(site: Site, steward: Member, member: Member) -> tuple[Place, int, int]:
    with site.database():
        made = factories.make_organisation(sector="voluntary", about="Advice for everybody.")
        own = factories.make_membership(_account(steward), made, steward=True)
        asked = factories.make_membership(_account(member), made, state=MembershipState.WAITING)
        return Place(made.id, made.path, made.name), own.id, asked.id


def _waiting_organisation(site: Site, member: Member) -> Place:
    with site.database():
        made = factories.make_organisation(state=OrganisationState.WAITING)
        factories.make_membership(_account(member), made, steward=True)
        return Place(made.id, made.path, made.name)


def _thread_with_all_states(
    site: Site, author: Member, organisation_id: int
) -> tuple[Place, list[int]]:
    """A question of ``author`` with a post in every state; ids of own and another's post."""
    place = site.thread_by(author, text=RICH_TEXT)
    with site.database():
        thread = db.session.get_one(Thread, place.id)
        organisation = db.session.get_one(Organisation, organisation_id)
        answer = factories.make_post(thread, organisation=organisation)
        edited = factories.make_post(thread, _account(author), text="One line.\n\nThe same.")
        for state in (PostState.HIDDEN, PostState.WITHDRAWN):
            factories.make_post(
                thread, _account(author), state=state, hidden_reason="It names a bidder (rule 3)."
            )
        for state in (PostState.PENDING, PostState.REJECTED):
            factories.make_post(
                thread,
                _account(author),
                state=state,
                holds=[{"why": "new-member", "first": 3}],
                hidden_rule="3. Do not advertise",
                hidden_reason="It sells a service.",
            )
        other = factories.make_post(thread)
        actions.edit_post(
            _account(author),
            edited,
            source="Another line.\n\nThe same.\n\nOne more.",
            note="Corrected",
            version=edited.version,
        )
        actions.accept_answer(_account(author), answer)
        return place, [edited.id, other.id]


def _restricted(site: Site) -> tuple[Member, int, int, int]:
    """A member, their appeal, the decision that it is against, and one that they may appeal."""
    member = site.member()
    with site.database():
        judge = factories.make_account(role="moderator")
        post = factories.make_post(factories.make_thread(), _account(member), text=RICH_TEXT)
        decision = moderation.hide_post(judge, post, ruling=making.ruling())
        appeal = moderation.lodge_appeal(_account(member), decision.id, text=RICH_TEXT)
        sanction = moderation.suspend_member(
            judge,
            _account(member),
            centre_id=post.thread.centre_id,
            member_text="Come back next week.",
            ruling=making.ruling(until=clock.now() + timedelta(days=7)),
        )
        moderation.warn_member(
            judge,
            _account(member),
            centre_id=post.thread.centre_id,
            member_text="",
            ruling=making.ruling(),
        )
        return member, appeal.id, decision.id, sanction.decision_id


def _drafts(site: Site, member: Member, thread: Place) -> None:
    with site.database():
        factories.make_draft(_account(member), thread=db.session.get_one(Thread, thread.id))
        factories.make_draft(_account(member), title="A thread to be")
