"""The consultations of the demo content: announced, answered, analysed and decided again.

Managers' steps go through the same actions as everybody's, with the clock held at each moment.
The many rows of responses, readings and codings are written in bulk.
"""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial

import msgspec
from sqlalchemy import select

from forum.accounts.models import Account
from forum.consultations import actions as consultations
from forum.consultations import queries
from forum.consultations.actions import Inventor
from forum.consultations.actions.announcing import announce
from forum.consultations.actions.documents import add_document
from forum.consultations.actions.editing import create, edit, set_dates
from forum.consultations.actions.importing import import_questionnaire
from forum.consultations.actions.threads import tie_thread
from forum.consultations.enums import Kind, PromiseState, Ruling
from forum.consultations.exports.questionnaires import FORMAT
from forum.consultations.models import Consultation, Promise, Theme
from forum.core import clock
from forum.core.clock import london_day
from forum.core.db import db
from forum.ops.actions.demo_analysis import Analysis
from forum.ops.actions.demo_people import Cast
from forum.ops.actions.demo_voices import Voices
from forum.ops.queries import Demo
from forum.ops.queries.demo_consultations import (
    DemoConsultation,
    DemoNotice,
    DemoOutcome,
    DemoPromise,
    DemoResponses,
    DemoTheme,
    DemoUpdate,
)
from forum.threads.models import Thread
from forum.topics.models import Topic

Step = Callable[[], object]
Plan = Callable[[datetime, str, Step], None]
OPENS, CLOSES = time(9), time(17)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def first_steps(demo: Demo, now: datetime) -> Mapping[str, datetime]:
    """When each of those who draft and code consultations must be a member."""
    seen: dict[str, datetime] = {}
    for told in demo.consultations:
        moment = now - told.drafted_days_ago * DAY
        for handle in (told.by, *told.coders):
            seen[handle] = min(moment, seen.get(handle, moment))
    return seen


