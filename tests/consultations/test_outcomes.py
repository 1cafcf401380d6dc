"""From responses to promises: reviewing, publishing, themes, the outcome, what becomes of it."""

from datetime import timedelta
from io import BytesIO

import pytest

from forum.consultations import actions, queries
from forum.consultations.actions import outcomes
from forum.consultations.enums import QuestionKind
from forum.consultations.models import (
    Answer,
    CodedAnswer,
    Coding,
    Promise,
    PromiseUpdate,
    Reading,
    Theme,
)
from forum.core import clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from tests import factories
from tests.consultations import answering, files
from tests.consultations.test_responding_pages import send
from tests.consultations.test_results import close
from tests.statements import count_statements

SECRET = "Ring Jo Bloggs on 0191 496 0000."
SAID = f"We are paid late. {SECRET} It hurts small firms."


@pytest.fixture
def closed(app):
    """A closed consultation with one response that may be published, by a named organisation."""
    consultation, first, second = answering.small_consultation()
    response, holder = answering.begin(consultation, organisation_name="Tyne Carers", name="Ann")
    answering.answer(holder, response, {first: answering.choose("b"), second: answering.text(SAID)})
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=False)
    close(consultation)
    return consultation, response


@pytest.fixture
def manager(client):
    """The client, signed in as a manager of the centre."""
    return client.sign_in(factories.make_account(role="manager"))


def fresh(thing):
    db.session.expire_all()
    return db.session.get(type(thing), thing.id)


def base(consultation):
    return f"/consultations/{consultation.id}/manage/"


def due(days):
    return (queries.today() + timedelta(days=days)).isoformat()


def write_whole_outcome(manager, consultation):
    """Everything that is needed before an outcome can be published."""
    here = base(consultation)
    send(manager, f"{here}themes/", "Add theme", {"title": "Late payment"})
    theme = db.session.query(Theme).one()
    send(
        manager,
        f"{here}themes/{theme.id}/",
        "Save",
        {"ruling": "accepted", "reason": "Most said so.", "did": "We pay within 10 days."},
    )
    return write_texts(manager, here)


def write_texts(manager, here):
    return send(
        manager,
        f"{here}outcome/",
        "Save",
        {
            "asked": "When are you paid?",
            "said": "Too late.",
            "decided": "We change it.",
            "signer": "Pat Lee",
            "signer_role": "Head of Commissioning",
        },
    )


def test_a_redacted_answer_is_published_without_its_words_anywhere(closed, manager, browser):
    consultation, response = closed
    public = f"{consultation.path}responses/"
    assert "0 responses are published" in browser().get(public).main
    page = manager.get(f"{base(consultation)}responses/")
    page = manager.get(page.links["Tyne Carers"])
    assert SECRET in page.main
    page = manager.get(page.links["Redact answer 2"])
    page = send(
        manager,
        page,
        "Redact answer",
        {"spans": "No such words", "why": "personal-data"},
        status=422,
    )
    assert page.errors == ["“No such words” is not in the answer"]
    page = send(manager, page, "Redact answer", {"spans": "Jo Bloggs\n0191 496 0000"})
    page = browser().get(public)
    assert "Tyne Carers" in page.main
    assert "Within 30 days" in page.main
    assert "We are paid late. Ring [removed] on [removed]. It hurts small firms." in page.main
    assert "Words were removed: It is about a person." in page.main
    for words in ("Jo Bloggs", "0191", "Ann"):
        assert words not in page.text
        assert response.reference not in page.text
    # What was removed is not found by searching for it either.
    assert "No responses here" in browser().get(f"{public}?q=Bloggs").main
    assert "Tyne Carers" in browser().get(f"{public}?q=small+firms&sector=voluntary").main
    assert "No responses here" in browser().get(f"{public}?sector=private").main


def test_a_withheld_answer_says_why_and_nothing_else(closed, manager, browser):
    consultation, response = closed
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    page = manager.get(page.links["Withhold answer 2"])
    send(manager, page, "Withhold answer", {"why": "unlawful-or-abusive"})
    page = browser().get(f"{consultation.path}responses/")
    assert "Withheld: It is unlawful or abusive." in page.main
    assert "paid late" not in page.text


