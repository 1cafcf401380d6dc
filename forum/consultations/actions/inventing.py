"""Respondents and answers that are made up, for load data and the demo; the same for a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from forum.accounts.enums import Region, Sector
from forum.consultations.enums import Confidentiality, QuestionKind
from forum.consultations.models import Question
from forum.consultations.policy.answers import (
    LONGEST_OTHER,
    LONGEST_SHORT,
    LONGEST_TEXT,
    NOTHING,
    OTHER,
    Chosen,
    Given,
)
from forum.consultations.policy.conditions import values_of
from forum.organisations.enums import SizeBand
from forum.organisations.models import Organisation

WORDS = (
    *("buyers", "bidders", "invoices", "contracts", "notices", "lots", "prices", "terms"),
    *("are", "need", "wait for", "follow", "change", "depend on", "explain", "delay"),
    *("often", "rarely", "clearly", "later", "twice", "in writing", "by hand", "each year"),
)
CONFIDENTIAL_SHARE = 0.05
ORGANISATION_SHARE = 0.6
LARGEST_NUMBER = 1_000
FIRST_DAY = date(2024, 1, 1)
DAYS = 1_500
MOST_CHOSEN = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Persona:
    """Who responds; ``organisation_id`` is one of the site, else the organisation has a name."""

    sector: Sector
    size: SizeBand | None
    region: Region | None
    name: str
    organisation_name: str = ""
    organisation_id: int | None = None

    @property
    def is_organisation(self) -> bool:
        """Whether they respond for an organisation."""
        return self.organisation_id is not None or bool(self.organisation_name)


class Inventor:
    """Makes respondents and acceptable answers up, by ``chance`` alone.

    What should read like people's words, or lean to one side, overrides ``persona``, ``text``,
    ``weights``, ``number``, ``day`` and ``skips``. ``upload_id`` is the file that answers
    questions for one.
    """

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.upload_id: int | None = None

    def persona(self, number: int, organisation: Organisation | None) -> Persona:
        """The respondent ``number`` (from 1), perhaps for the next ``organisation`` of the site."""
        if self.chance.random() >= ORGANISATION_SHARE:
            return Persona(
                sector=self.chance.choice(list(Sector)),
                size=None,
                region=self.chance.choice([*Region, None]),
                name=f"Respondent {number}",
            )
        if organisation is not None and self.chance.random() < 1 / 2:
            return of_organisation(organisation, name=f"Respondent {number}")
        return Persona(
            sector=self.chance.choice(list(Sector)),
            size=self.chance.choice(list(SizeBand)),
            region=self.chance.choice([*Region, None]),
            name=f"Respondent {number}",
            organisation_name=f"Organisation {number}",
        )

    def text(self, question: Question, persona: Persona) -> str:
        """What somebody writes."""
        del persona
        count = self.chance.randint(4, 120 if question.kind is QuestionKind.LONG_TEXT else 8)
        return " ".join(self.chance.choices(WORDS, k=count)).capitalize()

    def weights(self, question: Question, persona: Persona, count: int) -> Sequence[float]:
        """How likely each of the ``count`` options or steps is, relative to the others."""
        del question, persona
        return (1.0,) * count

    def skips(self, question: Question, persona: Persona) -> bool:
        """Whether the respondent leaves out a question that may be left out."""
        del question, persona
        return False

    def number(self, question: Question) -> Decimal:
        """A number within the bounds of the question."""
        least, most = question.settings.get("least"), question.settings.get("most")
        low = (
            Decimal(least)
            if least is not None
            else Decimal(most or LARGEST_NUMBER) - LARGEST_NUMBER
        )
        high = Decimal(most) if most is not None else low + LARGEST_NUMBER
        number = low + Decimal(self.chance.randrange(10_000)) / 10_000 * (high - low)
        return min(max(Decimal(round(number)), low), high)

    def day(self, question: Question) -> date:
        """A day."""
        del question
        return FIRST_DAY + timedelta(days=self.chance.randrange(DAYS))

    def answer(self, question: Question, persona: Persona) -> Given:
        """An acceptable answer; NOTHING for information, and without a file for one."""
        if not question.is_required and self.skips(question, persona):
            return NOTHING
        given = self._given(question, persona)
        is_secret = (
            question.may_be_confidential
            and not given.is_empty
            and self.chance.random() < CONFIDENTIAL_SHARE
        )
        if not is_secret:
            return given
        return Given(
            text=given.text,
            number=given.number,
            day=given.day,
            choices=given.choices,
            upload_id=given.upload_id,
            confidentiality=Confidentiality.COMMERCIAL,
            confidential_reason="It shows what we agreed with a customer.",
        )

    def _given(self, question: Question, persona: Persona) -> Given:
        kind = question.kind
        if kind in {QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT}:
            return Given(text=self._cut(question, self.text(question, persona)))
        if kind is QuestionKind.NUMBER:
            return Given(number=self.number(question))
        if kind is QuestionKind.DATE:
            return Given(day=self.day(question))
        if kind is QuestionKind.FILE:
            return Given(upload_id=self.upload_id)
        if kind is QuestionKind.INFORMATION:
            return NOTHING
        return self._chosen(question, persona)

    def _chosen(self, question: Question, persona: Persona) -> Given:
        keys = [key for key, _label in values_of(question)]
        weights = self.weights(question, persona, len(keys))
        if question.kind is QuestionKind.MATRIX:
            rows = [row["key"] for row in question.rows]
            options = self.chance.choices(keys, weights, k=len(rows))
            return Given(
                choices=tuple(
                    Chosen(option, row=row) for row, option in zip(rows, options, strict=True)
                )
            )
        if question.kind is QuestionKind.RANKING:
            order = self._sample(keys, weights, len(keys))
            return Given(choices=tuple(Chosen(key, rank=n) for n, key in enumerate(order, 1)))
        count = self._count(question, keys) if question.kind is QuestionKind.MULTIPLE else 1
        chosen = self._sample(keys, weights, count)
        other = self.text(question, persona)[:LONGEST_OTHER] if OTHER in chosen else ""
        in_order = sorted(chosen, key=keys.index)
        return Given(text=other, choices=tuple(Chosen(key) for key in in_order))

    def _count(self, question: Question, keys: Sequence[str]) -> int:
        most = int(question.settings.get("most") or min(len(keys), MOST_CHOSEN))
        return self.chance.randint(max(1, int(question.settings.get("least") or 1)), most)

    def _sample(self, things: Sequence[T], weights: Sequence[float], count: int) -> list[T]:
        """``count`` different things, the heavier the sooner (Efraimidis and Spirakis 2006)."""
        keys = [self.chance.random() ** (1 / max(weight, 1e-6)) for weight in weights]
        order = sorted(range(len(things)), key=keys.__getitem__, reverse=True)
        return [things[place] for place in order[:count]]

    @staticmethod
    def _cut(question: Question, text: str) -> str:
        usual = LONGEST_SHORT if question.kind is QuestionKind.SHORT_TEXT else LONGEST_TEXT
        return text[: int(question.settings.get("longest") or usual)]


def of_organisation(organisation: Organisation, *, name: str) -> Persona:
    """Somebody called ``name`` who responds for an organisation of the site."""
    return Persona(
        sector=organisation.sector,
        size=organisation.size,
        region=organisation.region,
        name=name,
        organisation_id=organisation.id,
    )
