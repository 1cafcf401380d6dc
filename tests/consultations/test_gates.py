"""Every gate stands by itself: each action and each page refuses, whatever stood before it."""

import io
from datetime import timedelta

import pytest

from forum.consultations import actions, queries
from forum.consultations.actions import announcing, documents, editing, importing, retention
from forum.consultations.actions.threads import tie_thread
from forum.consultations.enums import Channel, Confidentiality, Kind, PromiseState, Removal
from forum.consultations.models import (
    Answer,
    Document,
    LatenessNotice,
    Promise,
    SuggestionRun,
    Theme,
)
from forum.core import clock
from forum.core.access import OPERATOR
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from tests import factories
from tests.consultations import analysing, answering, files, making

MANAGERS = "Only managers of this centre can do this"
CLOSED = "It has closed, so its texts stay as they are"
SOMEBODYS = "This is somebody else's response"


@pytest.fixture
def closed(app):
    """A consultation that closed, with a response that has a file, and all that was written."""
    consultation, response = analysing.make_closed()
    making.make_document(consultation)
    return consultation, response


@pytest.fixture
def boss(client):
    """The client, signed in as a manager of the centre."""
    return client.sign_in(making.manager())


def only(model):
    """The only row of a table."""
    return db.session.query(model).one()


def base(consultation):
    return f"/consultations/{consultation.id}/manage/"


def refused(acts, match):
    """Each of the acts, by name, must be refused with this sentence before it does anything."""
    for act in acts.values():
        with pytest.raises(NotAllowed, match=match):
            act()


def of_texts(actor, consultation):
    """What a manager does with texts, dates and stages of a consultation."""
    document, now = only(Document), clock.now()
    return {
        "create": lambda: editing.create(
            actor, consultation.centre, kind=Kind.CONSULTATION, title="Roofs", summary=""
        ),
        "edit": lambda: editing.edit(actor, consultation, version=1, changes={}),
        "set dates": lambda: editing.set_dates(
            actor,
            consultation,
            version=1,
            opens_at=now,
            closes_at=now,
            short_reason="",
            holiday_reason="",
        ),
        "delete draft": lambda: editing.delete_draft(actor, consultation),
        "add document": lambda: documents.add_document(actor, consultation, title="x", text="x"),
        "edit document": lambda: documents.edit_document(
            actor, consultation, document, title="x", text="x"
        ),
        "remove document": lambda: documents.remove_document(actor, consultation, document),
        "move document": lambda: documents.move_document(actor, consultation, document, up=True),
        "import": lambda: importing.import_questionnaire(actor, consultation, b"{}"),
        "copy": lambda: importing.copy_questionnaire(actor, consultation, 1),
        "announce": lambda: announcing.announce(actor, consultation),
        "take back": lambda: announcing.take_back(actor, consultation),
        "extend": lambda: announcing.extend(actor, consultation, closes_at=now, note="x"),
        "end": lambda: announcing.end(actor, consultation, reason="x"),
        "approve length": lambda: announcing.approve_length(actor, consultation),
        "tie thread": lambda: tie_thread(actor, consultation, None),
        "hold": lambda: retention.hold_identities(actor, consultation, reason="x"),
        "lift hold": lambda: retention.lift_hold(actor, consultation, reason="x"),
    }


def of_responses(actor, consultation, response):
    """What an analyst does with responses."""
    answer, theme = only(Answer), only(Theme)
    return {
        "mark read": lambda: actions.mark_read(actor, response),
        "approve all": lambda: actions.approve_answers(actor, response),
        "approve": lambda: actions.approve_answer(actor, response, answer),
        "redact": lambda: actions.redact_answer(
            actor, response, answer, spans="x", why=Removal.PERSONAL
        ),
        "withhold": lambda: actions.withhold_answer(actor, response, answer, why=Removal.PERSONAL),
        "remove": lambda: actions.remove_response(actor, response, reason="x"),
        "code": lambda: actions.code_answer(actor, response, answer, theme_ids=[theme.id]),
        "publish results": lambda: actions.publish_results(actor, consultation),
        "enter": lambda: enter(actor, consultation),
        "check": lambda: actions.check_response(actor, response),
    }


def enter(actor, consultation):
    return actions.enter_response(
        actor,
        consultation,
        speaker=answering.speaker(),
        channel=Channel.PAPER,
        received_on=queries.today(),
    )


def of_outcomes(actor, consultation):
    """What a manager decides until the outcome is published."""
    theme, promise = only(Theme), only(Promise)
    words = {"asked": "x", "said": "x", "decided": "x", "signer": "x", "signer_role": "x"}
    return {
        "add theme": lambda: actions.add_theme(actor, consultation, title="x", description=""),
        "edit theme": lambda: actions.edit_theme(
            actor,
            consultation,
            theme,
            version=1,
            title="x",
            description="",
            ruling=None,
            reason="",
            did="",
        ),
        "remove theme": lambda: actions.remove_theme(actor, consultation, theme),
        "write": lambda: actions.write_outcome(actor, consultation, version=0, **words),
        "publish": lambda: actions.publish_outcome(actor, consultation),
        "promise": lambda: actions.make_promise(
            actor, consultation, text="x", owner="x", due_on=queries.today(), theme_id=None
        ),
        "drop": lambda: actions.drop_promise(actor, consultation, promise),
        "notice": lambda: actions.give_notice(
            actor, consultation, due_on=queries.today(), reason="x"
        ),
    }