def test_nothing_is_published_that_was_not_looked_at_or_allowed(closed, manager, browser):
    consultation, response = closed
    public = f"{consultation.path}responses/"
    assert "Tyne Carers" not in browser().get(public).text
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    send(manager, page, "Approve all answers left")
    assert SECRET in browser().get(public).main
    stored = fresh(response)
    stored.may_name = False
    factories.commit()
    page = browser().get(public)
    assert "An organisation" in page.main
    assert "Tyne Carers" not in page.text
    stored.may_publish = False
    factories.commit()
    assert SECRET not in browser().get(public).text
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    assert "Its respondent does not want it published." in page.main
    manager.post(
        f"{base(consultation)}responses/{response.id}/approve/",
        data={"csrf_token": manager.token()},
        status=403,
    )


def test_an_answer_in_confidence_is_never_shown(app, manager, browser):
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation), may_be_confidential=True)
    response, holder = answering.begin(consultation)
    given = answering.Given(
        text=SAID, confidentiality="commercial", confidential_reason="It tells our prices"
    )
    answering.answer(holder, response, {question: given})
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=False)
    close(consultation)
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    assert "Confidential: It tells our prices" in page.main
    send(manager, page, "Approve all answers left")
    page = browser().get(f"{consultation.path}responses/")
    assert "Not published: given in confidence." in page.main
    assert "paid late" not in page.text
    assert "prices" not in page.text


def test_a_response_taken_out_is_gone_from_counts_and_pages(closed, manager, browser):
    consultation, response = closed
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    page = send(manager, page, "Approve all answers left")
    page = manager.get(page.links["Take this response out"])
    page = send(manager, page, "Take it out", status=422)
    assert page.errors == ["Say who asked for it, and why"]
    send(manager, page, "Take it out", {"reason": "Ann asked by telephone."})
    assert "0 responses are published" in browser().get(f"{consultation.path}responses/").main
    assert queries.results_of(fresh(consultation), exact=True).submissions == 0
    manager.get(f"{base(consultation)}responses/{response.id}/", status=404)


def test_reading_leads_from_one_response_to_the_next(closed, manager):
    consultation, response = closed
    here = f"{base(consultation)}responses/"
    assert "Not read" in manager.get(f"{here}?unread=1").main
    page = send(manager, f"{here}{response.id}/", "Mark as read and go on")
    assert "You have read all responses." in page.words
    assert "No responses here" in manager.get(f"{here}?unread=1").main


def test_a_response_is_read_once_however_often_it_is_marked(closed, manager):
    consultation, response = closed
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    send(manager, page, "Mark as read and go on")
    first = db.session.query(Reading).one().read_at
    send(manager, page, "Mark as read and go on")
    assert db.session.query(Reading).one().read_at == first


def test_what_a_colleague_has_just_taken_out_is_neither_taken_out_nor_published_again(closed):
    _consultation, response = closed
    boss, colleague = (factories.make_account(role="manager") for _number in range(2))
    actions.remove_response(boss, response, reason="Ann asked by telephone.")
    taken_out = response.withdrawn_at
    for act in (
        lambda: actions.remove_response(colleague, response, reason="Ann wrote."),
        lambda: actions.approve_answers(colleague, response),
    ):
        with pytest.raises(NotAllowed, match="This response does not count"):
            act()
    assert (fresh(response).withdrawn_at, response.published_at) == (taken_out, None)
    (record,) = db.session.query(AuditRecord).filter_by(tag="response.remove")
    assert (record.actor_id, record.reason) == (boss.id, "Ann asked by telephone.")


def test_a_theme_that_a_colleague_has_just_removed_is_found_in_nothing(closed):
    consultation, response = closed
    boss = factories.make_account(role="manager")
    kept, gone = (
        actions.add_theme(boss, consultation, title=title, description="")
        for title in ("Late payment", "Reporting")
    )
    offered = [kept.id, gone.id]
    actions.remove_theme(boss, consultation, gone)
    answer = db.session.query(Answer).filter(Answer.text != "").one()
    with pytest.raises(Invalid, match="Choose among the themes"):
        actions.code_answer(boss, response, answer, theme_ids=offered)
    assert db.session.query(Coding).count() == db.session.query(CodedAnswer).count() == 0
    actions.code_answer(boss, response, answer, theme_ids=[kept.id])
    assert db.session.query(Coding).one().theme_id == kept.id


