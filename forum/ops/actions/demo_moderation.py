"""What moderators did in the demo content, done again by the same actions as everybody's."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from forum.accounts import queries as account_queries
from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.core import clock
from forum.core.access import OPERATOR, Actor, Anonymous
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from forum.moderation import actions as moderation
from forum.moderation.actions import Ruling
from forum.moderation.actions.items import hold_item_of
from forum.moderation.actions.words import Wording
from forum.moderation.enums import DecisionKind, RedactionCode, SanctionKind, WordEffect
from forum.moderation.models import Appeal, Complaint, Decision, ReviewItem, Sanction
from forum.notifications import actions as notifications
from forum.notifications import queries as notification_queries
from forum.notifications.models import Notice
from forum.ops.actions.demo_people import Cast
from forum.ops.queries import DemoError
from forum.ops.queries.demo_moderation import (
    DemoAppeal,
    DemoArrangement,
    DemoCase,
    DemoComplaint,
    DemoInterest,
    DemoModeration,
    DemoRegistration,
    DemoReport,
    DemoSanction,
    DemoVerdict,
    DemoWord,
)
from forum.organisations import actions as organisations
from forum.organisations.actions import Identity
from forum.organisations.enums import OrganisationKind, SizeBand
from forum.organisations.models import Organisation
from forum.threads import actions as threads
from forum.threads.enums import ThreadKind
from forum.threads.models import Post, Thread
from forum.topics.models import Topic

Step = Callable[[], object]
Plan = Callable[[datetime, str, Step], None]
# Notices of the demo that are older than this have been read.
READ_WITHIN = timedelta(days=4)
MINUTE = timedelta(minutes=1)
SANCTIONS = {
    SanctionKind.WARNING: moderation.warn_member,
    SanctionKind.SUSPENSION: moderation.suspend_member,
    SanctionKind.BAN: moderation.ban_member,
}


class Docket:
    """The cases of the demo content; ``threads`` and ``posts`` are filled while it plays."""

    def __init__(
        self,
        told: DemoModeration,
        cast: Cast,
        *,
        plan: Plan,
        now: datetime,
        threads: dict[tuple[str, str], Thread],
        posts: dict[tuple[str, str, int], Post],
    ) -> None:
        self.cast = cast
        self.plan = plan
        self.now = now
        self.threads = threads
        self.posts = posts
        self.cases: dict[int, Post] = {}
        self.decisions: dict[int, Decision] = {}
        self.sanctions: dict[int, Sanction] = {}
        self.complaints: dict[int, Complaint] = {}
        self.registered: dict[int, Organisation] = {}
        self.progress: Callable[[], object] = lambda: None
        for word in told.words:
            self._at(word.days_ago, word.phrase, partial(self._watch, word))
        for interest in told.interests:
            self._at(interest.days_ago, interest.by, partial(self._declare, interest))
        for case in told.cases:
            self._plan_case(case)
        for arrangement in told.arrangements:
            self._at(arrangement.days_ago, arrangement.thread, partial(self._arrange, arrangement))
        for sanction in told.sanctions:
            self._plan_sanction(sanction)
        for complaint in told.complaints:
            self._plan_complaint(complaint)
        for registration in told.registrations:
            self._plan_registration(registration)

    def _at(self, days_ago: float, title: str, step: Step) -> None:
        self.plan(self.now - timedelta(days=days_ago), title, step)

    def _plan_case(self, case: DemoCase) -> None:
        steps: list[tuple[float, Step]] = [(0, partial(self._begin, case))]
        if case.edited_text:
            steps.append((case.edited_hours_later, partial(self._edit, case)))
        steps += [(each.hours_later, partial(self._report, case, each)) for each in case.reports]
        steps += [(each.hours_later, partial(self._decide, case, each)) for each in case.verdicts]
        if case.appeal:
            steps += self._appeal_steps(case, case.appeal)
        begins = self.now - timedelta(days=case.days_ago)
        for hours, step in steps:
            moment = begins + timedelta(hours=hours)
            if moment >= self.now:
                raise DemoError(f"The demo case in “{case.thread}” runs into the future.")
            self.plan(moment, case.thread, step)
        # What staff did with what still waits, in the last minutes before now.
        for number, step in enumerate(self._handling(case)):
            self.plan(self.now - (9 - number) * MINUTE, case.thread, step)

    def _appeal_steps(self, case: DemoCase, told: DemoAppeal) -> list[tuple[float, Step]]:
        steps: list[tuple[float, Step]] = [
            (told.hours_later, partial(self._appeal, case, told)),
        ]
        if told.outcome:
            steps.append((told.decided_hours_later, partial(self._hear, case, told)))
        return steps

    def _handling(self, case: DemoCase) -> list[Step]:
        steps: list[Step] = []
        if case.noted:
            steps.append(partial(self._note, case))
        if case.asked:
            steps.append(partial(self._ask, case))
        if case.escalated:
            steps.append(partial(self._pass_on, case))
        elif case.claimed_by:
            steps.append(partial(self._claim, case))
        return steps

    def _note(self, case: DemoCase) -> None:
        staff = self._staff(case.centre, case.claimed_by)
        moderation.note_item(staff, self._item(case).id, text=case.noted)

    def _ask(self, case: DemoCase) -> None:
        staff = self._staff(case.centre, case.claimed_by)
        moderation.ask_author(staff, self._item(case).id, text=case.asked)

    def _claim(self, case: DemoCase) -> None:
        moderation.claim_item(self._staff(case.centre, case.claimed_by), self._item(case).id)

    def _pass_on(self, case: DemoCase) -> None:
        staff, item = self._staff(case.centre, case.claimed_by), self._item(case)
        if case.handed_to:
            moderation.hand_over_item(staff, item.id, centre=case.handed_to, text=case.escalated)
        else:
            moderation.escalate_item(staff, item.id, text=case.escalated)

    def _plan_sanction(self, told: DemoSanction) -> None:
        self._at(told.days_ago, told.member, partial(self._impose, told))
        if told.lifted_days_ago:
            self._at(told.lifted_days_ago, told.member, partial(self._lift, told))

    def _plan_complaint(self, told: DemoComplaint) -> None:
        self._at(told.days_ago, told.centre, partial(self._complain, told))
        if told.answer:
            self._at(told.answered_days_ago, told.centre, partial(self._answer, told))

    def _plan_registration(self, told: DemoRegistration) -> None:
        self._at(told.days_ago, told.name, partial(self._register, told))
        if told.confirmed_days_ago:
            self._at(told.confirmed_days_ago, told.name, partial(self._confirm, told))

    def _begin(self, case: DemoCase) -> None:
        if case.post:
            self.cases[id(case)] = self.posts[case.centre, case.thread, case.post]
            return
        author = self.cast.accounts[case.by]
        if case.board:
            self.cases[id(case)] = self._start(case, author)
        else:
            self.cases[id(case)] = threads.reply(
                author,
                self.threads[case.centre, case.thread],
                source=case.text,
                organisation_id=None,
                submission_id=uuid.uuid4().hex,
            )
        self.progress()

    def _start(self, case: DemoCase, author: Account) -> Post:
        chosen = select(Topic.id).where(Topic.slug.in_(case.topics))
        thread = threads.start_thread(
            author,
            self.cast.boards[case.centre, case.board],
            title=case.thread,
            source=case.text,
            topic_ids=list(db.session.scalars(chosen)),
            kind=ThreadKind.QUESTION,
            organisation_id=None,
            submission_id=uuid.uuid4().hex,
        )
        return db.session.scalars(select(Post).where(Post.thread_id == thread.id)).one()

    def _edit(self, case: DemoCase) -> None:
        post = self.cases[id(case)]
        threads.edit_post(post.author, post, source=case.edited_text, note="", version=post.version)

    def _report(self, case: DemoCase, report: DemoReport) -> None:
        reporter: Actor = self.cast.accounts[report.by] if report.by else Anonymous()
        post = self.cases[id(case)]
        moderation.report_post(reporter, post, reason=report.reason, note=report.note)

    def _decide(self, case: DemoCase, verdict: DemoVerdict) -> None:
        staff = self._staff(case.centre, verdict.by)
        post = self.cases[id(case)]
        ruling = self._ruling(case.centre, verdict.clause, verdict.reason, verdict.staff_note)
        kind = DecisionKind(verdict.kind)
        if kind is DecisionKind.HIDE:
            decision = moderation.hide_post(staff, post, ruling=ruling)
        elif kind is DecisionKind.RESTORE:
            decision = moderation.restore_post(staff, post, ruling=ruling)
        elif kind is DecisionKind.REDACT:
            code = RedactionCode(verdict.code)
            decision = moderation.redact_post(
                staff, post, text=verdict.text, code=code, ruling=ruling
            )
        else:
            decision = self._decide_item(staff, self._item(case), kind, verdict.text, ruling)
        self.decisions[id(case)] = decision

    def _decide_item(
        self, staff: Account, item: ReviewItem, kind: DecisionKind, text: str, ruling: Ruling
    ) -> Decision:
        if kind is DecisionKind.EDIT:
            return moderation.edit_and_approve(
                staff, item.id, version=item.version, source=text, ruling=ruling
            )
        acts = {
            DecisionKind.APPROVE: moderation.approve,
            DecisionKind.REJECT: moderation.reject,
            DecisionKind.KEEP: moderation.keep,
        }
        return acts[kind](staff, item.id, version=item.version, ruling=ruling)

    def _appeal(self, case: DemoCase, told: DemoAppeal) -> None:
        decision = self.decisions[id(case)]
        moderation.lodge_appeal(self.cases[id(case)].author, decision.id, text=told.text)

    def _hear(self, case: DemoCase, told: DemoAppeal) -> None:
        decision_id = self.decisions[id(case)].id
        appeal = db.session.scalars(select(Appeal).where(Appeal.decision_id == decision_id)).one()
        item = db.session.scalars(
            select(ReviewItem).filter_by(target_type="appeal", target_id=appeal.id)
        ).one()
        acts = {"upheld": moderation.uphold_decision, "reversed": moderation.reverse_decision}
        ruling = Ruling(reason=told.reason)
        judge = self.cast.accounts[told.by]
        acts[told.outcome](judge, appeal.id, version=item.version, ruling=ruling)

    def _item(self, case: DemoCase) -> ReviewItem:
        item = hold_item_of(self.cases[id(case)])
        if item is None:
            raise DemoError(f"Nothing waits in the demo case in “{case.thread}”.")
        return item

    def _arrange(self, told: DemoArrangement) -> None:
        staff, thread = self._staff(told.centre, ""), self.threads[told.centre, told.thread]
        until = clock.now() + timedelta(days=told.days) if told.days else None
        ruling = self._ruling(told.centre, told.clause, told.reason, until=until)
        kind = DecisionKind(told.kind)
        if kind is DecisionKind.MOVE:
            board = self.cast.boards[told.centre, told.board]
            moderation.move_thread(staff, thread, board=board, ruling=ruling)
        elif kind is DecisionKind.SLOW_MODE:
            moderation.slow_thread(staff, thread, minutes=told.minutes, ruling=ruling)
        else:
            topics = db.session.scalars(select(Topic.id).where(Topic.slug.in_(told.topics)))
            moderation.retopic_thread(staff, thread, topic_ids=list(topics), ruling=ruling)

    def _impose(self, told: DemoSanction) -> None:
        staff = self._staff(told.centre, "")
        until = clock.now() + timedelta(days=told.days) if told.days else None
        ruling = self._ruling(told.centre, told.clause, told.reason, until=until)
        centre_id, text = self.cast.centres[told.centre].id, told.text
        member = self.cast.accounts[told.member]
        kind = SanctionKind(told.kind)
        if kind is SanctionKind.SLOW_MODE:
            sanction = moderation.slow_member(
                staff,
                member,
                centre_id=centre_id,
                minutes=told.minutes,
                member_text=text,
                ruling=ruling,
            )
        else:
            act = SANCTIONS[kind]
            sanction = act(staff, member, centre_id=centre_id, member_text=text, ruling=ruling)
        self.sanctions[id(told)] = sanction

    def _lift(self, told: DemoSanction) -> None:
        sanction = self.sanctions[id(told)]
        ruling = Ruling(reason=told.lifted_reason)
        moderation.lift_sanction(self._staff(told.centre, ""), sanction.id, ruling=ruling)

    def _complain(self, told: DemoComplaint) -> None:
        who: Actor = self.cast.accounts[told.by] if told.by else Anonymous()
        centre = self.cast.centres[told.centre]
        self.complaints[id(told)] = moderation.complain(who, centre, text=told.text)

    def _answer(self, told: DemoComplaint) -> None:
        complaint = self.complaints[id(told)]
        manager = self.cast.manager(told.centre)
        moderation.answer_complaint(manager, complaint, answer=told.answer)

    def _register(self, told: DemoRegistration) -> None:
        member = self.cast.accounts[told.by]
        identity = Identity(
            name=told.name,
            sector=Sector(member.sector),
            kind=OrganisationKind(told.kind),
            region=member.region,
        )
        self.registered[id(told)] = organisations.register_organisation(
            member, identity=identity, size=SizeBand(told.size), about=told.about
        )

    def _confirm(self, told: DemoRegistration) -> None:
        manager = self.cast.manager(told.centre)
        organisations.confirm_organisation(manager, self.registered[id(told)])

    def _declare(self, told: DemoInterest) -> None:
        threads.declare_interest(
            self.cast.accounts[told.by], text=told.text or None, organisation=told.organisation
        )

    def _watch(self, told: DemoWord) -> None:
        centre_id = self.cast.centres[told.centre].id if told.centre else None
        wording = Wording(told.phrase, WordEffect(told.effect), told.message)
        moderation.add_word(OPERATOR, centre_id, wording)

    def _staff(self, centre: str, handle: str) -> Account:
        return self.cast.accounts[handle] if handle else self.cast.moderator(centre)

    def _ruling(
        self,
        centre: str,
        clause: int,
        reason: str,
        staff_note: str = "",
        until: datetime | None = None,
    ) -> Ruling:
        return Ruling(
            clause=name_clause(self.cast.centres[centre].id, clause),
            reason=reason,
            staff_note=staff_note,
            until=until,
        )


def name_clause(centre_id: int, number: int) -> str:
    """A clause of the site's rules in force, as a ruling names it; "" for number 0."""
    rules = account_queries.rules_in_force(centre_id)[0].rules
    return f"{rules.id}:{number}" if number else ""


def tell_members(newest: int) -> None:
    """Keep the notices of what happened in the demo, after the event ``newest``; mail nobody.

    Those of some days ago have been read.
    """
    tellers = {
        "DecisionTaken": notification_queries.tell_of_decision,
        "AuthorAsked": notification_queries.tell_of_question,
        "AppealLodged": notification_queries.tell_of_appeal,
        "AppealDecided": notification_queries.tell_of_outcome,
        "ReportClosed": notification_queries.tell_of_report,
    }
    events = db.session.execute(
        select(OutboxEvent.name, OutboxEvent.payload, OutboxEvent.created_at)
        .where(OutboxEvent.id > newest, OutboxEvent.name.in_(tellers))
        .order_by(OutboxEvent.id)
    ).all()
    for name, payload, moment in events:
        (key,) = payload.values()
        if message := tellers[name](key):
            with clock.at(moment):
                notifications.keep_notice(message)
    read = Notice.at < clock.now() - READ_WITHIN
    for notice in db.session.scalars(select(Notice).where(read, Notice.read_at.is_(None))):
        notice.read_at = notice.at + timedelta(hours=2)
