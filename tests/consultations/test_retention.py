"""At the retention date nothing names respondents any longer; a legal hold stops it."""

import io
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from forum.consultations import actions, queries
from forum.consultations.actions import announcing, retention
from forum.consultations.enums import Channel, Confidentiality, QuestionKind, SuggestionState
from forum.consultations.events import MemberConcerned, RespondentConcerned
from forum.consultations.models import Answer, Choice, Coding, Response, ThemeSuggestion, Upload
from forum.consultations.policy import retention as policy
from forum.consultations.policy.answers import Given, fingerprint
from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import Model, db
from forum.core.errors import Invalid, NotAllowed, NotFound
from forum.core.outbox import OutboxEvent, emit
from tests import factories
from tests.consultations import answering, files, making

NAME, EMAIL = "Quillon Vexbury", "quillon@vexbury.example"
CHOICES = {"may_publish": True, "may_name": True, "may_contact": True}
SECRET = "Our margin is three per cent."
SAID = f"I, {NAME}, wait ninety days. Write to {EMAIL}."


def before(found, **delta):
    """An instant on the eve of the retention date."""
    noon = clock.from_london(found.retention_on, time()) - timedelta(**delta)
    return clock.at(noon)


def at_night(found, *, days=0):
    """The hour of the nightly job on the retention date, or some days later."""
    night = datetime.combine(found.retention_on, time(3, 15), clock.LONDON)
    return clock.at(night + timedelta(days=days))


@pytest.fixture
def asked(app):
    """An open consultation that keeps names for half a year, with four questions."""
    found = answering.open_consultation(
        retention_on=(clock.now() + timedelta(days=200)).date(),
        author_id=making.manager().id,
    )
    page = answering.section(found)
    return found, {
        "choice": answering.question(page, QuestionKind.SINGLE, options=answering.OPTIONS),
        "text": answering.question(page),
        "secret": answering.question(page, may_be_confidential=True),
        "file": answering.question(page, QuestionKind.FILE),
    }


def respond(asked, account=None, *, send=True, **fields):
    """A response with an answer of each kind, and its holder."""
    found, questions = asked
    response, holder = answering.begin(found, account, **fields)
    answering.answer(
        holder,
        response,
        {
            questions["choice"]: answering.choose("a"),
            questions["text"]: answering.text(SAID),
            questions["secret"]: Given(
                text=SECRET,
                confidentiality=Confidentiality.COMMERCIAL,
                confidential_reason=f"Rivals of {NAME} read this.",
            ),
            questions["file"]: Given(upload_id=upload(holder, response)),
        },
    )
    if send:
        actions.submit_response(holder, response, **CHOICES)
    return response, holder


def upload(holder, response):
    content = io.BytesIO(files.pdf())
    return actions.store_upload(holder, response, content, "vexbury.pdf", field="f").id


def places_with(phrase):
    """Tables and columns in which the phrase stands, whatever kind of column it is."""
    db.session.flush()
    found = set()
    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                if phrase.lower() in text.lower():
                    found.add((table.name, str(column)))
    return found


def run():
    removed = retention.end_retention()
    db.session.expire_all()
    return removed


def test_nothing_names_a_visitor_any_longer_in_any_column(asked, deliver):
    found, questions = asked
    response, _holder = respond(asked, submission_id="v1", name=NAME, email=EMAIL)
    reference, key = response.reference, response.respondent.key
    with clock.at(found.closes_at + timedelta(days=1)):
        boss = making.manager()
        theme = actions.add_theme(boss, found, title="Late payment", description="")
        answer = queries.answers_to_review(response.id)[questions["text"].id]
        actions.code_answer(boss, response, answer, theme_ids=[theme.id])
        actions.approve_answer(boss, response, answer)
    for phrase in (NAME, EMAIL, reference, key, SECRET, "vexbury", "three per cent"):
        assert places_with(phrase), phrase
    with at_night(found):
        assert run() == 1
    deliver()
    for phrase in (NAME, EMAIL, reference, key, SECRET, "vexbury", "three per cent"):
        assert places_with(phrase) == set(), phrase
    # The anonymous set stays: answers, what was chosen, who they are, and the coding.
    kept = db.session.query(Response).one()
    assert (kept.id, kept.sector, kept.region) == (response.id, "voluntary", "E12000001")
    assert kept.submitted_at is not None
    texts = {one.question_id: one.text for one in db.session.query(Answer)}
    assert texts[questions["text"].id] == "I, [removed], wait ninety days. Write to [removed]."
    assert texts[questions["secret"].id] == ""
    assert db.session.query(Choice).one().option == "a"
    assert db.session.query(Coding).filter_by(removed_at=None).count() == 1
    assert db.session.query(Upload).count() == 0