def test_coders_keep_their_own_themes_and_what_they_took_back(closed, manager, browser):
    consultation, response = closed
    here = base(consultation)
    for title in ("Late payment", "Reporting"):
        send(manager, f"{here}themes/", "Add theme", {"title": title})
    late, reporting = db.session.query(Theme).order_by(Theme.id)
    page = send(manager, f"{here}themes/", "Add theme", {"title": "Reporting"}, status=422)
    assert page.errors == ["There is a theme of this name already."]
    other = browser().sign_in(factories.make_account(role="manager"))
    address = f"{here}responses/{response.id}/"
    send(manager, address, "Save themes of answer 2", {"themes": [str(late.id), str(reporting.id)]})
    page = send(other, address, "Save themes of answer 2", {"themes": [str(late.id)]})
    assert "Late payment (found by 1 other)" in page.main
    send(manager, address, "Save themes of answer 2", {"themes": [str(reporting.id)]})
    counts = {
        one.theme.title: one.responses for one in queries.count_themes(consultation, exact=True)
    }
    assert counts == {"Late payment": 1, "Reporting": 1}
    rows = db.session.query(Coding).order_by(Coding.id).all()
    assert [(row.theme_id, row.removed_at is None) for row in rows] == [
        (late.id, False),
        (reporting.id, True),
        (late.id, True),
    ]
    manager.post(
        f"{address}answers/{rows[0].answer_id}/code/",
        data={"csrf_token": manager.token(), "themes": "999"},
        status=422,
    )


def test_an_outcome_is_published_when_every_theme_is_decided_and_not_before(
    closed, manager, browser
):
    consultation, _response = closed
    here = base(consultation)
    page = manager.get(f"{here}outcome/")
    for sentence in (
        "Write what was asked.",
        "Name who decides, and as what.",
        "Write at least one theme.",
    ):
        assert sentence in page.main
    assert "Publish the outcome" not in page.buttons
    token = manager.token()
    refused = manager.post(f"{here}outcome/publish/", data={"csrf_token": token}, status=422)
    assert "Write what was asked." in refused.main
    send(manager, f"{here}themes/", "Add theme", {"title": "Payment terms"})
    theme = db.session.query(Theme).one()
    page = send(
        manager,
        f"{here}themes/{theme.id}/",
        "Save",
        {"ruling": "rejected", "reason": ""},
        status=422,
    )
    assert page.errors == ["Say why it was decided so"]
    send(
        manager, f"{here}themes/{theme.id}/", "Save", {"ruling": "rejected", "reason": "No money."}
    )
    page = write_texts(manager, here)
    for address in ("outcome/", "results/"):
        browser().get(f"{consultation.path}{address}", status=404)
    page = send(
        manager,
        f"{here}promises/new/",
        "Add promise",
        {
            "text": "Pay within 10 days",
            "owner": "Finance",
            "due_on": due(30),
            "theme": str(theme.id),
        },
    )
    assert "The outcome is due by" in manager.get(here).main
    send(manager, page, "Publish the outcome")
    page = manager.get(here)
    assert "The outcome is due by" not in page.main
    assert "Next steps" not in page.texts("h2")
    page = browser().get(f"{consultation.path}outcome/")
    for words in (
        "Too late.",
        "Pat Lee, Head of Commissioning",
        "Rejected",
        "No money.",
        "Pay within 10 days",
    ):
        assert words in page.main
    browser().get(f"{consultation.path}results/")
    assert "Pay within 10 days" in browser().get("/promises/").main
    # What was published stays as it is.
    manager.get(f"{here}outcome/", status=403)
    manager.get(f"{here}themes/{theme.id}/", status=403)
    manager.get(f"{here}promises/new/", status=403)
    assert fresh(consultation).responded_at is not None


def test_promises_are_overdue_in_public_until_they_are_done(closed, manager, browser):
    consultation, _response = closed
    here = base(consultation)
    write_whole_outcome(manager, consultation)
    page = send(
        manager,
        f"{here}promises/new/",
        "Add promise",
        {"text": "Pay within 10 days", "owner": "Finance", "due_on": due(0)},
        status=422,
    )
    assert page.errors == ["Give a date that is still to come"]
    page = send(manager, page, "Add promise", {"due_on": due(3)})
    send(manager, page, "Publish the outcome")
    assert "Overdue" not in browser().get("/promises/").main
    promise = db.session.query(Promise).one()
    with clock.at(clock.now() + timedelta(days=4)):
        assert "Overdue" in browser().get("/promises/").main
        assert "Overdue" in browser().get(f"{consultation.path}outcome/").main
    page = send(
        manager,
        f"{here}promises/{promise.id}/",
        "Save",
        {"state": "changed", "due_on": due(60), "note": "The new system comes in spring."},
    )
    page = send(
        manager,
        f"{here}promises/{promise.id}/",
        "Save",
        {"state": "kept", "due_on": due(60), "note": "Done since Monday."},
    )
    assert "Pay within 10 days" not in browser().get("/promises/").main
    page = browser().get(f"{consultation.path}outcome/")
    assert "The new system comes in spring." in page.main
    assert "Done since Monday." in page.main


