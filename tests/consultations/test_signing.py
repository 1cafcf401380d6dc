"""An organisation's steward agrees before its response is sent, when colleagues ask for it."""

from datetime import timedelta

import pytest

from forum.consultations import actions
from forum.consultations.actions import retention
from forum.consultations.enums import ResponseState, SignOff
from forum.consultations.models import Response
from forum.consultations.policy.signing import sign_off_of
from forum.core import clock
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.notifications.models import Notice
from forum.organisations.models import Membership
from tests import factories
from tests.consultations import answering
from tests.consultations.test_responding_pages import send

CHOICES = {"may_publish": False, "may_name": False, "may_contact": False}
NOTE = "Say something about lots."


class Joint:
    """A complete draft of an organisation: Ann writes it, Bob may too, Sue is its steward."""

    def __init__(self):
        self.consultation, self.first, self.second = answering.small_consultation()
        self.organisation = factories.make_organisation("Tyne Carers", sector="social-enterprise")
        self.ann, self.bob, self.sue = (
            factories.make_account(organisation=self.organisation, display_name=name)
            for name in ("Ann", "Bob", "Sue")
        )
        for one in db.session.query(Membership):
            one.is_steward = one.account_id == self.sue.id
        factories.commit()
        self.response, holder = answering.begin(
            self.consultation,
            self.ann,
            organisation_id=self.organisation.id,
            organisation_name=self.organisation.name,
        )
        answering.answer(holder, self.response, {self.first: answering.choose("a")})
        actions.release_response(holder, self.response)
        self.address = f"/responses/{self.response.reference}/"

    def holder(self, account):
        return answering.holder_of(account)

    def change(self, account, words="Sooner."):
        holder = self.holder(account)
        answering.answer(holder, self.response, {self.second: answering.text(words)})
        actions.release_response(holder, self.response)

    def ask(self, account=None):
        actions.ask_sign_off(self.holder(account or self.ann), self.response)

    def sign(self, account=None):
        version = self.response.version
        actions.sign_off(self.holder(account or self.sue), self.response, version=version)

    def submit(self, account=None):
        return actions.submit_response(self.holder(account or self.ann), self.response, **CHOICES)

    @property
    def state(self):
        return sign_off_of(self.response)


@pytest.fixture
def joint(app):
    return Joint()


def kinds(account):
    rows = db.session.query(Notice).filter_by(account_id=account.id).order_by(Notice.id)
    return [notice.kind for notice in rows]


def test_from_the_wish_to_the_sending(joint, client, browser, deliver, outbox_mail):
    client.sign_in(joint.ann)
    page = send(client, joint.address, "Ask for a sign-off")
    assert "It waits for that." in page.main
    refused = client.get(f"{joint.address}check/")
    assert "A steward of your organisation has to sign this response off" in refused.main
    assert "Send response" not in refused.buttons
    deliver()
    [mail] = outbox_mail.to(joint.sue.email)
    assert "waits for your sign-off" in mail["Subject"]
    assert f"{joint.address}sign-off/" in mail.get_content()
    steward = browser(joint.sue)
    page = steward.get(f"{joint.address}sign-off/")
    assert "Within 10 days" in page.main
    steward.post_form(page, button="Sign off")
    assert "A steward has signed this off." in steward.get(joint.address).main
    deliver()
    [_asked, *told] = outbox_mail
    assert [one["To"] for one in told] == [joint.ann.email]
    assert "was signed off" in told[0]["Subject"]
    send(client, f"{joint.address}check/", "Send response")
    assert db.session.get(Response, joint.response.id).state is ResponseState.SUBMITTED


def test_a_steward_gives_it_back_with_a_note(joint, client, deliver, outbox_mail):
    joint.ask()
    client.sign_in(joint.sue)
    page = client.get(f"{joint.address}sign-off/")
    page = client.post_form(page, button="Give back", status=422)
    assert "Say what should change" in page.main
    client.post_form(page, {"note": NOTE}, button="Give back")
    deliver()
    assert NOTE in outbox_mail.to(joint.ann.email)[-1].get_content()
    page = client.sign_in(joint.ann).get(joint.address)
    assert NOTE in page.main
    with pytest.raises(NotAllowed, match="has to sign this response off"):
        joint.submit()
    # It does not wait before somebody asks again, also when it was changed.
    joint.change(joint.ann)
    assert joint.state is SignOff.RETURNED
    joint.ask()
    assert (joint.state, joint.response.sign_off_note) == (SignOff.WAITING, "")


def test_a_change_after_signing_asks_anew(joint, deliver):
    joint.ask()
    deliver()
    joint.sign()
    asked = clock.now()
    with clock.at(asked + timedelta(minutes=1)):
        joint.change(joint.bob)
    assert joint.state is SignOff.WAITING
    with pytest.raises(NotAllowed, match="has to sign this response off"):
        joint.submit()
    # While it waits, further changes tell nobody again.
    with clock.at(asked + timedelta(minutes=2)):
        joint.change(joint.bob, "Sooner still.")
        deliver()
    assert kinds(joint.sue) == ["sign-off-asked"] * 2
    joint.sign()
    # A page that is saved without a change leaves the sign-off.
    joint.change(joint.bob, "Sooner still.")
    assert joint.state is SignOff.SIGNED
    assert joint.submit().state is ResponseState.SUBMITTED


