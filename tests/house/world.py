"""A small world with one of each thing, and the addresses of every route in it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from forum.accounts.enums import TokenPurpose
from forum.accounts.models import Account, AccountToken, HouseRules, LoginSession
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.consultations.email import link_to
from forum.consultations.models import (
    Answer,
    Citation,
    Consultation,
    Document,
    Promise,
    Question,
    Response,
    ResponseExport,
    ResponseGroup,
    Section,
    Theme,
    ThemeSuggestion,
)
from forum.core import clock, mail
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from forum.moderation import actions, queries
from forum.moderation import actions as moderation
from forum.moderation.enums import RedactionCode
from forum.moderation.models import (
    Appeal,
    Complaint,
    Decision,
    Report,
    ReviewItem,
    Sanction,
    SealOpening,
    WatchedWord,
)
from forum.notifications.models import Notice
from forum.organisations.models import Membership, Organisation
from forum.threads.actions import declare_interest
from forum.threads.models import Draft, Interest, Post, Thread
from forum.topics.models import Topic
from tests import factories
from tests.client import Client
from tests.consultations import analysing
from tests.consultations import making as consulting
from tests.house.consulted import (
    OF_CLOSED,
    OF_DRAFTS,
    OF_RESPONDED,
    cite,
    make_announced,
    make_response,
    order_export,
)
from tests.moderation import making

ROLES = (
    "visitor",
    "member",
    "other member",
    "moderator here",
    "moderator elsewhere",
    "manager",
    "administrator",
)

# Parts of a consultation, by the names that addresses have for their keys.
PARTS: dict[str, Any] = {
    "citation_id": Citation,
    "document_id": Document,
    "promise_id": Promise,
    "group_id": ResponseGroup,
    "question_id": Question,
    "section_id": Section,
    "suggestion_id": ThemeSuggestion,
    "theme_id": Theme,
}


@dataclass
class Moderated:
    """What moderators have to do with the member: two decisions of North East, one appealed."""

    report: Report
    question: ReviewItem
    appeal: Appeal
    appealable: Decision
    sanction: Sanction
    opening: SealOpening

    def decision_id(self, endpoint: str) -> int:
        """The decision that ``endpoint`` is about."""
        return (
            self.appeal.decision_id
            if endpoint == "moderation.withdraw_appeal"
            else self.appealable.id
        )


@dataclass
class World:
    """Things of North East; ``member`` wrote the thread, its posts and a draft."""

    people: dict[str, Account]
    centre: Centre
    board: Board
    topic: Topic
    thread: Thread
    post: Post
    organisation: Organisation
    membership: Membership
    draft: Draft
    session: LoginSession
    event: OutboxEvent
    word: WatchedWord
    complaint: Complaint
    interest: Interest
    rules: HouseRules
    notice: Notice
    tokens: dict[str, str]
    moderated: "Moderated"
    response: Response
    consultation: Consultation
    closed: Response
    export: ResponseExport
    responded: Consultation
    drafted: Consultation
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)

    def sign_in(self, client: Client, role: str) -> Client:
        """The browser of somebody with ``role``, one of ROLES."""
        client.sign_out()
        return client if role == "visitor" else client.sign_in(self.people[role])

    def address(self, app: Flask, rule: Rule) -> str:
        """The address of ``rule`` for the things of this world, as they were when first asked.

        All addresses are made at once, because each request makes the session forget the things.
        """
        if not self.addresses:
            with app.test_request_context():
                self.addresses = {
                    (known.endpoint, known.rule): self._address(app, known)
                    for known in app.url_map.iter_rules()
                }
        return self.addresses[rule.endpoint, rule.rule]

    def _address(self, app: Flask, rule: Rule) -> str:
        values: dict[str, Any] = {name: self._value(rule.endpoint, name) for name in rule.arguments}
        return str(app.url_for(rule.endpoint, **values))

    def _value(self, endpoint: str, name: str) -> str | int:
        """What stands for the part called ``name`` in addresses of ``endpoint``."""
        # Only what the address needs is asked of the database: addresses are many.
        if name in PARTS:
            return self._part(PARTS[name], endpoint)
        if name == "answer_id":
            return self._answer(self.closed).id
        if name == "upload_id":
            return self._upload(endpoint)
        grants = self.people["moderator here"].grants
        values: dict[str, str | int] = {
            "act": "note",
            "account_id": self.people["moderator here"].id,
            "appeal_id": self.moderated.appeal.id,
            "board": self.board.slug,
            "board_id": self.board.id,
            "centre": self.centre.slug,
            "consultation_id": self._consultation(endpoint).id,
            "decision_id": self.moderated.decision_id(endpoint),
            "complaint_id": self.complaint.id,
            "draft_id": self.draft.id,
            "event_id": self.event.id,
            "export_id": self.export.id,
            "grant_id": grants[0].id,
            "interest_id": self.interest.id,
            "kind": "csv",
            "handle": self.people["member"].handle,
            "item_id": self.moderated.question.id,
            "membership_id": self.membership.id,
            "name": "a-mail",
            "number": 1,
            "notice_id": self.notice.id,
            "opening_id": self.moderated.opening.id,
            "organisation_id": self.organisation.id,
            "part": "threads",
            "post_id": self.post.id,
            "link": link_to(self.response.reference),
            "reference": (
                self.response
                if endpoint.startswith("consultations.")
                else self.complaint
                if "complaint" in endpoint
                else self.moderated.report
            ).reference,
            "response_id": self.closed.id,
            "rules_id": self.rules.id,
            "sanction_id": self.moderated.sanction.id,
            "seal_id": self.moderated.opening.sealed_id,
            "session_id": self.session.id,
            "slug": self._slug(endpoint),
            "table": "posts" if endpoint.startswith("api.") else "kinds",
            "thread_id": self.thread.id,
            "token": self.tokens.get(endpoint, "x" * 43),
            "topic": self.topic.slug,
            "word_id": self.word.id,
        }
        return values[name]

    def _consultation(self, endpoint: str) -> Consultation:
        """The consultation that ``endpoint`` is about."""
        if endpoint == "consultations.respond":
            return self.response.consultation
        if endpoint in OF_CLOSED:
            return self.closed.consultation
        if endpoint in OF_RESPONDED:
            return self.responded
        return self.drafted if endpoint in OF_DRAFTS else self.consultation

    def _upload(self, endpoint: str) -> int:
        """The file of one's own response, or of that to the consultation that has closed."""
        response = self.closed if endpoint in OF_CLOSED else self.response
        return self._answer(response).upload_id or 0

    def _answer(self, response: Response) -> Answer:
        return db.session.query(Answer).filter_by(response_id=response.id).one()

    def _part(self, kind: Any, endpoint: str) -> int:
        """The last document, question or section of the consultation."""
        owner = self._consultation(endpoint).id
        parts = db.session.query(kind).filter_by(consultation_id=owner).order_by(kind.id.desc())
        return int(parts[0].id) if parts.count() else 0

    def _slug(self, endpoint: str) -> str:
        """The title in addresses of ``endpoint``."""
        if endpoint.startswith("threads."):
            return self.thread.slug
        if endpoint.startswith("consultations."):
            return self._consultation(endpoint).slug
        return self.organisation.slug


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What is done within the block leaves neither rows nor cookies behind."""
    cookies = dict(client._cookies or {})
    connection = db.session.connection()
    db.session.commit()
    before = connection.begin_nested()
    try:
        yield
    finally:
        db.session.rollback()
        before.rollback()
        db.session.expire_all()
        client._cookies = cookies


def make_world() -> World:
    """The world, stored in the test's database."""
    centre = factories.get_centre("north-east")
    member = factories.make_account(sector="voluntary")
    people = {
        "member": member,
        "other member": factories.make_account(),
        "moderator here": factories.make_account(role="moderator"),
        "moderator elsewhere": factories.make_account(
            role="moderator", centre=factories.get_centre("london")
        ),
        "manager": factories.make_account(role="manager"),
        "administrator": factories.make_account(role="administrator"),
    }
    board = factories.make_board(centre)
    topic = factories.make_topic()
    thread = factories.make_thread(board, member, [topic], posts=2)
    post = factories.make_post(thread, member)
    organisation = factories.make_organisation(sector="voluntary")
    factories.make_membership(member, organisation, steward=True)
    waiting = factories.make_membership(factories.make_account(), organisation, state="waiting")
    draft = factories.make_draft(member, thread=thread)
    event = OutboxEvent(
        name="PostPublished",
        payload={"post_id": post.id},
        created_at=clock.now(),
        next_attempt_at=clock.now() + timedelta(days=1),
        last_error="OSError: away",
        attempts=3,
    )
    notice = Notice(
        account_id=member.id, at=clock.now(), kind="post-hidden", path=post.path, key="decision-1"
    )
    db.session.add_all([event, notice])
    mail.send(to="ann@example.org", subject="A mail", text="Dear Ann,\n", key="a-mail")
    factories.make_session(member)
    making.enter()
    factories.commit()
    closed = analysing.make_closed()[1]
    return World(
        people=people,
        centre=centre,
        board=board,
        topic=topic,
        thread=thread,
        post=post,
        organisation=organisation,
        membership=waiting,
        draft=draft,
        session=db.session.query(LoginSession).filter_by(account_id=member.id).one(),
        event=event,
        interest=declare_interest(member, text="We bid."),
        rules=db.session.query(HouseRules).one(),
        word=making.watched_word("gift card", centre=centre),
        complaint=moderation.complain(people["other member"], centre, text="You are too slow."),
        notice=notice,
        tokens=_make_tokens(member),
        moderated=_make_moderated(member),
        response=make_response(member),
        consultation=cite(post, make_announced()),
        closed=closed,
        export=order_export(people["manager"], closed),
        responded=analysing.make_responded(),
        drafted=consulting.make_complete(),
    )