def test_two_managers_writing_the_outcome_see_both_texts(closed, manager, browser):
    consultation, _response = closed
    address = f"{base(consultation)}outcome/"
    other = browser().sign_in(factories.make_account(role="manager"))
    one, two = manager.get(address), other.get(address)
    send(manager, one, "Save", {"said": "Mine"})
    page = send(other, two, "Save", {"said": "Theirs"}, status=409)
    assert "Mine" in page.main
    assert "Theirs" in page.main
    send(other, page, "Save")
    assert queries.outcome_of(consultation.id).said == "Theirs"


def test_two_managers_deciding_about_a_theme_see_both_decisions(closed, manager, browser):
    consultation, _response = closed
    here = base(consultation)
    send(manager, f"{here}themes/", "Add theme", {"title": "Late payment"})
    theme = db.session.query(Theme).one()
    address = f"{here}themes/{theme.id}/"
    other = browser().sign_in(factories.make_account(role="manager"))
    one, two = manager.get(address), other.get(address)
    send(manager, one, "Save", {"ruling": "accepted", "reason": "Most said so."})
    page = send(other, two, "Save", {"ruling": "rejected", "reason": "No money."}, status=409)
    assert "Most said so." in page.main
    assert "No money." in page.main
    assert (fresh(theme).ruling, theme.reason) == ("accepted", "Most said so.")
    send(other, page, "Save")
    assert (fresh(theme).ruling, theme.reason) == ("rejected", "No money.")


def test_the_later_of_two_who_tell_of_a_promise_reads_what_the_other_told(closed, manager, browser):
    consultation, _response = closed
    here = base(consultation)
    write_whole_outcome(manager, consultation)
    promised = {"text": "Pay within 10 days", "owner": "Finance", "due_on": due(3)}
    page = send(manager, f"{here}promises/new/", "Add promise", promised)
    send(manager, page, "Publish the outcome")
    address = f"{here}promises/{db.session.query(Promise).one().id}/"
    other = browser().sign_in(factories.make_account(role="manager"))
    one, two = manager.get(address), other.get(address)
    send(manager, one, "Save", {"state": "kept", "note": "Done since Monday."})
    page = send(other, two, "Save", {"state": "changed", "note": "It slips."}, status=422)
    assert "Somebody changed this while you were writing." in page.main
    assert "Done since Monday." in page.main
    assert page.fields(button="Save")["note"] == ["It slips."]
    public = browser().get(f"{consultation.path}outcome/").main
    assert "Done since Monday." in public
    assert "It slips." not in public
    send(other, page, "Save")
    public = browser().get(f"{consultation.path}outcome/").main
    assert public.index("It slips.") < public.index("Done since Monday.")


def test_a_promise_is_taken_back_before_it_is_public_and_never_after(closed, manager, browser):
    consultation, _response = closed
    here = base(consultation)
    write_whole_outcome(manager, consultation)
    for text in ("Pay within 10 days", "Buy in smaller lots"):
        promised = {"text": text, "owner": "Finance", "due_on": due(3)}
        page = send(manager, f"{here}promises/new/", "Add promise", promised)
    page = send(manager, page, "Remove promise 1")
    assert "Pay within 10 days" not in page.main
    send(manager, page, "Publish the outcome")
    for address in ("/promises/", f"{consultation.path}outcome/"):
        public = browser().get(address).main
        assert "Buy in smaller lots" in public
        assert "Pay within 10 days" not in public
    (left,) = db.session.query(Promise)
    assert [update.promise_id for update in db.session.query(PromiseUpdate)] == [left.id]
    token = {"csrf_token": manager.token()}
    manager.post(f"{here}promises/{left.id}/remove/", data=token, status=403)
    assert "Buy in smaller lots" in browser().get("/promises/").main


