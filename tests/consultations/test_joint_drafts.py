"""The joint draft of an organisation: one edits at a time, nobody overwrites, nothing is lost."""

from datetime import timedelta

import pytest

from forum.consultations import actions, queries
from forum.consultations.models import Answer, Response
from forum.core import clock
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotFound
from forum.organisations.models import Membership
from tests import factories
from tests.consultations import answering
from tests.consultations.test_responding_pages import send

TYPED = "We wait ninety days for every invoice."


@pytest.fixture
def joint(app):
    """A draft of an organisation, begun by one of two members."""
    consultation, first, second = answering.small_consultation()
    organisation = factories.make_organisation("Tyne Carers", sector="social-enterprise")
    ann = factories.make_account(organisation=organisation, display_name="Ann")
    bob = factories.make_account(organisation=organisation, display_name="Bob")
    response, _holder = answering.begin(
        consultation,
        ann,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        sector=organisation.sector,
        size=organisation.size,
    )
    return response, ann, bob, first, second


def stored_texts():
    db.session.expire_all()
    return [answer.text for answer in db.session.query(Answer).order_by(Answer.id)]


def test_colleagues_see_who_edits_and_take_over_when_it_is_free(joint, client, browser):
    response, ann, bob, _first, second = joint
    address = f"/responses/{response.reference}/"
    client.sign_in(ann)
    page = send(client, f"{address}pages/2/", "Save and come back later", {f"q{second.id}": TYPED})
    other = browser().sign_in(bob)
    page = other.get(address)
    assert "Ann is editing this response until" in page.main
    assert TYPED in page.main
    assert "Edit the response" not in page.buttons
    sent_on = other.get(f"{address}pages/2/", status=303)
    assert sent_on.headers["Location"] == address
    page = client.get(address)
    send(client, page, "Let colleagues edit")
    page = send(other, address, "Edit the response")
    assert page.h1 == "About payment"
    assert "Bob is editing this response until" in client.get(address).main


def test_a_colleague_who_writes_all_the_same_overwrites_nothing_and_keeps_the_text(
    joint, client, browser
):
    response, ann, bob, _first, second = joint
    address = f"/responses/{response.reference}/pages/2/"
    client.sign_in(ann)
    send(client, f"/responses/{response.reference}/", "Let colleagues edit")
    other = browser().sign_in(bob)
    page = other.get(address)
    send(client, address, "Save and come back later", {f"q{second.id}": TYPED})
    both = send(other, page, "Save and continue", {f"q{second.id}": "Bob's words"}, status=409)
    assert "Ann is editing this response until" in both.main
    assert "Bob's words" in both.main
    assert stored_texts() == [TYPED]
    # Once Ann's time is over, what Bob typed can be saved; he sees what it replaces.
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert TYPED in both.main
        page = client.get(address)
        send(other, both, "Save and continue")
        assert stored_texts() == ["Bob's words"]
        late = send(client, page, "Save and continue", {f"q{second.id}": "Ann again"}, status=409)
        assert "Bob is editing" in late.main
        assert "Ann again" in late.main


def test_who_has_left_the_organisation_neither_opens_nor_blocks_the_draft(joint, client):
    response, ann, bob, _first, second = joint
    pages = client.sign_in(ann).get(f"/responses/{response.reference}/pages/2/")
    membership = db.session.query(Membership).filter_by(account_id=ann.id).one()
    membership.state = "left"
    factories.commit()
    refused = client.post_form(
        pages, {f"q{second.id}": "Half a thought."}, button="Save and continue", status=404
    )
    assert "you no longer speak for its organisation" in refused.main
    assert "Half a thought." in refused.main
    assert "began_from" not in refused.main
    client.get(f"/responses/{response.reference}/", status=404)
    client.sign_out()
    page = client.sign_in(bob).get(f"/responses/{response.reference}/")
    assert "is editing" not in page.main
    page = send(client, page, "Edit the response")
    assert page.h1 == "About payment"


def test_there_is_one_response_for_an_organisation(joint):
    response, _ann, bob, *_questions = joint
    organisation_id = response.respondent.organisation_id
    again, _holder = answering.begin(
        response.consultation, bob, organisation_id=organisation_id, organisation_name="Tyne Carers"
    )
    assert again.id == response.id
    # Bob may respond for himself besides.
    own, _holder = answering.begin(response.consultation, bob)
    assert own.id != response.id
    assert not own.is_organisation
    assert db.session.query(Response).count() == 2


def test_nobody_begins_for_an_organisation_they_do_not_speak_for(joint):
    response, *_rest = joint
    stranger = factories.make_account()
    with pytest.raises(Invalid, match="Choose an organisation that you speak for"):
        answering.begin(
            response.consultation, stranger, organisation_id=response.respondent.organisation_id
        )
    with pytest.raises(NotFound):
        queries.get_response(answering.holder_of(stranger), response.reference)


def test_a_held_draft_is_neither_sent_nor_withdrawn_by_a_colleague(joint):
    response, ann, bob, first, _second = joint
    mine, theirs = answering.holder_of(ann), answering.holder_of(bob)
    answering.answer(mine, response, {first: answering.choose("a")})
    choices = {"may_publish": True, "may_name": True, "may_contact": False}
    with pytest.raises(Conflict, match="Ann is editing"):
        actions.submit_response(theirs, response, **choices)
    actions.submit_response(mine, response, **choices)
    # Sending ends the hold.
    actions.hold_response(theirs, response)
    with pytest.raises(Conflict, match="Bob is editing"):
        actions.withdraw_response(mine, response)
    actions.release_response(theirs, response)
    actions.withdraw_response(mine, response)
    assert response.withdrawn_at is not None


def test_releasing_what_a_colleague_holds_changes_nothing(joint):
    response, ann, bob, *_questions = joint
    until = response.edited_until
    actions.release_response(answering.holder_of(bob), response)
    assert (response.editor_id, response.edited_until) == (ann.id, until)
