"""Responding in a browser: begin, answer, come back, check, send, change, withdraw."""

import io
import re
from datetime import timedelta

import pytest

from forum.consultations import queries
from forum.consultations.enums import QuestionKind, ResponseState
from forum.consultations.models import Answer, EqualityAnswer, Response
from forum.core import clock
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from tests import factories
from tests.consultations import answering, files

BEGIN = {"behalf": "myself", "sector": "voluntary", "region": "national"}
MEMBER = {"behalf": "myself", "region": "national"}
TYPED = "They pay us after ninety days, and nobody answers the telephone."


def send(client, page, button, fields=None, *, status=303):
    """Press a button of the page; the page that follows."""
    answer = client.post_form(page, fields, button=button, status=status)
    return client.follow(answer) if status == 303 else answer


def begin(client, consultation, **fields):
    """Fill in the first page; the first page of questions."""
    return send(client, f"{consultation.path}respond/", "Begin", {**BEGIN, **fields})


def only_response():
    db.session.expire_all()
    return db.session.query(Response).one()


def answers():
    """All stored answers as texts and option keys, by question id."""
    db.session.expire_all()
    return {
        row.question_id: row.text or [one.option for one in row.choices]
        for row in db.session.query(Answer)
    }


def send_whole(client, consultation, first, second):
    """Begin, answer and send a response; the page after it."""
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{first.id}": "b"})
    page = send(client, page, "Save and continue", {f"q{second.id}": TYPED})
    return send(client, page, "Send response")


def test_a_visitor_answers_page_by_page_and_sends(app, client):
    consultation, first, second = answering.small_consultation()
    page = begin(client, consultation)
    assert page.h1 == "About payment"
    assert "1. How soon are you paid?" in page.main
    page = send(client, page, "Save and continue", {f"q{first.id}": "b"})
    assert page.h1 == "Your experience"
    page = send(client, page, "Save and continue", {f"q{second.id}": TYPED})
    assert page.h1 == "Check your answers"
    assert "Within 30 days" in page.main
    assert TYPED in page.main
    page = send(client, page, "Send response", {"may_publish": "y"})
    response = only_response()
    assert page.h1 == "Your response"
    assert response.reference in page.main
    assert response.state is ResponseState.SUBMITTED
    assert (response.may_publish, response.may_name, response.may_contact) == (True, False, False)
    assert answers() == {first.id: ["b"], second.id: TYPED}


def test_places_and_words_that_nobody_offered_are_refused(app, client):
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    ranking = answering.question(where, QuestionKind.RANKING, options=answering.OPTIONS)
    told = answering.question(where, may_be_confidential=True)
    page = begin(client, consultation)
    forged = {f"q{ranking.id}_a": "first", f"q{told.id}_confidential": "top-secret"}
    page = send(client, page, "Save and continue", forged, status=422)
    assert len(page.errors) == 2
    assert answers() == {}


def test_what_is_required_is_asked_for_and_what_was_typed_stays(app, client):
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    first = answering.question(
        where, QuestionKind.SINGLE, options=answering.OPTIONS, is_required=True
    )
    second = answering.question(where)
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{second.id}": TYPED}, status=422)
    assert page.errors == ["Answer question 1"]
    assert TYPED in page.text
    # What could be accepted is saved all the same, and the page can be left.
    assert answers() == {second.id: TYPED}
    page = send(client, page, "Save and come back later")
    assert "Your answers are saved." in page.words
    page = client.get(f"/responses/{only_response().reference}/check/")
    assert "Answer question 1" in page.main
    page = send(client, page, "Send response", status=422)
    assert "Answer question 1" in page.main
    assert only_response().state is ResponseState.DRAFT
    assert first.id not in answers()