def test_nothing_leads_from_a_response_to_an_account_or_its_organisation(asked):
    found, _questions = asked
    organisation = factories.make_organisation("Tyne Carers", sector="social-enterprise")
    ann = factories.make_account(organisation=organisation, display_name=NAME)
    joint, holder = respond(
        asked,
        ann,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        sector=organisation.sector,
    )
    actions.hold_response(holder, joint)
    own, _holder = respond(asked, ann)
    with at_night(found):
        assert run() == 2
        with pytest.raises(NotFound):
            queries.get_response(answering.holder_of(ann, own.reference), own.reference)
    for response in db.session.query(Response):
        assert response.respondent is None
        assert (response.editor_id, response.signed_off_by, response.edited_until) == (None,) * 3
    assert places_with(NAME) == {("account", "display_name")}
    # How many registered organisations were heard is still known.
    assert queries.results_of(found, exact=True).organisations == 1


def test_drafts_go_whole_and_withdrawn_responses_lose_their_answers(asked):
    found, _questions = asked
    respond(asked, submission_id="draft", name=NAME, send=False)
    withdrawn, holder = respond(asked, submission_id="gone", name=NAME)
    actions.withdraw_response(holder, withdrawn)
    removed, _holder = respond(asked, submission_id="removed", name=NAME)
    with clock.at(found.closes_at + timedelta(days=1)):
        actions.remove_response(making.manager(), removed, reason=f"{NAME} asked for it.")
    with at_night(found):
        assert run() == 3
    assert {one.id for one in db.session.query(Response)} == {withdrawn.id, removed.id}
    assert db.session.query(Answer).count() == 0
    assert places_with(NAME) == set()
    # That staff took one out, and when, stays on record.
    assert db.session.query(AuditRecord).filter_by(tag="response.remove").one().reason == ""


def test_what_staff_entered_loses_its_name_and_can_still_be_listed(asked, client):
    found, questions = asked
    boss = making.manager()
    entered = actions.enter_response(
        boss,
        found,
        speaker=answering.speaker(name=NAME, organisation_name="Vexbury and Daughters"),
        channel=Channel.PAPER,
        received_on=clock.now().astimezone(clock.LONDON).date(),
    )
    holder = answering.holder_of(boss)
    answering.answer(holder, entered, {questions["text"]: answering.text("Too late.")})
    actions.submit_response(holder, entered, **CHOICES)
    with at_night(found):
        assert run() == 1
        client.sign_in(boss)
        page = client.get(f"/consultations/{found.id}/manage/entered/")
        assert "Vexbury" not in page.main
        assert "What named respondents was removed, so no more answers are taken." in page.main
        own = client.get(f"/responses/{entered.reference}/")
        assert "Too late." in own.main
        assert "Responding for" not in own.main
    assert places_with("Vexbury") == set()


def test_a_word_of_one_respondent_stays_in_the_answers_of_others(asked):
    found, questions = asked
    first, holder = respond(asked, submission_id="one", name="Tree")
    second, other = respond(asked, submission_id="two", name="Ash Green")
    answering.answer(holder, first, {questions["text"]: answering.text("A tree, as Ash Green.")})
    answering.answer(other, second, {questions["text"]: answering.text("ash  GREEN said so.")})
    with at_night(found):
        run()
    texts = {
        one.response_id: one.text
        for one in db.session.query(Answer).filter_by(question_id=questions["text"].id)
    }
    assert texts == {first.id: "A tree, as Ash Green.", second.id: "[removed] said so."}


def test_a_job_that_was_killed_goes_on_where_it_was(asked, monkeypatch):
    found, _questions = asked
    for number in range(5):
        respond(asked, submission_id=str(number), name=NAME)
    monkeypatch.setattr(retention, "BATCH", 2)
    with at_night(found):
        assert retention.remove_batch(found.id) == 2
        assert found.identities_removed_at is None
        assert queries.identities_left(found.id).identities == 3
        # A hold that is set in between stops the rest.
        retention.hold_identities(making.manager(), found, reason="A claim was filed.")
        assert run() == 0
        assert queries.identities_left(found.id).identities == 3
        retention.lift_hold(making.manager(), found, reason="It was settled.")
        assert run() == 3
        references = {one.reference for one in db.session.query(Response)}
        assert run() == 0
        assert {one.reference for one in db.session.query(Response)} == references
    total = queries.identities_removed(found.id)
    assert (total.identities, total.files, total.confidential, total.mentions) == (5, 5, 5, 5)
    ended = db.session.query(AuditRecord).filter_by(tag="consultation.end-retention")
    assert ended.count() == 1


