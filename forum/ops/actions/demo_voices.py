"""Who responds to the consultations of the demo content, and what they say."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from forum.accounts.enums import Region, Sector
from forum.consultations.actions import Inventor, Persona, of_organisation
from forum.consultations.enums import QuestionKind
from forum.consultations.models import Question
from forum.core import clock
from forum.ops.queries.demo_consultations import DemoArgument, DemoResponses, DemoVoices
from forum.organisations.enums import SizeBand
from forum.organisations.models import Organisation

SECTORS = {
    Sector.PRIVATE: 36,
    Sector.VOLUNTARY: 22,
    Sector.SOCIAL_ENTERPRISE: 14,
    Sector.COMMUNITY: 12,
    Sector.PUBLIC: 16,
}
SIZES = {SizeBand.MICRO: 36, SizeBand.SMALL: 34, SizeBand.MEDIUM: 20, SizeBand.LARGE: 10}
SMALL = {SizeBand.MICRO: 80, SizeBand.SMALL: 20}
INDIVIDUAL_SHARE, KNOWN_SHARE, HOME_SHARE = 0.34, 0.3, 0.6
# Which of those who may leave out a question do so.
SHORT_SKIPPED, LONG_SKIPPED = 0.15, 0.3
OPENED, CLOSED, TWO_ARGUMENTS = 0.45, 0.3, 0.4

T = TypeVar("T")


class Voices(Inventor):
    """Makes respondents up as the demo content tells, most of them in the region ``home``.

    ``found`` tells the themes of the long answers that were written, by their texts.
    """

    def __init__(
        self,
        chance: Random,
        *,
        voices: DemoVoices,
        told: DemoResponses,
        home: Region,
    ) -> None:
        super().__init__(chance)
        self.voices = voices
        self.told = told
        self.home = home
        self.found: dict[str, set[str]] = {}
        self.names = {
            sector: chance.sample(list(names), k=len(names))
            for sector, names in voices.organisations.items()
        }
        self.letters: list[str] = []
        self.sends_letter = False

    def persona(self, number: int, organisation: Organisation | None) -> Persona:
        """Somebody with a name, for one of the site's organisations, another, or themselves."""
        chance = self.chance
        self._choose_campaigner(number)
        name = f"{chance.choice(self.voices.given_names)} {chance.choice(self.voices.family_names)}"
        if chance.random() < INDIVIDUAL_SHARE:
            return Persona(self._pick(SECTORS), None, self._region(), name)
        if organisation is not None and chance.random() < KNOWN_SHARE:
            return of_organisation(organisation, name=name)
        sector = self._pick(SECTORS)
        if not self.names[sector]:
            return Persona(sector, None, self._region(), name)
        called = self.names[sector].pop()
        size = self._pick(SMALL if sector is Sector.COMMUNITY else SIZES)
        return Persona(sector, size, self._region(), name, organisation_name=called)

    def skips(self, question: Question, persona: Persona) -> bool:
        """Long questions are left out oftener; nobody hands a file in."""
        del persona
        if self._is_campaign(question):
            return False
        if question.kind is QuestionKind.FILE:
            return True
        share = LONG_SKIPPED if question.kind is QuestionKind.LONG_TEXT else SHORT_SKIPPED
        return self.chance.random() < share

    def weights(self, question: Question, persona: Persona, count: int) -> Sequence[float]:
        """As the content tells, with equal ones for what it does not."""
        of_all = self.told.weights.get(str(question.number), ())
        told = list(self.told.weights.get(f"{question.number} {persona.sector}", of_all))
        return (told + [1.0] * count)[:count]

    def number(self, question: Question) -> Decimal:
        """Between those that the content tells, else within the bounds of the question."""
        if bounds := self.told.numbers.get(str(question.number)):
            return Decimal(self.chance.randint(*bounds))
        return super().number(question)

    def day(self, question: Question) -> date:
        """Between the days that the content tells, counted from now."""
        if bounds := self.told.days.get(str(question.number)):
            return clock.now().date() + timedelta(days=self.chance.randint(*bounds))
        return super().day(question)

    def text(self, question: Question, persona: Persona) -> str:
        """One of the texts told, or one made up of arguments."""
        if self._is_campaign(question):
            return self.letters[-1]
        arguments = self.told.arguments.get(str(question.number), ())
        if not arguments:
            return self.chance.choice(self.told.texts[str(question.number)])
        fitting = [one for one in arguments if not one.sectors or persona.sector in one.sectors]
        return self._compose(fitting)

    def _compose(self, fitting: Sequence[DemoArgument]) -> str:
        chance = self.chance
        count = 2 if len(fitting) > 1 and chance.random() < TWO_ARGUMENTS else 1
        chosen = chance.sample(fitting, k=count)
        parts = [one.text.strip() for one in chosen]
        if chance.random() < OPENED:
            parts[0] = f"{chance.choice(self.voices.openings)} {parts[0]}"
        if chance.random() < CLOSED:
            parts.append(chance.choice(self.voices.closings))
        text = "\n\n".join(parts)
        self.found.setdefault(text, set()).update(one.theme for one in chosen if one.theme)
        return text

    def _choose_campaigner(self, number: int) -> None:
        """Every so many respondents one sends the letter, until there are enough of them."""
        told, self.sends_letter = self.told, False
        step = max(1, told.count // (told.campaigners + 1))
        if len(self.letters) < told.campaigners and number % step == 0:
            self.sends_letter = True
            letter = told.campaign[len(self.letters) % len(told.campaign)].strip()
            self.letters.append(letter)
            self.found[letter] = {told.campaign_theme}

    def _is_campaign(self, question: Question) -> bool:
        return self.sends_letter and question.number == self.told.campaign_question

    def _region(self) -> Region | None:
        if self.chance.random() < HOME_SHARE:
            return self.home
        regions: list[Region | None] = [*Region, None]
        return self.chance.choice(regions)

    def _pick(self, weights: dict[T, int]) -> T:
        return self.chance.choices(list(weights), list(weights.values()))[0]
