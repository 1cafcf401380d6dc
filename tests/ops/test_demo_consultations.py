"""The consultations of the demo content: over all stages, answered believably, and shown."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import func, select

from forum.accounts.enums import Region, Role, Sector
from forum.accounts.models import Account, RoleGrant
from forum.consultations import queries as consultations
from forum.consultations.enums import (
    Channel,
    Kind,
    PromiseState,
    Publication,
    QuestionKind,
    Ruling,
    Stage,
)
from forum.consultations.models import (
    Answer,
    Coding,
    Consultation,
    LatenessNotice,
    Outcome,
    Promise,
    Question,
    Reading,
    Respondent,
    Response,
    SuggestionRun,
    Theme,
)
from forum.consultations.policy.answers import asked, can_answer
from forum.consultations.stages import outcome_due_at, stage_of
from forum.core import clock
from forum.core.db import db
from forum.ops import actions, queries
from forum.ops.actions.demo_voices import Voices
from forum.ops.queries.demo_consultations import (
    DemoArgument,
    DemoResponses,
    DemoVoices,
    consultation_of,
)
from forum.ops.queries.demo_moderation import DemoModeration
from forum.web.limits import limiter
from tests import factories
from tests.applications import undone

MANAGER = "manager@demo.example"


@pytest.fixture(scope="module")
def demo():
    """The consultations of the files with everybody in them, and the thread that one names."""
    whole = queries.read_demo()
    named = {(told.centre, told.thread) for told in whole.consultations}
    centres = [
        replace(
            centre, threads=[one for one in centre.threads if (centre.slug, one.title) in named]
        )
        for centre in whole.centres
    ]
    return replace(
        whole,
        centres=centres,
        drafts=(),
        readings=(),
        moderation=DemoModeration(members=whole.moderation.members),
    )


@pytest.fixture
def site(applications):
    """The site with the whole demo, on SQLite: it is loaded on both databases elsewhere."""
    limiter.enabled = False
    yield from undone(applications.shared("sqlite", "demo"))


@pytest.fixture
def client(site):
    """Somebody at the site."""
    return site.test_client()


def of_stage(stage):
    found = db.session.scalars(select(Consultation).order_by(Consultation.id))
    return [one for one in found if stage_of(one, clock.now()) is stage]


def responses_of(consultation):
    return db.session.scalars(
        select(Response).where(Response.consultation_id == consultation.id).order_by(Response.id)
    ).all()


def texts_of(consultation, number):
    rows = (
        select(Answer.text)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.consultation_id == consultation.id, Question.number == number)
    )
    return list(db.session.scalars(rows.order_by(Answer.id)))


def count_where(model, *which):
    return db.session.scalar(select(func.count()).select_from(model).where(*which))


def manager():
    return db.session.scalars(select(Account).where(Account.email == MANAGER)).one()


def test_all_stages_and_kinds(site, client):
    found = db.session.scalars(select(Consultation)).all()
    stages = Counter(stage_of(one, clock.now()) for one in found)
    assert stages == {
        Stage.DRAFT: 1,
        Stage.FORTHCOMING: 1,
        Stage.OPEN: 1,
        Stage.ANALYSING: 2,
        Stage.RESPONDED: 1,
    }
    assert {one.kind for one in found} == set(Kind)
    kinds = set(db.session.scalars(select(Question.kind)))
    assert kinds == set(QuestionKind)
    assert count_where(Question, Question.condition_question_id.is_not(None)) >= 5
    (forthcoming,) = of_stage(Stage.FORTHCOMING)
    assert forthcoming.notice_number
    assert forthcoming.engagement_purposes
    (draft,) = of_stage(Stage.DRAFT)
    client.get(draft.path, status=404)
    client.sign_in(manager())
    client.get(f"/consultations/{draft.id}/manage/")


def test_each_has_a_manager_and_is_found_once_it_is_announced(site, client):
    managed = set(
        db.session.scalars(select(RoleGrant.centre_id).where(RoleGrant.role == Role.MANAGER))
    )
    found = db.session.scalars(select(Consultation)).all()
    assert {one.centre_id for one in found} <= managed
    for one in found:
        page = client.get("/search/", query_string={"q": one.title, "kind": "consultation"})
        assert (one.title in page.links) == (one.announced_at is not None), one.title


def test_every_page_answers_a_visitor(site, client):
    paths = ["/consultations/", "/promises/"]
    for one in db.session.scalars(select(Consultation).where(Consultation.edition > 0)):
        stage = stage_of(one, clock.now())
        paths += [one.path, f"{one.path}questions/", f"{one.path}history/"]
        paths += [f"{one.path}documents/{text.id}/" for text in consultations.documents_of(one.id)]
        if stage in {Stage.ANALYSING, Stage.RESPONDED}:
            paths.append(f"{one.path}responses/")
        if one.results_at:
            paths += [f"{one.path}results/", f"{one.path}results/?by=sector"]
        if stage is Stage.RESPONDED:
            paths.append(f"{one.path}outcome/")
    assert len(paths) > 25
    for path in paths:
        client.get(path, status=200)


def test_what_is_open_is_hidden_from_visitors_and_shown_to_managers(site, client):
    (going_on,) = of_stage(Stage.OPEN)
    assert len(responses_of(going_on)) > 20
    client.get(f"{going_on.path}results/", status=404)
    client.get(f"{going_on.path}responses/", status=404)
    client.sign_in(manager())
    client.get(f"{going_on.path}results/")
    (decided,) = of_stage(Stage.RESPONDED)
    client.get(f"/consultations/{decided.id}/manage/responses/")


def test_the_responses_to_the_one_that_is_decided(site):
    (decided,) = of_stage(Stage.RESPONDED)
    responses = responses_of(decided)
    assert len(responses) == 150
    assert {one.sector for one in responses} == set(Sector)
    assert len({one.size for one in responses}) == 5
    assert len({one.region for one in responses}) > 5
    assert {one.is_organisation for one in responses} == {True, False}
    assert {one.channel for one in responses} == {Channel.ONLINE, Channel.PAPER}
    published = [one for one in responses if one.published_at]
    assert 60 < len(published) < 140
    assert all(one.may_publish for one in published)
    states = set(db.session.scalars(select(Answer.publication)))
    assert states == set(Publication)
    assert count_where(Answer, Answer.confidentiality.is_not(None)) > 0
    shown = "\n".join(db.session.scalars(select(Answer.published_text)))
    assert "[removed]" in shown
    assert "Northfold Civils" not in shown
    assert "is a thief" not in shown
    letters = [text for text in texts_of(decided, 8) if "Fair Retentions Pledge" in text]
    assert len(letters) >= 10
    assert 1 < len(set(letters)) < len(letters)
    others = set(texts_of(decided, 8)) - set(letters)
    assert len(others) > 90


def test_responses_are_ones_that_people_could_have_given(site):
    for stage in (Stage.RESPONDED, Stage.OPEN):
        (found,) = of_stage(stage)
        questions = consultations.questions_of(found.id)
        for response in responses_of(found)[:40]:
            answers = consultations.answers_of(response.id)
            shown = asked(questions, answers)
            assert set(answers) <= {question.id for question in shown}
            for question in shown:
                if question.is_required or question.id in answers:
                    assert can_answer(question, answers[question.id])
    names = list(db.session.scalars(select(Respondent.organisation_name)))
    assert all(count <= 4 for name, count in Counter(names).items() if name)


def test_two_coders_and_a_decision_on_each_theme(site):
    (decided,) = of_stage(Stage.RESPONDED)
    themes = db.session.scalars(select(Theme).where(Theme.consultation_id == decided.id)).all()
    assert {theme.ruling for theme in themes} == set(Ruling)
    assert all(theme.reason for theme in themes)
    mine = [theme.id for theme in themes]
    coders = select(Coding.coder_id, func.count()).where(Coding.theme_id.in_(mine))
    found = db.session.execute(coders.group_by(Coding.coder_id))
    counts = {coder_id: number for coder_id, number in found}  # noqa: C416 — rows are no pairs
    assert len(counts) == 2
    assert counts[manager().id] > min(counts.values()) > 20
    by_theme = consultations.count_themes(decided, exact=True)
    assert all(one.responses for one in by_theme)
    read = count_where(Reading, Reading.analyst_id == manager().id)
    assert read >= 150
    assert db.session.get_one(Outcome, decided.id).signer


def test_a_manager_is_offered_themes_while_responses_are_read(site, client):
    for being_read in of_stage(Stage.ANALYSING):
        themes = consultations.themes_of(being_read.id)
        suggested = consultations.suggested_themes(being_read.id)
        assert len(suggested) >= 3
        titles = {one.title.casefold() for one in suggested}
        assert titles.isdisjoint(theme.title.casefold() for theme in themes)
        run = consultations.run_of(being_read.id)
        assert being_read.closes_at < run.asked_at <= run.made_at < clock.now()
        client.sign_in(db.session.get(Account, being_read.author_id))
        page = client.get(f"/consultations/{being_read.id}/manage/suggestions/")
        assert suggested[0].title in page.links
    looked_at = set(db.session.scalars(select(SuggestionRun.consultation_id)))
    assert looked_at == {one.id for one in of_stage(Stage.ANALYSING)}


def test_promises_are_kept_open_and_overdue(site, client):
    today = clock.now().date()
    promises = db.session.scalars(select(Promise).order_by(Promise.due_on)).all()
    told = [(one.state, one.due_on < today) for one in promises]
    assert sorted(told) == sorted(
        [(PromiseState.KEPT, True), (PromiseState.OPEN, True), (PromiseState.OPEN, False)]
    )
    overdue = next(one for one in promises if one.state is PromiseState.OPEN)
    page = client.get("/promises/").text
    assert overdue.text in page


def test_the_late_one_says_why(site, client):
    late = [one for one in of_stage(Stage.ANALYSING) if outcome_due_at(one) < clock.now()]
    (found,) = late
    notice = db.session.scalars(select(LatenessNotice)).one()
    assert notice.consultation_id == found.id
    assert notice.due_on > clock.now().date()
    assert notice.reason in client.get(found.path).text


def test_the_files_have_enough_of_their_own(demo):
    (many,) = [one for one in demo.consultations if one.outcome]
    arguments = [one for told in many.responses.arguments.values() for one in told]
    assert len({one.text for one in arguments}) >= 40
    for told in demo.consultations:
        themes = {theme.title for theme in told.themes}
        for one in (told.responses or DemoResponses(count=0, seed=0)).arguments.values():
            assert {argument.theme for argument in one} - {""} <= themes, told.title
        assert all(document.text.strip() for document in told.documents), told.title


def test_contradictions_are_told(app, demo):
    (told,) = [one for one in demo.consultations if one.outcome]
    here = [centre for centre in demo.centres if centre.slug == told.centre]
    demo = replace(demo, centres=here, moderation=DemoModeration())
    for changes, message in (
        ({"topics": ["no-such-topic"]}, "names something unknown"),
        ({"documents": ()}, "is refused: This is not complete"),
    ):
        with pytest.raises(queries.DemoError, match=message):
            actions.load_demo(
                replace(demo, consultations=[replace(told, **changes)]),
                password_hash=factories.CHEAP_HASH,
            )
        assert count_where(Account) == 0


def alone(demo, **changes):
    """The demo with the consultation that is decided, changed, and nothing else."""
    (told,) = [one for one in demo.consultations if one.outcome]
    here = [centre for centre in demo.centres if centre.slug == told.centre]
    return replace(
        demo,
        centres=here,
        moderation=DemoModeration(),
        consultations=[replace(told, outcome=None, **changes)],
    )


def test_a_draft_without_questions_is_begun(app, demo):
    changed = alone(demo, announced_days_ago=0.0, sections=(), coders=())
    actions.load_demo(changed, password_hash=factories.CHEAP_HASH)
    (made,) = of_stage(Stage.DRAFT)
    assert consultations.questions_of(made.id) == []
    assert consultations.documents_of(made.id)


def test_what_nobody_answered_is_analysed_all_the_same(app, demo):
    changed = alone(demo, responses=DemoResponses(count=0, seed=1))
    actions.load_demo(changed, password_hash=factories.CHEAP_HASH)
    (made,) = of_stage(Stage.ANALYSING)
    assert responses_of(made) == []
    assert len(consultations.themes_of(made.id)) == len(changed.consultations[0].themes)
    assert (count_where(Reading), count_where(Coding), count_where(Answer)) == (0, 0, 0)


def voices(told, **of_all):
    """Voices of what is told, all of whom are individuals of North East."""
    chance = Random(1)  # noqa: S311 — made up, no secret
    return Voices(chance, voices=DemoVoices(**of_all), told=told, home=Region.NORTH_EAST)


def question(kind, **fields):
    values = {"number": 1, "text": "?", "is_required": False, "settings": {}, **fields}
    return Question(kind=kind, **values)


def test_whoever_sends_the_letter_leaves_it_out_of_no_question():
    told = DemoResponses(
        count=40,
        seed=1,
        arguments={"1": [DemoArgument(text="Our own words.")]},
        campaign=["Sign the pledge."],
        campaign_theme="Pledge",
        campaigners=40,
        campaign_question=1,
    )
    names = {"given_names": ["Ann"], "family_names": ["Lee"], "openings": ["Yes:"]}
    made = voices(told, **names, closings=["Thank you."], organisations=dict.fromkeys(Sector, ()))
    long = question(QuestionKind.LONG_TEXT)
    for number in range(1, 41):
        persona = made.persona(number, None)
        assert made.answer(long, persona).text == "Sign the pledge."
    left_out = [made.skips(long, made.persona(number, None)) for number in range(41, 141)]
    assert any(left_out)
    assert made.found == {"Sign the pledge.": {"Pledge"}}


def test_numbers_and_days_that_are_not_told_lie_within_their_bounds():
    told = DemoResponses(count=1, seed=1, numbers={"1": (5, 6)}, days={"1": (1, 2)})
    free, bound = voices(DemoResponses(count=1, seed=1)), voices(told)
    number = question(QuestionKind.NUMBER, settings={"least": "10", "most": "12"})
    assert {int(free.number(number)) for _ in range(50)} == {10, 11, 12}
    assert {int(bound.number(number)) for _ in range(50)} == {5, 6}
    day, now = question(QuestionKind.DATE), clock.now()
    with clock.at(now):
        assert {(bound.day(day) - now.date()).days for _ in range(50)} == {1, 2}
    assert len({free.day(day) for _ in range(50)}) > 2


def test_a_wrong_entry_of_a_file_is_told(tmp_path):
    with pytest.raises(TypeError):
        consultation_of({"titel": "A slip"})