def test_a_hold_that_is_set_just_before_the_first_batch_stops_it(asked):
    found, _questions = asked
    respond(asked, submission_id="v", name=NAME)
    with at_night(found):
        assert found.id in queries.list_removable(clock.now())
        retention.hold_identities(making.manager(), found, reason="A claim was filed.")
        assert retention.remove_batch(found.id) == 0
    assert places_with(NAME)
    assert found.identities_removed_at is None


def test_who_had_it_open_when_names_went_can_no_longer_act_on_it(asked):
    found, questions = asked
    response, holder = respond(asked, submission_id="v", name=NAME)
    with at_night(found):
        run()
        for act in (
            lambda: actions.submit_response(holder, response, **CHOICES),
            lambda: actions.withdraw_response(holder, response),
            lambda: actions.say_equality(holder, response, given={}),
            lambda: answering.answer(holder, response, {questions["text"]: answering.text(NAME)}),
        ):
            with pytest.raises(NotAllowed, match="The identity of this response was removed"):
                act()
    assert places_with(NAME) == set()


def test_names_are_kept_until_the_day_and_go_on_it(asked):
    found, _questions = asked
    respond(asked, submission_id="v", name=NAME)
    with before(found, minutes=1):
        assert run() == 0
    assert places_with(NAME)
    with at_night(found):
        assert run() == 1


def test_the_rule_and_its_twin_agree(app):
    now = clock.now()
    day, hour = now.astimezone(clock.LONDON).date(), timedelta(hours=1)
    closed = {"closes_at": now - hour, "retention_on": day}
    cases = {
        "due": closed,
        "held": {**closed, "legal_hold": "A claim."},
        "done": {**closed, "identities_removed_at": now},
        "to come": {**closed, "retention_on": day + timedelta(days=1)},
        "no date": {**closed, "retention_on": None},
        "open": {**closed, "closes_at": now + hour},
        "late answers": {**closed, "late_until": now + hour},
        "late answers are over": {**closed, "late_until": now},
        "ended early": {**closed, "closes_at": now + hour, "ended_at": now},
        "responded": {**closed, "responded_at": now},
        "draft": {**closed, "announced_at": None},
    }
    made = {name: answering.open_consultation(**fields) for name, fields in cases.items()}
    listed = set(queries.list_removable(now))
    allowed = {name for name, one in made.items() if policy.can_remove(one, now)}
    assert allowed == {"due", "late answers are over", "ended early", "responded"}
    assert listed == {made[name].id for name in allowed}


def test_managers_are_told_two_weeks_before_and_get_a_report(asked, deliver, outbox_mail):
    found, _questions = asked
    boss = db.session.get(factories.Account, found.author_id)
    making.manager("london")
    respond(asked, submission_id="v", name=NAME)
    with at_night(found, days=-15):
        run()
    deliver()
    assert len(outbox_mail.to(boss.email)) == 0
    for days in (-14, -13, -1):
        with at_night(found, days=days):
            run()
            deliver()
    [told] = outbox_mail.to(boss.email)
    assert "Names of respondents to a consultation go soon" in told["Subject"]
    assert f"{found.retention_on:%-d %B %Y}" in told.get_content()
    for days in (0, 1):
        with at_night(found, days=days):
            run()
            deliver()
    [_told, report] = outbox_mail.to(boss.email)
    assert "was removed" in report["Subject"]
    assert "Respondents named: 1" in report.get_content()
    assert "Files: 1" in report.get_content()
    assert f"/consultations/{found.id}/manage/retention/" in report.get_content()
    assert NAME not in report.get_content()


def test_a_hold_tells_nobody_that_names_will_go(asked, deliver, outbox_mail):
    found, _questions = asked
    boss = db.session.get(factories.Account, found.author_id)
    retention.hold_identities(boss, found, reason="A claim was filed.")
    with at_night(found):
        run()
        deliver()
    assert outbox_mail.to(boss.email) == []


def test_a_manager_sets_and_lifts_a_hold_and_both_are_on_record(asked, client):
    found, _questions = asked
    respond(asked, submission_id="v", name=NAME)
    boss = db.session.get(factories.Account, found.author_id)
    address = f"/consultations/{found.id}/manage/retention/"
    page = client.sign_in(boss).get(address)
    assert f"removed early on {found.retention_on:%-d %B %Y}" in page.main
    assert "Respondents named 1" in " ".join(page.main.split())
    page = client.post_form(page, button="Set the hold", status=422)
    assert "Say why" in page.main
    client.post_form(page, {"reason": "A claim was filed."}, button="Set the hold")
    with at_night(found):
        run()
        page = client.sign_in(boss).get(address)
        assert "A legal hold keeps what names respondents." in page.main
        public = client.get(found.path)
        assert "The law asks the centre to keep what names respondents" in public.main
        assert "A claim was filed." not in public.main
        client.post_form(page, {"reason": "It was settled."}, button="Lift the hold")
        run()
        page = client.get(address)
        assert "What named respondents was removed" in page.main
        assert "A claim was filed." in page.main
        assert "It was settled." in page.main
        assert page.main.index("It was settled.") < page.main.index("A claim was filed.")
        assert "Set the hold" not in page.buttons
        client.sign_out()
        day = f"{found.retention_on:%-d %B %Y}"
        assert f"were removed on {day}" in client.get(found.path).main