class Programme:
    """The consultations of the demo content; ``threads`` is filled while it plays."""

    def __init__(
        self,
        demo: Demo,
        cast: Cast,
        *,
        plan: Plan,
        now: datetime,
        threads: Mapping[tuple[str, str], Thread],
    ) -> None:
        self.demo = demo
        self.cast = cast
        self.now = now
        self.threads = threads
        self.found: dict[str, Consultation] = {}
        self.voices: dict[str, Voices] = {}
        self.promises: dict[str, Promise] = {}
        self.topics = {topic.slug: topic.id for topic in db.session.scalars(select(Topic))}
        for told in demo.consultations:
            for moment, step in self._steps(told):
                plan(moment, told.title, step)

    def _steps(self, told: DemoConsultation) -> list[tuple[datetime, Step]]:
        drafted = self._ago(told.drafted_days_ago)
        steps: list[tuple[datetime, Step]] = [(drafted, partial(self._draft, told))]
        if not told.announced_days_ago:
            return steps
        steps.append((self._ago(told.announced_days_ago), partial(self._announce, told)))
        if told.thread:
            steps.append((self._ago(told.tied_days_ago), partial(self._tie, told)))
        answered = min(self._closing(told), self.now)
        if told.responses:
            steps.append((answered, partial(self._fill, told, told.responses)))
        analysed = answered + told.analysed_after * DAY
        for place, theme in enumerate(told.themes):
            steps.append((answered + place * HOUR, partial(self._add_theme, told, theme)))
        if told.coders:
            steps.append((analysed, partial(self._analyse, told)))
        if told.coders and not told.outcome:
            steps.append((analysed + HOUR, partial(self._suggest, told)))
        if told.results_published:
            steps.append((analysed, partial(self._publish_results, told)))
        steps += [
            (self._ago(notice.days_ago), partial(self._give_notice, told, notice))
            for notice in told.notices
        ]
        return steps + (self._outcome_steps(told, told.outcome) if told.outcome else [])

    def _outcome_steps(
        self, told: DemoConsultation, outcome: DemoOutcome
    ) -> list[tuple[datetime, Step]]:
        at = self._ago(outcome.days_ago)
        return [
            (at - 2 * HOUR, partial(self._decide, told, outcome)),
            *((at - HOUR, partial(self._promise, told, one)) for one in outcome.promises),
            (at, partial(self._respond, told)),
            *(
                (self._ago(update.days_ago), partial(self._update, told, promise, update))
                for promise in outcome.promises
                for update in promise.updates
            ),
        ]

    def _ago(self, days: float) -> datetime:
        return self.now - days * DAY

    def _day(self, days: int) -> date:
        return london_day(self.now) + days * DAY

    def _closing(self, told: DemoConsultation) -> datetime:
        return clock.from_london(self._day(told.opens_in + told.days), CLOSES)

    def _author(self, told: DemoConsultation) -> Account:
        return self.cast.accounts[told.by]

    def _draft(self, told: DemoConsultation) -> None:
        author, centre = self._author(told), self.cast.centres[told.centre]
        made = create(author, centre, kind=Kind(told.kind), title=told.title, summary=told.summary)
        self.found[told.title] = made
        closing = self._day(told.opens_in + told.days)
        dates = {"decision_on": told.decision_in, "retention_on": told.retention_in}
        days = {name: closing + count * DAY for name, count in dates.items() if count}
        edit(
            author,
            made,
            version=made.version,
            changes={**told.texts, **days},
            topic_ids=[self.topics[slug] for slug in told.topics],
        )
        db.session.flush()
        set_dates(
            author,
            made,
            version=made.version,
            opens_at=clock.from_london(self._day(told.opens_in), OPENS),
            closes_at=self._closing(told),
            short_reason="",
            holiday_reason="",
        )
        for document in told.documents:
            add_document(author, made, title=document.title, text=document.text)
        if told.sections:
            file = {"format": FORMAT, "version": 1, "sections": told.sections}
            import_questionnaire(author, made, msgspec.json.encode(file))

    def _announce(self, told: DemoConsultation) -> None:
        announce(self._author(told), self.found[told.title])

    def _tie(self, told: DemoConsultation) -> None:
        thread = self.threads[told.centre, told.thread]
        tie_thread(self._author(told), self.found[told.title], thread.id)

    def _fill(self, told: DemoConsultation, responses: DemoResponses) -> None:
        made, region = self.found[told.title], self.cast.centres[told.centre].region

        def invent(chance: random.Random) -> Inventor:
            voices = Voices(chance, voices=self.demo.voices, told=responses, home=region)
            self.voices[told.title] = voices
            return voices

        consultations.fill_consultation(
            made, responses=responses.count, seed=responses.seed, invent=invent
        )

    def _add_theme(self, told: DemoConsultation, theme: DemoTheme) -> None:
        made = self.found[told.title]
        consultations.add_theme(
            self._author(told), made, title=theme.title, description=theme.description
        )

    def _analyse(self, told: DemoConsultation) -> None:
        made = self.found[told.title]
        coders = [self.cast.accounts[handle] for handle in told.coders]
        Analysis(told, made, coders, self.voices[told.title].found).perform()

    def _suggest(self, told: DemoConsultation) -> None:
        made = self.found[told.title]
        consultations.ask_suggestions(self._author(told), made)
        consultations.make_suggestions(made.id)

    def _publish_results(self, told: DemoConsultation) -> None:
        consultations.publish_results(self._author(told), self.found[told.title])

    def _give_notice(self, told: DemoConsultation, notice: DemoNotice) -> None:
        consultations.give_notice(
            self._author(told),
            self.found[told.title],
            due_on=self._day(notice.due_in),
            reason=notice.reason,
        )

    def _decide(self, told: DemoConsultation, outcome: DemoOutcome) -> None:
        made, author = self.found[told.title], self._author(told)
        themes = self._themes(made)
        for decided in told.themes:
            theme = themes[decided.title]
            consultations.edit_theme(
                author,
                made,
                theme,
                version=theme.version,
                title=theme.title,
                description=theme.description,
                ruling=Ruling(decided.ruling),
                reason=decided.reason,
                did=decided.did,
            )
        consultations.write_outcome(
            author,
            made,
            version=0,
            asked=outcome.asked,
            said=outcome.said,
            decided=outcome.decided,
            signer=outcome.signer,
            signer_role=outcome.signer_role,
        )
        db.session.flush()

    def _promise(self, told: DemoConsultation, promise: DemoPromise) -> None:
        made = self.found[told.title]
        self.promises[promise.text] = consultations.make_promise(
            self._author(told),
            made,
            text=promise.text,
            owner=promise.owner,
            due_on=self._day(promise.due_in),
            theme_id=self._themes(made)[promise.theme].id,
        )

    def _respond(self, told: DemoConsultation) -> None:
        consultations.publish_outcome(self._author(told), self.found[told.title])

    def _update(self, told: DemoConsultation, promise: DemoPromise, update: DemoUpdate) -> None:
        found = self.promises[promise.text]
        consultations.update_promise(
            self._author(told),
            found,
            version=found.version,
            state=PromiseState(update.state),
            due_on=None,
            note=update.note,
        )
        db.session.flush()

    @staticmethod
    def _themes(made: Consultation) -> dict[str, Theme]:
        db.session.flush()
        return {theme.title: theme for theme in queries.themes_of(made.id)}