def test_a_private_link_opens_the_response_elsewhere_and_nothing_else_does(
    app, client, browser, deliver, outbox_mail
):
    consultation, first, _second = answering.small_consultation()
    page = begin(client, consultation, email="Somebody@Example.org")
    send(client, page, "Save and come back later", {f"q{first.id}": "b"})
    deliver()
    mail = outbox_mail[-1]
    assert mail["To"] == "somebody@example.org"
    link = re.search(r"http://localhost(/responses/return/\S+/)", mail.get_content())[1]
    elsewhere = browser()
    address = f"/responses/{only_response().reference}/"
    elsewhere.get(address, status=404)
    page = elsewhere.follow(elsewhere.get(link, status=303))
    assert "Within 30 days" in page.main
    stranger = browser()
    stranger.get(link.replace("/return/", "/return/x"), status=404)
    stranger.get(address, status=404)
    stranger.get(f"{address}pages/1/", status=404)
    stranger.get(f"{address}check/", status=404)


def test_without_an_email_address_the_private_link_stands_below_what_was_sent(app, client, browser):
    consultation, first, _second = answering.small_consultation()
    page = begin(client, consultation)
    for button, answer in [("Save and continue", {f"q{first.id}": "b"}), ("Save and continue", {})]:
        page = send(client, page, button, answer)
    page = send(client, page, "Send response")
    link = re.search(r"http://localhost(/responses/return/\S+/)", page.main)[1]
    elsewhere = browser()
    assert "Withdraw this response" in elsewhere.follow(elsewhere.get(link, status=303)).links


def test_members_come_back_by_their_account_alone(app, client, browser):
    consultation, first, _second = answering.small_consultation()
    member = factories.make_account(sector="community")
    client.sign_in(member)
    page = send(client, f"{consultation.path}respond/", "Begin", MEMBER)
    send(client, page, "Save and come back later", {f"q{first.id}": "a"})
    elsewhere = browser().sign_in(member)
    page = elsewhere.get(f"{consultation.path}respond/")
    page = elsewhere.get(page.links[f"Go on with response {only_response().reference}"])
    assert "Within 10 days" in page.main
    other = browser().sign_in(factories.make_account())
    other.get(f"/responses/{only_response().reference}/", status=404)
    # Beginning again finds the same response.
    send(
        elsewhere,
        f"{consultation.path}respond/",
        "Begin",
        MEMBER,
    )
    assert only_response().sector == "community"


def test_pressing_begin_twice_makes_one_response(app, client):
    consultation, *_questions = answering.small_consultation()
    page = client.get(f"{consultation.path}respond/")
    first = send(client, page, "Begin", BEGIN)
    again = send(client, page, "Begin", BEGIN)
    assert first.request.path == again.request.path
    only_response()


def test_a_response_can_be_changed_and_withdrawn_until_closing(app, client):
    consultation, first, second = answering.small_consultation()
    page = send_whole(client, consultation, first, second)
    page = client.get(page.links["Change your answers"])
    page = send(client, page, "Save and continue", {f"q{first.id}": "c"})
    assert answers()[first.id] == ["c"]
    response = only_response()
    assert response.state is ResponseState.SUBMITTED
    page = client.get(f"/responses/{response.reference}/withdraw/")
    page = send(client, page, "Withdraw response")
    assert "This response was withdrawn." in page.main
    assert only_response().state is ResponseState.WITHDRAWN
    assert "Change your answers" not in page.links
    # Sent once more from another window: nothing happens, nothing breaks.
    page = client.get(f"/responses/{response.reference}/withdraw/", status=303)


