"""Makers of consultations, as plain functions with traits."""

from datetime import date, datetime, timedelta

from slugify import slugify

from forum.consultations.actions import announcing
from forum.consultations.enums import Kind, QuestionKind
from forum.consultations.models import (
    Consultation,
    ConsultationTopic,
    Document,
    Question,
    Section,
)
from forum.core import clock
from forum.core.db import db
from tests import factories

WEEK = timedelta(weeks=1)


def manager(centre="north-east", **fields):
    """A manager of a centre (default North East)."""
    return factories.make_account(role="manager", centre=factories.get_centre(centre), **fields)


def make_draft(*, author=None, centre=None, kind=Kind.CONSULTATION, title="", **fields):
    """A draft with a title alone."""
    centre = centre or factories.get_centre()
    title = title or f"Consultation {next(factories._numbers)}"
    consultation = Consultation(
        **{
            "centre": centre,
            "author_id": (author or manager(centre.slug)).id,
            "kind": Kind(kind),
            "title": title,
            "slug": slugify(title, max_length=150),
            "created_at": clock.now(),
            "controller": centre.host,
            **fields,
        }
    )
    _save(consultation)
    return consultation


def make_complete(*, questions=(), topics=(), document=True, days=70, **fields):
    """A draft that lacks nothing: it opens in a week and is open for ten weeks."""
    opens_at = fields.pop("opens_at", None) or clock.now() + WEEK
    consultation = make_draft(
        **{
            "summary": "How we buy repairs.",
            "opens_at": opens_at,
            "closes_at": opens_at + timedelta(days=days),
            "purpose": "To hear how repairs are bought best.",
            "still_open": "The size of the lots.",
            "already_fixed": "That there will be a contract.",
            "decider": "The procurement board",
            "decision_on": date(2098, 1, 31),
            "options_considered": "One contract, or several.",
            "options_rejected": "Buying each repair by itself costs too much.",
            "lawful_basis": "Public task: Article 6(1)(e) of the UK GDPR.",
            "retention_on": date(2099, 1, 31),
            **fields,
        }
    )
    for topic in topics or [factories.make_topic()]:
        _save(ConsultationTopic(consultation_id=consultation.id, topic_id=topic.id))
    if document:
        make_document(consultation)
    section = make_section(consultation)
    for question in questions or [{}]:
        make_question(section, **question)
    return consultation


def make_announced(*, author=None, at=None, **fields):
    """An announced consultation; it opens a week after ``at`` (default now)."""
    author = author or manager(getattr(fields.get("centre"), "slug", "north-east"))
    with clock.at(at or clock.now()):
        consultation = make_complete(author=author, **fields)
        announcing.announce(author, consultation)
    return consultation


def make_open(*, ago=WEEK, **fields):
    """A consultation that opened ``ago``."""
    return make_announced(at=clock.now() - ago - WEEK, **fields)


def make_closed(*, ago=WEEK, days=70, **fields):
    """A consultation that closed ``ago``."""
    return make_announced(at=clock.now() - ago - timedelta(days=days) - WEEK, days=days, **fields)


def make_section(consultation, *, title="About you", **fields):
    """The next section of the questionnaire."""
    section = Section(
        **{
            "consultation_id": consultation.id,
            "position": next(factories._numbers),
            "title": title,
            **fields,
        }
    )
    _save(section)
    return section


def make_question(section, kind=QuestionKind.LONG_TEXT, *, text="What do you think?", **fields):
    """The next question of the section."""
    place = next(factories._numbers)
    count = db.session.query(Question).filter_by(consultation_id=section.consultation_id)
    asked = count.filter(Question.kind != QuestionKind.INFORMATION).count()
    is_asked = kind != QuestionKind.INFORMATION
    question = Question(
        **{
            "consultation_id": section.consultation_id,
            "section_id": section.id,
            "position": place,
            "number": asked + 1 if is_asked else 0,
            "kind": QuestionKind(kind),
            "text": text,
            "options": [],
            "rows": [],
            "settings": {},
            **fields,
        }
    )
    _save(question)
    return question


def options(*labels):
    """Options of a question with these labels, as they are stored."""
    return [{"key": f"o{place}", "label": label} for place, label in enumerate(labels, 1)]


def make_document(consultation, *, title="The proposal", text="What we propose.", **fields):
    """The next document of a consultation."""
    document = Document(
        **{
            "consultation_id": consultation.id,
            "position": next(factories._numbers),
            "title": title,
            "text": text,
            **fields,
        }
    )
    _save(document)
    return document


def london(year, month, day, hour=9, minute=0):
    """The instant at which clocks in London show this."""
    return datetime(year, month, day, hour, minute, tzinfo=clock.LONDON)


def _save(thing):
    db.session.add(thing)
    factories.commit()
