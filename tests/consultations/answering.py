"""Makers of questionnaires and responses."""

import itertools
from datetime import timedelta

from forum.consultations import actions, queries
from forum.consultations.enums import Kind, QuestionKind
from forum.consultations.models import Consultation, Question, Section
from forum.consultations.policy.answers import Chosen, Given, fingerprint
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.db import db
from tests import factories

_numbers = itertools.count(1)
OPTIONS = [
    {"key": "a", "label": "Within 10 days"},
    {"key": "b", "label": "Within 30 days"},
    {"key": "c", "label": "Later"},
]
ROWS = [{"key": "r1", "label": "Price"}, {"key": "r2", "label": "Quality"}]


def open_consultation(centre="north-east", *, days=30, **fields):
    """A consultation of a centre that opened an hour ago and closes in ``days``."""
    now = clock.now()
    place = factories.get_centre(centre)
    consultation = Consultation(
        **{
            "centre": place,
            "centre_id": place.id,
            "author_id": factories.make_account(role="manager", centre=place).id,
            "kind": Kind.CONSULTATION,
            "title": f"Paying small suppliers on time {next(_numbers)}",
            "slug": "paying-small-suppliers-on-time",
            "summary": "How quickly invoices are paid.",
            "created_at": now - timedelta(days=10),
            "announced_at": now - timedelta(days=3),
            "opens_at": now - timedelta(hours=1),
            "closes_at": now + timedelta(days=days),
            "controller": "Gateshead Council",
            "lawful_basis": "A task in the public interest.",
            "edition": 1,
            **fields,
        }
    )
    _save(consultation)
    return consultation


def section(consultation, title="About payment", **fields):
    """A page of the questionnaire."""
    made = Section(
        **{
            "consultation_id": consultation.id,
            "position": next(_numbers),
            "title": title,
            **fields,
        }
    )
    _save(made)
    return made


def question(where, kind=QuestionKind.LONG_TEXT, *, text="What should change?", **fields):
    """A question at the end of a section."""
    count = db.session.query(Question).filter_by(consultation_id=where.consultation_id).count()
    made = Question(
        **{
            "consultation_id": where.consultation_id,
            "section_id": where.id,
            "position": count + 1,
            "number": count + 1,
            "kind": kind,
            "text": text,
            **fields,
        }
    )
    _save(made)
    return made


def small_consultation(**fields):
    """One with two pages: a required choice, and a long text."""
    consultation = open_consultation(**fields)
    first = question(
        section(consultation),
        QuestionKind.SINGLE,
        text="How soon are you paid?",
        options=OPTIONS,
        is_required=True,
    )
    second = question(section(consultation, "Your experience"))
    return consultation, first, second


def speaker(**fields):
    """Somebody of the voluntary sector in the North East, for themselves."""
    return actions.Speaker(
        **{
            "sector": factories.Sector.VOLUNTARY,
            "region": factories.Region.NORTH_EAST,
            **fields,
        }
    )


def begin(consultation, account=None, *, submission_id="", opened=(), **fields):
    """A draft of the account, or of a visitor, and its holder."""
    holder = holder_of(account, *opened)
    response = actions.begin_response(
        holder, consultation, speaker=speaker(**fields), submission_id=submission_id
    )
    return response, holder_of(account, response.reference)


def holder_of(account=None, *opened):
    """The account, or a visitor, with what their browser has opened."""
    return queries.holder_of(account or Anonymous(), opened)


def answer(holder, response, answers):
    """Save ``answers``, given by question; returns what was refused."""
    questions = list(answers)
    return actions.save_page(
        holder,
        response,
        questions=questions,
        given={one.id: given for one, given in answers.items()},
        began_from=fingerprint(queries.answers_of(response.id), questions),
    )


def text(words):
    """A text as an answer."""
    return Given(text=words)


def _save(thing):
    db.session.add(thing)
    factories.commit()


def choose(*options):
    """Options as an answer."""
    return Given(choices=tuple(Chosen(option) for option in options))