def test_who_has_withdrawn_can_respond_anew_and_only_the_new_one_counts(app, client):
    consultation, first, second = answering.small_consultation()
    client.sign_in(factories.make_account())
    whole = [{f"q{first.id}": "b"}, {f"q{second.id}": TYPED}]

    def respond(answers):
        page = send(client, f"{consultation.path}respond/", "Begin", MEMBER)
        for typed in answers:
            page = send(client, page, "Save and continue", typed)
        return send(client, page, "Send response")

    page = respond(whole)
    withdrawn = only_response().reference
    send(client, page.links["Withdraw this response"], "Withdraw response")
    assert queries.results_of(consultation, exact=True).submissions == 0
    page = respond([{f"q{first.id}": "c"}, {}])
    assert TYPED not in page.main
    assert queries.results_of(consultation, exact=True).submissions == 1
    old, new = db.session.query(Response).order_by(Response.id)
    assert (old.reference, old.state) == (withdrawn, ResponseState.WITHDRAWN)
    assert (new.state, new.is_late) == (ResponseState.SUBMITTED, False)
    # What was withdrawn is still theirs to read, and no longer theirs to go on with.
    assert TYPED in client.get(f"/responses/{withdrawn}/").main
    begun = client.get(f"{consultation.path}respond/").links
    assert f"Go on with response {new.reference}" in begun
    assert f"Go on with response {withdrawn}" not in begun


def test_withdrawing_from_two_windows_is_done_and_told_once(app, client):
    consultation, first, second = answering.small_consultation()
    send_whole(client, consultation, first, second)
    address = f"/responses/{only_response().reference}/withdraw/"
    one, other = client.get(address), client.get(address)
    send(client, one, "Withdraw response")
    withdrawn_at = only_response().withdrawn_at
    page = send(client, other, "Withdraw response")
    assert "This response was withdrawn." in page.main
    assert only_response().withdrawn_at == withdrawn_at
    told = db.session.query(OutboxEvent).filter_by(name="ResponseWithdrawn")
    assert told.count() == 1


def test_who_had_the_form_open_when_visitors_were_shut_out_begins_nothing(app, client, browser):
    consultation, _first, _second = answering.small_consultation()
    page = client.get(f"{consultation.path}respond/")
    consultation.takes_visitors = False
    factories.commit()
    page = send(client, page, "Begin", BEGIN, status=422)
    assert "Sign in to respond to this consultation." in page.main
    unconfirmed = browser().sign_in(factories.make_account(confirmed=False))
    page = unconfirmed.get(f"{consultation.path}respond/")
    assert "Confirm your email address before you respond." in page.main
    assert "Begin" not in page.buttons
    assert db.session.query(Response).count() == 0


def test_a_response_that_counts_takes_a_page_whole_or_not_at_all(app, client):
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    first = answering.question(where, QuestionKind.SHORT_TEXT, is_required=True)
    second = answering.question(where)
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{first.id}": "old", f"q{second.id}": "old"})
    page = send(client, page, "Send response")
    page = client.get(page.links["Change your answers"])
    page = send(
        client, page, "Save and continue", {f"q{first.id}": "", f"q{second.id}": TYPED}, status=422
    )
    assert page.errors == ["Answer question 1"]
    assert TYPED in page.text
    assert answers() == {first.id: "old", second.id: "old"}


def test_closing_while_somebody_writes_keeps_what_was_saved_and_shows_what_was_typed(app, client):
    consultation, first, second = answering.small_consultation(late_rule="Write to us at once.")
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{first.id}": "b"})
    with clock.at(consultation.closes_at):
        late = send(client, page, "Save and continue", {f"q{second.id}": TYPED}, status=403)
        assert late.h1 == "This page was not saved"
        assert "This consultation closed on" in late.main
        assert TYPED in late.main
        assert "Write to us at once." in late.main
        page = client.get(late.links["see your response"])
        assert "Within 30 days" in page.main
        assert "was not sent, so it does not count" in page.main
        page = client.get(f"/responses/{only_response().reference}/check/")
        assert "Send response" not in page.buttons
    assert answers() == {first.id: ["b"]}


def test_the_last_instant_counts_and_the_next_does_not(app, client):
    consultation, first, second = answering.small_consultation()
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{first.id}": "b"})
    page = send(client, page, "Save and continue", {f"q{second.id}": TYPED})
    with clock.at(consultation.closes_at):
        refused = send(client, page, "Send response", status=422)
        assert "This consultation closed on" in refused.main
        assert only_response().state is ResponseState.DRAFT
    with clock.at(consultation.closes_at - timedelta(microseconds=1)):
        send(client, page, "Send response")
    assert only_response().state is ResponseState.SUBMITTED