def update_promise(actor):
    promise = only(Promise)
    actions.update_promise(
        actor, promise, version=1, state=PromiseState.KEPT, due_on=None, note="Done."
    )


def test_managers_of_another_centre_are_refused_by_every_action(closed):
    consultation, response = closed
    stranger = making.manager("london")
    acts = {
        **of_texts(stranger, consultation),
        **of_responses(stranger, consultation, response),
        **of_outcomes(stranger, consultation),
        "update promise": lambda: update_promise(stranger),
    }
    refused(acts, MANAGERS)
    assert only(Promise).state is PromiseState.OPEN
    assert db.session.query(Theme).count() == 1


def test_once_the_outcome_is_public_it_is_not_decided_anew(app):
    consultation = analysing.make_responded()
    refused(of_outcomes(making.manager(), consultation), "The outcome is published")


def test_each_act_has_its_time(closed):
    consultation, response = closed
    boss = making.manager()
    refused({"update promise": lambda: update_promise(boss)}, "after the outcome is published")
    refused({"extend": of_texts(boss, consultation)["extend"]}, "Only what has not closed")
    refused({"take back": of_texts(boss, consultation)["take back"]}, "Only what has not opened")
    consultation.closes_at = clock.now() - timedelta(days=1)
    factories.commit()
    refused({"notice": of_outcomes(boss, consultation)["notice"]}, "The outcome is not late")
    only(Answer).confidentiality = Confidentiality.COMMERCIAL
    factories.commit()
    acts = of_responses(boss, consultation, response)
    refused({name: acts[name] for name in ("approve", "redact")}, "The respondent asked to keep it")
    response.may_publish = False
    factories.commit()
    names = ("approve all", "approve", "redact", "withhold")
    refused({name: acts[name] for name in names}, "does not want it published")
    consultation.responded_at = clock.now()
    factories.commit()
    refused({"enter": lambda: enter(boss, consultation)}, "until there is an outcome")


def test_what_a_person_answers_for_is_not_done_by_a_command(closed):
    consultation, _response = closed
    draft = making.make_complete()
    soon = queries.today() + timedelta(days=14)
    asked = only(SuggestionRun).asked_at
    for act in (
        lambda: actions.give_notice(OPERATOR, consultation, due_on=soon, reason="x"),
        lambda: actions.make_promise(
            OPERATOR, consultation, text="x", owner="x", due_on=soon, theme_id=None
        ),
        lambda: actions.ask_suggestions(OPERATOR, consultation),
        lambda: announcing.announce(OPERATOR, draft),
    ):
        with pytest.raises(Invalid, match="person"):
            act()
    assert db.session.query(LatenessNotice).count() == 0
    assert only(Promise).text == "Pay within 10 days"
    assert only(SuggestionRun).asked_at == asked
    assert (draft.announced_at, draft.edition) == (None, 0)


def of_respondents(holder, response):
    """What respondents do with what they have begun."""
    return {
        "save": lambda: answering.answer(holder, response, {}),
        "hand in": lambda: actions.store_upload(
            holder, response, io.BytesIO(files.pdf()), "plan.pdf", field="file"
        ),
        "submit": lambda: actions.submit_response(
            holder, response, may_publish=True, may_name=True, may_contact=True
        ),
        "hold": lambda: actions.hold_response(holder, response),
    }


def test_nobody_acts_on_somebody_elses_response(app):
    consultation, _first, _second = answering.small_consultation()
    response, _holder = answering.begin(consultation)
    for holder in (
        answering.holder_of(),
        answering.holder_of(factories.make_account()),
        answering.holder_of(making.manager()),
        answering.holder_of(None, "AAAA-BBBB-CCCC"),
    ):
        acts = {
            **of_respondents(holder, response),
            "withdraw": lambda holder=holder: actions.withdraw_response(holder, response),
            "release": lambda holder=holder: actions.release_response(holder, response),
            "equality": lambda holder=holder: actions.say_equality(holder, response, given={}),
        }
        refused(acts, SOMEBODYS)


def test_after_closing_respondents_change_nothing(app):
    consultation, _first, second = answering.small_consultation()
    response, holder = answering.begin(consultation)
    refused(
        {"withdraw": lambda: actions.withdraw_response(holder, response)},
        "Only a response that was sent can be withdrawn",
    )
    answering.answer(holder, response, {_first: answering.choose("b")})
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=True)
    consultation.closes_at = clock.now() - timedelta(minutes=1)
    factories.commit()
    acts = of_respondents(holder, response)
    acts["withdraw"] = lambda: actions.withdraw_response(holder, response)
    refused(acts, "closed")
    assert second.id not in queries.answers_of(response.id)


