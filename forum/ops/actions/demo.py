"""Loading the demo content: every thread, post and edit happens again, in the order of time.

It goes through the same actions as everybody's posts, with the clock held at each moment, so
that whatever those derive and record is true here too.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, func, select

from forum.core import clock, markup
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.outbox import OutboxEvent
from forum.core.transactions import action
from forum.moderation import actions as moderation
from forum.moderation.actions import Ruling
from forum.ops import queries
from forum.ops.actions import demo_consultations, demo_moderation, demo_people
from forum.ops.queries import (
    Demo,
    DemoDraft,
    DemoError,
    DemoPost,
    DemoReading,
    DemoThread,
)
from forum.threads import actions as threads
from forum.threads.actions.screening import unscreened
from forum.threads.enums import ThreadKind
from forum.threads.models import Post, Thread
from forum.topics.models import Topic

# How long after the post things happen to it, at most; sooner when the next post is sooner.
UNTIL_EDITED = timedelta(minutes=20)
UNTIL_WITHDRAWN = timedelta(hours=1)
UNTIL_HIDDEN = timedelta(hours=3)
UNTIL_ACCEPTED = timedelta(hours=6)
UNTIL_PINNED = timedelta(minutes=5)
UNTIL_LOCKED = timedelta(days=2)
# The clause of the site's rules for which threads of the demo are locked.
LIVE_TENDERS = 5

Step = Callable[[], object]


@action
def load_demo(
    demo: Demo, *, password_hash: str, progress: Callable[[], object] = lambda: None
) -> None:
    """Load the demo content; ``progress`` is called after each post.

    Raises Conflict when the database has an account, DemoError when the content contradicts
    itself or the rules of the site.
    """
    if queries.has_accounts():
        raise Conflict("There are accounts already. The demo goes into an empty database only.")
    newest = db.session.scalar(select(func.max(OutboxEvent.id))) or 0
    play = Play(demo, password_hash=password_hash, progress=progress)
    play.perform()
    demo_moderation.tell_members(newest)
    threads.count_topics(all_of_them=True)
    # Nobody waits for a mail about what happened in the demo.
    db.session.execute(delete(OutboxEvent).where(OutboxEvent.id > newest))


class Play:
    """The demo content as steps in time."""

    def __init__(self, demo: Demo, *, password_hash: str, progress: Callable[[], object]) -> None:
        self.demo = demo
        self.now = clock.now()
        self.progress = progress
        self.first_seen: dict[str, datetime] = {}
        self.steps: list[tuple[datetime, int, str, Step]] = []
        self.threads: dict[tuple[str, str], Thread] = {}
        self.posts: dict[tuple[str, str, int], Post] = {}
        for centre in demo.centres:
            for thread in centre.threads:
                self._plan_thread(centre.slug, thread)
        for case in demo.moderation.cases:
            if not case.post:
                moment = self.now - timedelta(days=case.days_ago)
                self._see(case.by, moment)
        for handle, moment in demo_consultations.first_steps(demo, self.now).items():
            self._see(handle, moment)
        try:
            self.cast = demo_people.assemble(
                demo, password_hash=password_hash, first_seen=self.first_seen
            )
        except (KeyError, ValueError) as error:
            raise DemoError(f"The demo content names something unknown: {error}.") from error
        self.topics = {topic.slug: topic for topic in db.session.scalars(select(Topic))}
        docket = demo_moderation.Docket(
            demo.moderation,
            self.cast,
            plan=self._plan_screened,
            now=self.now,
            threads=self.threads,
            posts=self.posts,
        )
        docket.progress = progress
        demo_consultations.Programme(
            demo, self.cast, plan=self._plan_screened, now=self.now, threads=self.threads
        )

    def perform(self) -> None:
        """Take every step at its time, then what is not bound to one."""
        self.steps.sort(key=lambda step: step[:2])
        for moment, _, title, step in self.steps:
            with clock.at(moment):
                self._try(title, step)
        demo_people.archive(self.cast, self.demo)
        # Posts were counted by statements of which the objects know nothing.
        db.session.flush()
        db.session.expire_all()
        for draft in self.demo.drafts:
            self._try(draft.title or draft.thread, partial(self._save_draft, draft))
        for reading in self.demo.readings:
            self._try(reading.thread, partial(self._mark_read, reading))

    def _try(self, title: str, step: Step) -> None:
        """Raises DemoError, naming the thing, when the rules of the site refuse the step."""
        try:
            step()
        except (Invalid, NotAllowed) as error:
            raise DemoError(f"The demo’s “{title}” is refused: {error.message}") from error
        except (KeyError, ValueError) as error:
            raise DemoError(f"The demo’s “{title}” names something unknown: {error}") from error

    def _plan_thread(self, centre: str, told: DemoThread) -> None:
        moment = self.now - timedelta(days=told.days_ago)
        moments = []
        for post in told.posts:
            moment += timedelta(hours=post.hours_later)
            moments.append(moment)
            self._see(post.by, moment)
        if moment >= self.now:
            raise DemoError(f"The demo thread “{told.title}” runs into the future.")
        self._plan(moments[0], told.title, partial(self._start, centre, told))
        for number, post in enumerate(told.posts, start=1):
            at, until = moments[number - 1], (*moments, self.now)[number]
            if number > 1:
                self._plan(at, told.title, partial(self._reply, centre, told, number))
            for longest, step in self._aftermath(centre, told, number, post):
                self._plan(at + min(longest, (until - at) / 2), told.title, step)
        if told.pinned:
            self._plan(moments[0] + UNTIL_PINNED, told.title, partial(self._pin, centre, told))
        if told.locked:
            at = moment + min(UNTIL_LOCKED, (self.now - moment) / 2)
            self._plan(at, told.title, partial(self._lock, centre, told))

    def _aftermath(
        self, centre: str, told: DemoThread, number: int, post: DemoPost
    ) -> Iterator[tuple[timedelta, Step]]:
        """What becomes of a post: how long after it at most, and the step."""
        which = (centre, told.title, number)
        if post.first_text:
            yield UNTIL_EDITED, partial(self._edit, which, post)
        if post.withdrawn:
            yield UNTIL_WITHDRAWN, partial(self._withdraw, which, post)
        if post.hidden_reason:
            yield UNTIL_HIDDEN, partial(self._hide, which, post)
        if post.accepted:
            yield UNTIL_ACCEPTED, partial(self._accept, which)

    def _see(self, handle: str, moment: datetime) -> None:
        self.first_seen[handle] = min(moment, self.first_seen.get(handle, moment))

    def _plan(self, moment: datetime, title: str, step: Step) -> None:
        """Plan something of the threads' files, of which nothing waits for a moderator."""
        self._plan_screened(moment, title, unscreened()(step))

    def _plan_screened(self, moment: datetime, title: str, step: Step) -> None:
        self.steps.append((moment, len(self.steps), title, step))

    def _start(self, centre: str, told: DemoThread) -> None:
        post = told.posts[0]
        thread = threads.start_thread(
            self.cast.accounts[post.by],
            self.cast.boards[centre, told.board],
            title=told.title,
            source=post.first_text or post.text,
            topic_ids=[self.topics[slug].id for slug in told.topics],
            kind=ThreadKind(told.kind),
            organisation_id=self._organisation_id(post),
            submission_id=uuid.uuid4().hex,
        )
        self.threads[centre, told.title] = thread
        first = db.session.scalars(select(Post).where(Post.thread_id == thread.id)).one()
        self.posts[centre, told.title, 1] = first
        self.progress()

    def _reply(self, centre: str, told: DemoThread, number: int) -> None:
        post = told.posts[number - 1]
        self.posts[centre, told.title, number] = threads.reply(
            self.cast.accounts[post.by],
            self.threads[centre, told.title],
            source=self._quotation(centre, told, post) + (post.first_text or post.text),
            organisation_id=self._organisation_id(post),
            submission_id=uuid.uuid4().hex,
        )
        self.progress()

    def _quotation(self, centre: str, told: DemoThread, post: DemoPost) -> str:
        if not post.quoted_post:
            return ""
        quoted = self.posts[centre, told.title, post.quoted_post]
        text = markup.quote(
            post.quoted_text, author=quoted.author.display_name, address=quoted.path
        )
        return f"{text}\n\n"

    def _organisation_id(self, post: DemoPost) -> int | None:
        return self.cast.employers[post.by].id if post.capacity == "organisation" else None

    def _edit(self, which: tuple[str, str, int], told: DemoPost) -> None:
        post = self.posts[which]
        source = post.source.removesuffix(markup.clean_source(told.first_text)) + told.text
        threads.edit_post(
            post.author, post, source=source, note=told.edit_note, version=post.version
        )

    def _withdraw(self, which: tuple[str, str, int], told: DemoPost) -> None:
        threads.withdraw_post(self.cast.accounts[told.by], self.posts[which])

    def _hide(self, which: tuple[str, str, int], told: DemoPost) -> None:
        clause = demo_moderation.name_clause(self.cast.centres[which[0]].id, told.hidden_clause)
        moderation.hide_post(
            self.cast.moderator(which[0]),
            self.posts[which],
            ruling=Ruling(clause=clause, reason=told.hidden_reason),
        )

    def _accept(self, which: tuple[str, str, int]) -> None:
        post = self.posts[which]
        threads.accept_answer(post.thread.author, post)

    def _pin(self, centre: str, told: DemoThread) -> None:
        thread = self.threads[centre, told.title]
        moderation.pin_thread(self.cast.moderator(centre), thread, ruling=Ruling())

    def _lock(self, centre: str, told: DemoThread) -> None:
        thread = self.threads[centre, told.title]
        clause = demo_moderation.name_clause(thread.centre_id, LIVE_TENDERS)
        ruling = Ruling(clause=clause, reason=told.locked)
        moderation.lock_thread(self.cast.moderator(centre), thread, ruling=ruling)

    def _save_draft(self, told: DemoDraft) -> None:
        author = self.cast.accounts[told.by]
        if told.thread:
            thread = self.threads[told.centre, told.thread]
            threads.save_reply_draft(author, thread, source=told.text, choices={})
            return
        board = self.cast.boards[told.centre, told.board]
        threads.save_thread_draft(author, board, title=told.title, source=told.text, choices={})

    def _mark_read(self, told: DemoReading) -> None:
        thread = self.threads[told.centre, told.thread]
        threads.mark_read(self.cast.accounts[told.by], thread, number=told.number)