def test_who_may_not_begin_now_reads_why_and_meets_no_form(app, client):
    consultation, _first, _second = answering.small_consultation(takes_visitors=False)
    address = f"{consultation.path}respond/"
    for moment, reason in (
        (consultation.opens_at - timedelta(seconds=1), "has not opened yet"),
        (clock.now(), "Sign in to respond to this consultation."),
        (consultation.closes_at, "This consultation closed on"),
    ):
        with clock.at(moment):
            page = client.get(address)
        assert reason in page.main
        assert "Begin" not in page.buttons
        assert "You can respond until" not in page.main
    client.sign_in(factories.make_account())
    assert "Begin" in client.get(address).buttons


def test_what_was_sent_to_begin_after_closing_stays_in_the_form(app, client):
    consultation, _first, _second = answering.small_consultation()
    page = client.get(f"{consultation.path}respond/")
    with clock.at(consultation.closes_at):
        late = client.post_form(page, {**BEGIN, "name": "Wilma Ogden"}, button="Begin", status=422)
    assert "This consultation closed on" in late.main
    assert late.fields(button="Begin")["name"] == ["Wilma Ogden"]
    assert db.session.query(Response).count() == 0


def test_late_responses_are_taken_by_the_stated_rule_and_marked(app, client):
    consultation, first, _second = answering.small_consultation(
        late_rule="For seven days after closing, if you began in time.",
        late_until=clock.now() + timedelta(days=37),
    )
    page = begin(client, consultation)
    with clock.at(consultation.closes_at + timedelta(days=1)):
        page = send(client, page, "Save and continue", {f"q{first.id}": "b"})
        page = client.get(f"/responses/{only_response().reference}/check/")
        assert "will be marked as late" in page.main
        page = send(client, page, "Send response")
        assert "marked as late" in page.main
        # Nobody begins after closing.
        page = client.get(f"{consultation.path}respond/")
        assert "This consultation closed on" in page.main
        assert "Begin" not in page.buttons
    assert only_response().is_late


def test_two_windows_are_told_of_each_other_and_see_both_texts(app, client):
    consultation, first, second = answering.small_consultation()
    page = begin(client, consultation)
    send(client, page, "Save and continue", {f"q{first.id}": "b"})
    address = f"/responses/{only_response().reference}/pages/2/"
    one, other = client.get(address), client.get(address)
    send(client, one, "Save and continue", {f"q{second.id}": "From the first window."})
    both = send(client, other, "Save and continue", {f"q{second.id}": TYPED}, status=409)
    assert "From the first window." in both.main
    assert TYPED in both.text
    assert answers()[second.id] == "From the first window."
    send(client, both, "Save and continue")
    assert answers()[second.id] == TYPED


def test_what_is_sent_is_what_was_checked(app, client):
    consultation, first, second = answering.small_consultation()
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{first.id}": "b"})
    checked = send(client, page, "Save and continue", {f"q{second.id}": TYPED})
    address = f"/responses/{only_response().reference}/pages/2/"
    send(client, client.get(address), "Save and continue", {f"q{second.id}": "Otherwise."})
    again = send(client, checked, "Send response", {"may_publish": "y"}, status=409)
    assert "was changed in another window" in again.main
    assert "Otherwise." in again.main
    assert again.fields(button="Send response")["may_publish"] == ["y"]
    assert only_response().state is ResponseState.DRAFT
    send(client, again, "Send response")
    assert only_response().may_publish


def test_choices_of_an_older_window_do_not_undo_newer_ones(app, client):
    consultation, first, second = answering.small_consultation()
    page = send_whole(client, consultation, first, second)
    address = page.links["Change your choices"]
    one, other = client.get(address), client.get(address)
    send(client, one, "Save choices", {"may_name": "y"})
    send(client, one, "Save choices", {"may_name": "y"})
    refused = send(client, other, "Save choices", {"may_publish": "y"}, status=409)
    assert "was changed in another window" in refused.main
    response = only_response()
    assert (response.may_publish, response.may_name) == (False, True)