PAGES_ONCE_CLOSED = {
    **dict.fromkeys(("details/", "purpose/", "privacy/", "documents/", "documents/new/"), CLOSED),
    "announce/": "This consultation was announced",
    "dates/": "This consultation was announced",
    "delete/": "It was announced before, so it is kept",
    "take-back/": "Only what has not opened can be taken back",
    "extend/": "Only what has not closed can be extended",
}


def test_pages_of_managers_say_what_can_no_longer_be_done(closed, boss):
    consultation, _response = closed
    pages = {
        **PAGES_ONCE_CLOSED,
        f"documents/{only(Document).id}/": CLOSED,
        f"promises/{only(Promise).id}/": "Promises are kept after the outcome is published",
    }
    for address, reason in pages.items():
        assert reason in boss.get(f"{base(consultation)}{address}", status=403).main, address
    consultation.responded_at = clock.now()
    factories.commit()
    page = boss.get(f"{base(consultation)}end/", status=403)
    assert "It has an outcome, or has ended already" in page.main
    theme = f"themes/{only(Theme).id}/"
    for address in ("outcome/", theme, "promises/new/", "suggestions/"):
        page = boss.get(f"{base(consultation)}{address}", status=403)
        assert "The outcome is published" in page.main, address


def test_no_hold_is_set_once_there_is_nothing_to_keep(closed, boss):
    consultation, _response = closed
    address = f"{base(consultation)}retention/"
    form = boss.get(address).fields(button="Set the hold")
    consultation.identities_removed_at = clock.now()
    factories.commit()
    page = boss.post(address, data={**form, "reason": ""}, status=403)
    assert "What named respondents was removed already" in page.main


def test_before_closing_no_response_is_taken_out(app, boss):
    consultation, first, _second = answering.small_consultation()
    response, holder = answering.begin(consultation)
    answering.answer(holder, response, {first: answering.choose("b")})
    actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=True)
    page = boss.get(f"{base(consultation)}responses/{response.id}/remove/", status=403)
    assert "Results are published after closing" in page.main


def test_a_response_is_not_taken_out_for_a_blank_reason(closed, boss):
    consultation, response = closed
    address = f"{base(consultation)}responses/{response.id}/remove/"
    form = boss.get(address).fields(button="Take it out")
    page = boss.post(address, data={**form, "reason": " \n "}, status=422)
    assert page.errors == ["Say who asked for it, and why"]
    boss.post(address, data={**form, "reason": "They asked for it."}, status=303)


def test_managers_neither_list_nor_begin_consultations_of_another_centre(boss):
    for address in ("", "new/"):
        page = boss.get(f"/centres/london/consultations/{address}", status=403)
        assert MANAGERS in page.main
    boss.get("/centres/north-east/consultations/new/")


def test_what_belongs_to_another_consultation_is_not_found(closed, boss):
    consultation, response = closed
    theme, promise, answer = only(Theme), only(Promise), only(Answer)
    other, first, _second = answering.small_consultation()
    late, holder = answering.begin(other)
    answering.answer(holder, late, {first: answering.choose("b")})
    actions.submit_response(holder, late, may_publish=True, may_name=True, may_contact=True)
    other.closes_at = clock.now() - timedelta(minutes=1)
    factories.commit()
    page = boss.get(f"{base(consultation)}responses/{response.id}/")
    token = page.fields(button="Mark as read and go on")
    here = base(other)
    for address in (
        f"themes/{theme.id}/",
        f"responses/{response.id}/",
        f"responses/{late.id}/answers/{answer.id}/redact/",
        f"responses/{late.id}/files/{answer.upload_id}/",
    ):
        boss.get(f"{here}{address}", status=404)
    for address in (
        f"themes/{theme.id}/remove/",
        f"promises/{promise.id}/remove/",
        f"entered/{late.id}/check/",
        f"entered/{response.id}/check/",
    ):
        boss.post(f"{here}{address}", data=token, status=404)
    assert (only(Theme), only(Promise)) == (theme, promise)


def test_a_file_is_of_its_response_and_not_public_before_it_is_approved(closed, client, browser):
    consultation, response = closed
    answer = only(Answer)
    own, holder = answering.begin(answering.open_consultation(), factories.make_account())
    mine = browser(holder.actor)
    mine.get(f"/responses/{own.reference}/")
    mine.get(f"/responses/{own.reference}/files/{answer.upload_id}/", status=404)
    address = f"{consultation.path}responses/files/{answer.upload_id}/"
    client.get(address, status=404)
    actions.approve_answers(making.manager(), response)
    client.proofreads = False
    assert client.get(address).data == files.pdf()


def test_words_that_nobody_offers_lead_nowhere(closed, client):
    consultation, _response = closed
    consultation.results_at = clock.now()
    factories.commit()
    client.get(f"{consultation.path}results/?by=sector")
    client.get(f"{consultation.path}results/?by=shoe-size", status=404)
    client.get(f"{consultation.path}responses/?region=E12000001")
    client.get(f"{consultation.path}responses/?region=mars", status=404)
    account = factories.make_account()
    own, _holder = answering.begin(answering.small_consultation()[0], account)
    client.sign_in(account)
    client.get(f"/responses/{own.reference}/pages/2/")
    client.get(f"/responses/{own.reference}/pages/3/", status=404)