def test_nobody_else_holds_and_nothing_is_held_that_is_gone(asked):
    found, _questions = asked
    boss = db.session.get(factories.Account, found.author_id)
    for stranger in (making.manager("london"), factories.make_account(role="moderator")):
        with pytest.raises(NotAllowed):
            retention.hold_identities(stranger, found, reason="A claim.")
        with pytest.raises(NotAllowed):
            retention.lift_hold(stranger, found, reason="Settled.")
    with pytest.raises(Invalid, match="no legal hold"):
        retention.lift_hold(boss, found, reason="Settled.")
    with at_night(found):
        run()
        with pytest.raises(NotAllowed, match="removed already"):
            retention.hold_identities(boss, found, reason="A claim.")


def test_published_names_go_with_the_rest(asked, client):
    found, _questions = asked
    response, _holder = respond(asked, submission_id="v", name=NAME)
    with clock.at(found.closes_at + timedelta(days=1)):
        boss = making.manager()
        actions.approve_answers(boss, response)
        address = f"{found.path}responses/"
        assert NAME in client.get(address).main
    with at_night(found):
        run()
        page = client.get(address)
        assert NAME not in page.main
        assert "wait ninety days" in page.main
        assert "vexbury.pdf" not in page.main


def test_events_that_could_not_be_delivered_are_not_kept(asked):
    found, _questions = asked
    response, _holder = respond(asked, submission_id="v", email=EMAIL)
    member = factories.make_account()
    answering.begin(found, member)
    emit(RespondentConcerned(response.id, 2))
    emit(MemberConcerned(found.id, member.id, 2))
    emit(MemberConcerned(found.id + 1, member.id, 2))
    db.session.flush()
    for event in db.session.query(OutboxEvent).filter(OutboxEvent.name != "MemberConcerned"):
        event.last_error = f"SMTPRecipientsRefused: {EMAIL}"
    with at_night(found):
        run()
    assert places_with(EMAIL) == set()
    left = db.session.query(OutboxEvent).filter_by(name="MemberConcerned").one()
    assert left.payload["consultation_id"] == found.id + 1
    assert response.id in {one.id for one in db.session.query(Response)}


def test_suggested_themes_go_since_their_words_are_those_of_answers(asked):
    found, _questions = asked
    respond(asked, submission_id="v", name=NAME)
    fields = {"terms": [NAME], "count": 1, "examples": [1], "state": SuggestionState.OPEN}
    other = answering.open_consultation()
    for one in (found, other):
        db.session.add(ThemeSuggestion(consultation_id=one.id, title=NAME, **fields))
    with at_night(found):
        run()
    assert db.session.query(ThemeSuggestion).one().consultation_id == other.id


def test_a_file_that_took_the_place_of_another_leaves_none_behind(asked):
    _found, questions = asked
    response, holder = respond(asked, submission_id="v", send=False)
    second = upload(holder, response)
    answering.answer(holder, response, {questions["file"]: Given(upload_id=second)})
    assert [one.id for one in db.session.query(Upload)] == [second]
    answering.answer(holder, response, {questions["file"]: Given()})
    assert db.session.query(Upload).count() == 0


def test_no_file_is_kept_of_a_page_that_was_refused(asked):
    _found, questions = asked
    response, holder = respond(asked, submission_id="v")
    stored = [one.id for one in db.session.query(Upload)]
    page = [questions["choice"], questions["file"]]
    refused = actions.save_page(
        holder,
        response,
        questions=page,
        given={questions["choice"].id: answering.choose("nothing that is offered")},
        began_from=fingerprint(queries.answers_of(response.id), page),
        files={questions["file"].id: (io.BytesIO(files.pdf()), "other.pdf")},
    )
    assert list(refused) == [questions["choice"].id]
    assert [one.id for one in db.session.query(Upload)] == stored


def test_extending_beyond_the_date_is_refused_by_the_gate(app):
    boss = making.manager()
    found = making.make_open(author=boss, decision_on=None, kind="discussion-paper")
    found.retention_on = found.closes_at.date() + timedelta(days=10)
    later = found.closes_at + timedelta(days=20)
    with pytest.raises(Invalid, match="kept until after the decision"):
        announcing.extend(boss, found, closes_at=later, note="Asked for.")