@pytest.mark.parametrize("typed", ["=1+1", "<script>alert(1)</script>", "x" * 20_000, "\U0001f600"])
def test_any_text_comes_back_as_it_was_typed(app, client, typed):
    consultation, _first, second = answering.small_consultation()
    begin(client, consultation)
    page = client.get(f"/responses/{only_response().reference}/pages/2/")
    page = send(client, page, "Save and continue", {f"q{second.id}": typed})
    assert typed in page.main.replace("\n", " ")
    assert answers()[second.id] == typed


def test_too_long_and_unshowable_texts_are_refused_and_kept_in_the_form(app, client):
    consultation, _first, second = answering.small_consultation()
    begin(client, consultation)
    address = f"/responses/{only_response().reference}/pages/2/"
    page = send(client, address, "Save and continue", {f"q{second.id}": "x" * 20_001}, status=422)
    assert page.errors == ["Shorten the answer to question 2 to 20,000 characters"]
    assert "x" * 20_001 in page.text
    page = send(client, page, "Save and come back later", {f"q{second.id}": "a\x00b"}, status=422)
    assert "cannot be shown" in page.errors[0]
    assert answers() == {}


def test_every_kind_of_question_is_asked_stored_and_shown_again(app, client):
    consultation = answering.open_consultation()
    where = answering.section(consultation)
    made = {
        kind: answering.question(
            where,
            kind,
            text=f"Question of the kind {kind}",
            options=answering.OPTIONS,
            rows=answering.ROWS,
            may_be_confidential=kind is QuestionKind.LONG_TEXT,
            settings=settings,
        )
        for kind, settings in {
            QuestionKind.SHORT_TEXT: {},
            QuestionKind.LONG_TEXT: {},
            QuestionKind.YES_NO: {},
            QuestionKind.SINGLE: {"other": True},
            QuestionKind.MULTIPLE: {"most": 2},
            QuestionKind.SCALE: {"least": 1, "most": 5, "low": "bad", "high": "good"},
            QuestionKind.MATRIX: {},
            QuestionKind.RANKING: {},
            QuestionKind.NUMBER: {"least": 0},
            QuestionKind.DATE: {},
            QuestionKind.INFORMATION: {},
        }.items()
    }
    name = {kind: f"q{question.id}" for kind, question in made.items()}
    typed = {
        name[QuestionKind.SHORT_TEXT]: "Short",
        name[QuestionKind.LONG_TEXT]: "Long",
        f"{name[QuestionKind.LONG_TEXT]}_confidential": "commercial",
        f"{name[QuestionKind.LONG_TEXT]}_why": "It tells our prices",
        name[QuestionKind.YES_NO]: "unknown",
        name[QuestionKind.SINGLE]: "other",
        f"{name[QuestionKind.SINGLE]}_other": "After a year",
        name[QuestionKind.MULTIPLE]: ["a", "c"],
        name[QuestionKind.SCALE]: "5",
        f"{name[QuestionKind.MATRIX]}_r2": "b",
        f"{name[QuestionKind.RANKING]}_c": "1",
        f"{name[QuestionKind.RANKING]}_a": "2",
        name[QuestionKind.NUMBER]: "1,250.50",
        f"{name[QuestionKind.DATE]}_day": "29",
        f"{name[QuestionKind.DATE]}_month": "2",
        f"{name[QuestionKind.DATE]}_year": "2028",
    }
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", typed)
    for words in (
        "Short",
        "Long Confidential: It tells our prices",
        "Don’t know",
        "Other: After a year",
        "Within 10 days Later",
        "Quality: Within 30 days",
        "2. Within 10 days",
        "1,250.5",
        "29 February 2028",
    ):
        assert words in page.main
    page = client.get(f"/responses/{only_response().reference}/pages/1/")
    held = page.fields(button="Save and continue")
    again = {key: value if isinstance(value, list) else [value] for key, value in typed.items()}
    again[name[QuestionKind.NUMBER]] = ["1250.5"]
    assert {key: held[key] for key in again} == again