def test_what_a_steward_has_not_seen_is_not_signed(joint, client):
    joint.ask()
    page = client.sign_in(joint.sue).get(f"{joint.address}sign-off/")
    joint.change(joint.bob, "Quite another answer.")
    page = client.post_form(page, button="Sign off", status=409)
    assert "The response was changed while you were reading it." in page.main
    assert "Quite another answer." in page.main
    assert joint.state is SignOff.WAITING
    client.post_form(page, button="Sign off")
    assert joint.state is SignOff.SIGNED


def test_nobody_but_a_steward_decides(joint):
    joint.ask()
    version = joint.response.version
    stranger = factories.make_account(role="manager")
    for account in (joint.ann, joint.bob, stranger):
        holder = joint.holder(account)
        with pytest.raises(NotAllowed):
            actions.sign_off(holder, joint.response, version=version)
        with pytest.raises(NotAllowed):
            actions.give_back(holder, joint.response, version=version, note=NOTE)
        with pytest.raises(NotAllowed):
            actions.waive_sign_off(holder, joint.response)
    # Who is no steward any longer decides no more.
    membership = db.session.query(Membership).filter_by(account_id=joint.sue.id).one()
    membership.state = "left"
    factories.commit()
    with pytest.raises(NotAllowed):
        joint.sign()
    assert joint.state is SignOff.WAITING


def test_the_page_of_the_steward_is_for_stewards(joint, client, browser):
    joint.ask()
    address = f"{joint.address}sign-off/"
    assert "Only a steward" in client.sign_in(joint.ann).get(address, status=403).main
    browser(factories.make_account()).get(address, status=404)
    joint.sign()
    assert "Nobody waits" in browser(joint.sue).get(address, status=403).main


def test_who_may_ask_and_when(joint, client):
    with pytest.raises(NotAllowed, match="somebody else"):
        joint.ask(factories.make_account())
    own, holder = answering.begin(joint.consultation, joint.ann)
    with pytest.raises(NotAllowed, match="registered here"):
        actions.ask_sign_off(holder, own)
    assert "Sign-off" not in client.sign_in(joint.ann).get(f"/responses/{own.reference}/").main
    actions.hold_response(joint.holder(joint.bob), joint.response)
    with pytest.raises(Conflict, match="Bob is editing"):
        joint.ask()
    actions.release_response(joint.holder(joint.bob), joint.response)
    joint.ask()
    with pytest.raises(NotAllowed, match="asked already"):
        joint.ask()
    with clock.at(joint.consultation.closes_at), pytest.raises(NotAllowed, match="closed"):
        joint.sign()


def test_an_organisation_without_a_steward_is_told_so(joint, client):
    db.session.query(Membership).update({"is_steward": False})
    factories.commit()
    with pytest.raises(Invalid, match="no steward"):
        joint.ask()
    page = send(client.sign_in(joint.ann), joint.address, "Ask for a sign-off")
    assert "Your organisation has no steward who could sign this off." in page.text
    assert joint.state is SignOff.UNASKED


def test_a_steward_lets_it_be_sent_without(joint, client):
    joint.ask()
    page = send(client.sign_in(joint.sue), joint.address, "Let it be sent without a sign-off")
    assert "Nobody is asked yet." in page.main
    assert joint.submit().state is ResponseState.SUBMITTED


def test_what_was_signed_and_sent_is_changed_by_stewards_alone(joint, client):
    joint.ask()
    joint.sign()
    joint.submit()
    with pytest.raises(NotAllowed, match="only a steward can change it"):
        joint.change(joint.ann)
    with pytest.raises(NotAllowed, match="only a steward can change it"):
        joint.submit(joint.bob)
    page = client.sign_in(joint.ann).get(joint.address)
    assert "only a steward can change it" in page.main
    assert "Edit the response" not in page.buttons
    joint.change(joint.sue, "What I have signed, and more.")
    assert joint.response.signed_off_by == joint.sue.id
    assert joint.submit(joint.sue).state is ResponseState.SUBMITTED


def test_nobody_is_told_of_what_has_become_different_meanwhile(joint, deliver):
    joint.ask()
    actions.waive_sign_off(joint.holder(joint.sue), joint.response)
    deliver()
    assert kinds(joint.sue) == kinds(joint.ann) == []


def test_a_steward_who_asks_is_not_told_by_themselves(joint, deliver):
    joint.ask(joint.sue)
    deliver()
    assert kinds(joint.sue) == []


def test_at_the_retention_date_the_notes_and_notices_go(joint, deliver):
    joint.consultation.retention_on = joint.consultation.closes_at.date()
    joint.ask()
    version = joint.response.version
    actions.give_back(joint.holder(joint.sue), joint.response, version=version, note=NOTE)
    joint.ask()
    joint.sign()
    joint.submit()
    deliver()
    assert kinds(joint.ann)
    with clock.at(joint.consultation.closes_at + timedelta(days=1)):
        retention.end_retention()
        deliver()
    assert kinds(joint.ann) == kinds(joint.sue) == []
    kept = db.session.query(Response).one()
    assert (kept.signed_off_by, kept.sign_off_note) == (None, "")