def test_the_code_frame_has_an_end(closed, manager, monkeypatch):
    consultation, _response = closed
    monkeypatch.setattr(outcomes, "MOST_THEMES", 2)

    def titles():
        return [theme.title for theme in queries.themes_of(consultation.id)]

    page = manager.get(f"{base(consultation)}themes/")
    for title in ("Late payment", "Lots"):
        page = send(manager, page, "Add theme", {"title": title})
    page = send(manager, page, "Add theme", {"title": "Reporting"}, status=422)
    assert "There are 2 themes already. Remove one first" in page.main
    assert titles() == ["Late payment", "Lots"]
    page = send(manager, page, "Remove “Late payment” with its codings")
    send(manager, page, "Add theme", {"title": "Reporting"})
    assert titles() == ["Lots", "Reporting"]


def test_lateness_is_told_in_public_with_a_new_date(closed, manager, browser):
    consultation, _response = closed
    manager.get(f"{base(consultation)}lateness/", status=403)
    stored = fresh(consultation)
    stored.closes_at = clock.now() - timedelta(weeks=13)
    factories.commit()
    page = manager.get(base(consultation))
    page = manager.get(page.links["Say that the outcome will be late"])
    page = send(
        manager, page, "Publish notice", {"due_on": due(14), "reason": "Two officers left."}
    )
    page = browser().get(consultation.path)
    assert "The outcome will be late." in page.main
    assert "Two officers left." in page.main


@pytest.mark.parametrize("role", ["member", "moderator", "elsewhere"])
def test_nobody_else_analyses_or_decides(closed, client, role):
    consultation, response = closed
    accounts = {
        "member": factories.make_account,
        "moderator": lambda: factories.make_account(role="moderator"),
        "elsewhere": lambda: factories.make_account(
            role="manager", centre=factories.get_centre("london")
        ),
    }
    client.sign_in(accounts[role]())
    here = base(consultation)
    for address in ("responses/", f"responses/{response.id}/", "themes/", "outcome/", "lateness/"):
        client.get(f"{here}{address}", status=403)


def test_before_closing_nothing_of_a_response_is_public_or_reviewed(app, manager, browser):
    consultation, first, second = answering.small_consultation()
    response, holder = answering.begin(consultation)
    said = {first: answering.choose("b"), second: answering.text(SAID)}
    answering.answer(holder, response, said)
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=True)
    browser().get(f"{consultation.path}responses/", status=404)
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    assert "Results are published after closing." in page.main
    assert "Approve all answers left" not in page.buttons


def test_lists_ask_as_often_for_many_responses_as_for_few(closed, manager, browser):
    consultation, response = closed
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    send(manager, page, "Approve all answers left")
    addresses = [f"{consultation.path}responses/", f"{base(consultation)}responses/"]

    def statements():
        counts = []
        for address in addresses:
            with count_statements() as asked:
                manager.get(address)
            counts.append(len(asked))
        return counts

    few = statements()
    question = queries.questions_of(consultation.id)[0]
    consultation.closes_at = clock.now() + timedelta(days=1)
    for _number in range(3):
        more, holder = answering.begin(consultation)
        answering.answer(holder, more, {question: answering.choose("a")})
        actions.submit_response(holder, more, may_publish=True, may_name=True, may_contact=True)
        more.published_at = clock.now()
    close(consultation)
    assert statements() == few
    assert max(few) <= 12


def test_a_published_file_is_a_download_for_everybody(app, manager, browser):
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation), QuestionKind.FILE)
    response, holder = answering.begin(consultation)
    upload = actions.store_upload(
        holder, response, BytesIO(files.pdf()), "evidence.pdf", field="file"
    )
    answering.answer(holder, response, {question: answering.Given(upload_id=upload.id)})
    actions.submit_response(holder, response, may_publish=True, may_name=False, may_contact=False)
    close(consultation)
    address = f"{consultation.path}responses/files/{upload.id}/"
    browser().get(address, status=404)
    page = manager.get(f"{base(consultation)}responses/{response.id}/")
    assert manager.get(page.links["evidence.pdf"]).data == files.pdf()
    send(manager, page, "Approve answer 1")
    page = browser().get(f"{consultation.path}responses/")
    answer = browser().get(page.links["evidence.pdf"])
    assert answer.data == files.pdf()
    assert answer.headers["Content-Disposition"].startswith("attachment")
