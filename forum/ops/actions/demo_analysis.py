"""What analysts did with the responses to a consultation of the demo content.

Written in bulk, but for words that were removed and answers that were withheld.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import insert, select, update

from forum.accounts.models import Account
from forum.consultations import actions as consultations
from forum.consultations import queries
from forum.consultations.enums import Channel, Publication, Removal
from forum.consultations.models import Answer, Coding, Consultation, Reading, Response
from forum.core import clock
from forum.core.db import db
from forum.ops.queries.demo_consultations import DemoConsultation, DemoReview

# How many the second coder read, and how often she found what the first found.
SECOND_READS, AGREEMENT = 0.6, 0.88
# Of those who want to be published, the last ones wait.
REVIEWED = 0.9
SILENT = {"synchronize_session": False}


class Analysis:
    """The analysis of the responses to ``made``; ``found`` are the themes of their texts."""

    def __init__(
        self,
        told: DemoConsultation,
        made: Consultation,
        coders: Sequence[Account],
        found: Mapping[str, set[str]],
    ) -> None:
        self.told = told
        self.made = made
        self.coders = coders
        self.found = found
        self.chance = Random(told.title)  # noqa: S311 — demo content, no secret
        self.responses = db.session.scalars(
            select(Response).where(Response.consultation_id == made.id).order_by(Response.id)
        ).all()

    def perform(self) -> None:
        """Read, code and publish."""
        self._transcribe()
        self._code(self._read())
        if self.told.reviews:
            self._approve()
            for review in self.told.reviews:
                self._review(review)

    def _transcribe(self) -> None:
        """Let the first individuals have written letters."""
        count = self.told.responses.on_paper if self.told.responses else 0
        for response in [one for one in self.responses if not one.is_organisation][:count]:
            response.channel = Channel.PAPER
            response.transcriber_id = self.coders[0].id
            response.received_on = response.began_at.date()
        db.session.flush()

    def _read(self) -> list[tuple[Account, Response]]:
        """Who read which response: the first coder all, the others a part of them."""
        read = [
            (coder, response)
            for place, coder in enumerate(self.coders)
            for response in self.responses
            if place == 0 or self.chance.random() < SECOND_READS
        ]
        now = clock.now()
        rows = [
            {"response_id": response.id, "analyst_id": coder.id, "read_at": now}
            for coder, response in read
        ]
        if rows:
            db.session.execute(insert(Reading), rows)
        return read

    def _code(self, read: Sequence[tuple[Account, Response]]) -> None:
        themes = {theme.title: theme.id for theme in queries.themes_of(self.made.id)}
        texts: dict[int, list[tuple[int, str]]] = {}
        answers = select(Answer.response_id, Answer.id, Answer.text).where(
            Answer.response_id.in_([response.id for response in self.responses]),
            Answer.text != "",
        )
        for response_id, answer_id, text in db.session.execute(answers.order_by(Answer.id)):
            texts.setdefault(response_id, []).append((answer_id, text))
        now = clock.now()
        rows = [
            {
                "answer_id": answer_id,
                "theme_id": themes[title],
                "coder_id": coder.id,
                "coded_at": now - timedelta(minutes=len(self.responses)),
            }
            for coder, response in read
            for answer_id, text in texts.get(response.id, ())
            for title in sorted(self.found.get(text, ()))
            if coder is self.coders[0] or self.chance.random() < AGREEMENT
        ]
        if rows:
            db.session.execute(insert(Coding), rows)

    def _approve(self) -> None:
        willing = [response for response in self.responses if response.may_publish]
        ids = [response.id for response in willing[: int(len(willing) * REVIEWED)]]
        shown = Answer.response_id.in_(ids) & Answer.confidentiality.is_(None)
        db.session.execute(
            update(Answer)
            .where(shown)
            .values(publication=Publication.APPROVED, published_text=Answer.text),
            execution_options=SILENT,
        )
        db.session.execute(
            update(Response).where(Response.id.in_(ids)).values(published_at=clock.now()),
            execution_options=SILENT,
        )
        db.session.expire_all()

    def _review(self, review: DemoReview) -> None:
        """Take the words from every published answer that has them, or withhold it."""
        analyst, why = self.coders[0], Removal(review.why)
        answers = db.session.execute(
            select(Answer, Response)
            .join(Response, Response.id == Answer.response_id)
            .where(
                Response.consultation_id == self.made.id,
                Answer.publication == Publication.APPROVED,
                Answer.text.contains(review.span, autoescape=True),
            )
            .order_by(Answer.id)
        ).all()
        for answer, response in answers:
            if review.withheld:
                consultations.withhold_answer(analyst, response, answer, why=why)
            else:
                consultations.redact_answer(analyst, response, answer, spans=review.span, why=why)