@pytest.mark.parametrize(
    ("kind", "typed", "error"),
    [
        (QuestionKind.NUMBER, {"": "many"}, "Enter a number, such as 1200 or 12.5"),
        (QuestionKind.DATE, {"_day": "31", "_month": "2", "_year": "2027"}, "Enter a real date"),
        (QuestionKind.DATE, {"_day": "1", "_month": "", "_year": "2027"}, "Enter a real date"),
    ],
)
def test_what_is_no_number_or_date_is_said_and_kept(app, client, kind, typed, error):
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation), kind)
    page = begin(client, consultation)
    fields = {f"q{question.id}{part}": value for part, value in typed.items()}
    page = send(client, page, "Save and come back later", fields, status=422)
    assert error in page.errors[0]
    held = page.fields(button="Save and continue")
    assert {name: held[name] for name in fields} == {k: [v] for k, v in fields.items()}
    assert answers() == {}


def test_an_error_about_a_date_is_read_with_its_fields(app, client):
    consultation = answering.open_consultation()
    question = answering.question(
        answering.section(consultation), QuestionKind.DATE, help="When you were paid."
    )
    name = f"q{question.id}"
    typed = {f"{name}_day": "31", f"{name}_month": "2", f"{name}_year": "2027"}
    page = send(client, begin(client, consultation), "Save and continue", typed, status=422)
    assert len(page.find("fieldset", aria_describedby=f"{name}-hint {name}-error")) == 1
    assert len(page.find("input", css="govuk-input--error")) == 3
    assert page.texts(id=f"{name}-hint") == ["When you were paid."]
    assert page.texts(id=f"{name}-error") == ["Error: Enter a real date, such as 31 3 2027"]


def test_pages_that_ask_nothing_are_skipped(app, client):
    consultation = answering.open_consultation()
    gate = answering.question(answering.section(consultation), QuestionKind.YES_NO)
    answering.question(
        answering.section(consultation, "Only for some"),
        condition_question_id=gate.id,
        condition_operator="is",
        condition_value="yes",
    )
    answering.question(answering.section(consultation, "For everybody"))
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{gate.id}": "no"})
    assert page.h1 == "For everybody"
    page = send(client, page, "Save and go back")
    page = send(client, page, "Save and continue", {f"q{gate.id}": "yes"})
    assert page.h1 == "Only for some"


def test_answers_to_what_is_no_longer_asked_are_removed_when_it_is_sent(app, client):
    consultation = answering.open_consultation()
    gate = answering.question(answering.section(consultation), QuestionKind.YES_NO)
    more = answering.question(
        answering.section(consultation, "Only for some"),
        condition_question_id=gate.id,
        condition_operator="is",
        condition_value="yes",
    )
    page = begin(client, consultation)
    page = send(client, page, "Save and continue", {f"q{gate.id}": "yes"})
    page = send(client, page, "Save and continue", {f"q{more.id}": TYPED})
    page = client.get(f"/responses/{only_response().reference}/pages/1/")
    page = send(client, page, "Save and continue", {f"q{gate.id}": "no"})
    assert TYPED not in page.main
    send(client, page, "Send response")
    assert answers() == {gate.id: ["no"]}