def _make_moderated(member: Account) -> Moderated:
    """A report, a question, a warning, an appeal, and a restriction in London."""
    judge = factories.make_account(role="moderator")
    thread = factories.make_thread()
    asked, hidden = factories.make_post(thread, member), factories.make_post(thread, member)
    report = actions.report_post(Anonymous(), asked, reason="spam", note="")
    actions.ask_author(judge, report.item_id, text="Is this your own experience?")
    ruling = actions.Ruling(clause=making.clause(), reason=making.REASON)
    decision = actions.hide_post(judge, hidden, ruling=ruling)
    appeal = actions.lodge_appeal(member, decision.id, text="It tells what we have learnt.")
    centre = factories.get_centre("london")
    warning = actions.warn_member(
        judge, member, centre_id=thread.centre_id, member_text="", ruling=ruling
    )
    sanction = actions.slow_member(
        factories.make_account(role="moderator", centre=centre),
        member,
        centre_id=centre.id,
        minutes=5,
        member_text="",
        ruling=replace(ruling, until=clock.now() + timedelta(days=3)),
    )
    return Moderated(report, report.item, appeal, warning.decision, sanction, _make_seal(judge))


def _make_seal(judge: Account) -> SealOpening:
    """That the administrator asks to read what was removed from a post."""
    post = factories.make_post(factories.make_thread(), text="Ask Jo Bloggs.")
    ruling = actions.Ruling(clause=making.clause(), reason=making.REASON)
    code = RedactionCode.PERSONAL_DATA
    decision = actions.redact_post(judge, post, text="Jo Bloggs", code=code, ruling=ruling)
    asker = factories.make_account(role="manager")
    sealed = queries.sealed_by(decision.id)
    assert sealed is not None
    return actions.ask_to_open(asker, sealed, reason="A court asks for it.")


def _make_tokens(account: Account) -> dict[str, str]:
    """Mailed tokens by the endpoint that takes them."""
    purposes = {
        "accounts.confirm": TokenPurpose.CONFIRM,
        "accounts.reset_password": TokenPurpose.RESET,
        "accounts.confirm_email_change": TokenPurpose.CHANGE_EMAIL,
    }
    now = clock.now()
    for purpose in purposes.values():
        db.session.add(
            AccountToken(
                account_id=account.id,
                purpose=purpose,
                token_hash=hashlib.sha256(f"token-{purpose}".encode()).hexdigest(),
                created_at=now,
                expires_at=now + timedelta(hours=1),
                details={"email": "new@example.org"},
            )
        )
    factories.commit()
    return {endpoint: f"token-{purpose}" for endpoint, purpose in purposes.items()}