def test_a_file_is_taken_by_its_content_and_given_back_as_a_download(app, client, browser):
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation), QuestionKind.FILE)
    page = begin(client, consultation)
    address = f"/responses/{only_response().reference}/pages/1/"
    name = f"q{question.id}"
    form = {k: v[0] for k, v in page.fields(button="Save and continue").items()}

    def hand_in(content, filename, status):
        stream = io.BytesIO(content)
        return client.post(address, data={**form, name: (stream, filename)}, status=status)

    page = hand_in(b"MZ no PDF", "report.pdf", 422)
    assert page.errors == ["This is no whole PDF file"]
    (field,) = page.find("input", type="file")
    assert field.get("aria-describedby") == f"{name}-hint {name}-error"
    client.follow(hand_in(files.pdf(), "report.pdf", 303))
    page = client.get(address)
    assert "Handed in: report.pdf" in page.main
    link = client.get(f"/responses/{only_response().reference}/").links["report.pdf"]
    answer = client.get(link)
    assert answer.data == files.pdf()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    browser().get(link, status=404)
    page = send(client, page, "Save and come back later", {f"{name}_remove": "y"})
    assert "report.pdf" not in page.main


def test_answers_on_equality_cannot_be_joined_to_the_response(app, client):
    consultation, first, second = answering.small_consultation()
    where = answering.section(consultation, "Equality", is_equality=True)
    about = answering.question(where, QuestionKind.YES_NO, text="Are you disabled?")
    page = begin(client, consultation)
    address = f"/responses/{only_response().reference}/equality/"
    assert "Send your response first." in client.get(address).main
    page = send(client, page, "Save and continue", {f"q{first.id}": "b"})
    page = send(client, page, "Save and continue", {f"q{second.id}": TYPED})
    # The page on equality is none of the response's.
    assert page.h1 == "Check your answers"
    assert "disabled" not in page.main
    page = send(client, page, "Send response")
    page = client.get(page.links["Tell us something about yourself"])
    again = client.get(address)
    page = send(client, page, "Send answers", {f"q{about.id}": "yes"})
    assert "stored apart from your response" in page.words
    assert "Tell us something about yourself" not in page.links
    # Sent once more from another window: it counts once.
    send(client, again, "Send answers", {f"q{about.id}": "no"})
    assert about.id not in answers()
    row = db.session.query(EqualityAnswer).one()
    assert (row.question_id, row.option) == (about.id, "yes")
    assert set(EqualityAnswer.__table__.columns.keys()) == {"id", "question_id", "option"}
    results = queries.results_of(consultation, exact=True)
    assert [one.question.id for one in results.questions] == [first.id, second.id]
    assert [(line.option, line.count) for line in results.equality[0].lines] == [
        ("yes", 1),
        ("no", 0),
        ("unknown", 0),
    ]
    assert queries.results_of(consultation).equality == ()


def test_on_equality_only_what_is_offered_is_stored_and_only_of_who_has_sent(app, client):
    consultation, first, second = answering.small_consultation()
    where = answering.section(consultation, "Equality", is_equality=True)
    about = answering.question(where, QuestionKind.YES_NO, text="Are you disabled?")
    begin(client, consultation)
    address = f"/responses/{only_response().reference}/equality/"
    early = {"csrf_token": client.token(), f"q{about.id}": "yes"}
    client.post(address, data=early, status=422)
    assert db.session.query(EqualityAnswer).count() == 0
    assert not only_response().has_said_equality
    page = client.get(f"/responses/{only_response().reference}/pages/1/")
    for typed in ({f"q{first.id}": "b"}, {f"q{second.id}": TYPED}):
        page = send(client, page, "Save and continue", typed)
    send(client, page, "Send response")
    page = send(client, address, "Send answers", {f"q{about.id}": "perhaps"}, status=422)
    assert page.errors == [f"Choose among the answers to question {about.number}"]
    assert db.session.query(EqualityAnswer).count() == 0
    # What was refused is not what they said: they can still say it.
    send(client, page, "Send answers", {f"q{about.id}": "no"})
    assert db.session.query(EqualityAnswer).one().option == "no"


def test_responses_and_promises_are_below_consultations(app, client):
    consultation, _first, _second = answering.small_consultation()
    page = begin(client, consultation)
    for here in (page, client.get("/promises/"), client.get("/consultations/")):
        assert re.findall(r'href="([^"]+)" aria-current="true"', here.text) == ["/consultations/"]
    assert "aria-current" not in client.get("/").text
