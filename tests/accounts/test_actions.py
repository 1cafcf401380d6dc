"""Actions of accounts that pages do not show: races, roles, links."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.accounts import actions, queries
from forum.accounts.actions import registration, values
from forum.accounts.enums import Role, Sector, TokenPurpose
from forum.accounts.models import Account, AccountToken, LoginSession, RoleGrant
from forum.core import clock
from forum.core.access import OPERATOR, Anonymous
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed, NotFound
from forum.core.outbox import OutboxEvent
from tests import factories

GOOD = "lantern wharf cobalt"
VISITOR = Anonymous()


def register(**changes):
    rules = queries.current_rules()
    return actions.register_account(
        changes.pop("actor", VISITOR),
        **{
            "email": "priya@example.org",
            "password": GOOD,
            "display_name": "Priya Nair",
            "sector": Sector.PRIVATE,
            "region": None,
            "rules_id": rules.id if rules else None,
            **changes,
        },
    )


def events():
    return list(db.session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)))


def live_sessions(account):
    return db.session.scalar(
        select(func.count())
        .select_from(LoginSession)
        .where(LoginSession.account_id == account.id, LoginSession.ended_at.is_(None))
    )


# Registration


def test_members_do_not_register(app):
    with pytest.raises(NotAllowed):
        register(actor=factories.make_account())


def test_registration_works_before_there_are_rules(app, monkeypatch):
    monkeypatch.setattr(queries, "current_rules", lambda: None)
    register()
    assert events() == ["AccountRegistered"]


def test_a_bad_password_is_refused_by_the_action_too(app):
    with pytest.raises(Invalid) as refusal:
        register(password="priya nair 2026!")
    assert refusal.value.field == "password"


def test_an_address_taken_between_look_and_write_is_answered_alike(app, monkeypatch):
    factories.make_account(email="priya@example.org")
    looks = iter([None])
    real = queries.account_by_email
    monkeypatch.setattr(queries, "account_by_email", lambda email: next(looks, real(email)))
    assert register() is None
    assert events() == ["RegistrationRepeated"]


def test_a_handle_taken_between_look_and_write_is_made_anew(app, monkeypatch):
    factories.make_account(handle="priya-nair")
    looks = iter([frozenset()])
    real = queries.taken_handles
    monkeypatch.setattr(queries, "taken_handles", lambda stem: next(looks, real(stem)))
    register()
    assert queries.account_by_email("priya@example.org").handle == "priya-nair-2"


def test_registration_gives_up_when_every_attempt_collides(app, monkeypatch):
    factories.make_account(handle="priya-nair")
    monkeypatch.setattr(queries, "taken_handles", lambda _stem: frozenset())
    with pytest.raises(Invalid) as refusal:
        register()
    assert refusal.value.field == "handle"


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Priya Nair", "priya-nair"),
        ("Zo\u00eb O\u2019Neill", "zoe-oneill"),
        ("\u674e", "member-li"),
        ("\U0001f600 a", "member-a"),
        ("Admin", "admin-2"),
        ("The Association of Very Long Names in England", "the-association-of-very"),
    ],
)
def test_handles_are_made_of_names(app, name, handle):
    made = values.make_handle(name)
    assert queries.HANDLE.fullmatch(made)
    assert made == handle


def test_a_name_without_letters_still_makes_a_handle(app):
    assert values.make_handle("\U0001f600") == "member-2"


def test_former_handles_are_taken(app):
    account = factories.make_account(handle="priya-nair")
    actions.edit_profile(
        account,
        version=account.version,
        display_name="Priya",
        handle="priya-n",
        about="",
        sector=account.sector,
        region=None,
        is_hidden=False,
    )
    assert values.make_handle("Priya Nair") == "priya-nair-2"


def test_adding_an_account_for_commands_and_demos(app):
    account = actions.add_account(
        OPERATOR,
        email="dan@example.org",
        password_hash=factories.CHEAP_HASH,
        display_name="Dan Whitfield",
        sector=Sector.PRIVATE,
        region=None,
        rules=queries.current_rules(),
        handle="dan",
        about="Builder",
        confirmed=True,
    )
    assert (account.handle, account.is_confirmed, events()) == ("dan", True, [])
    record = db.session.scalars(select(AuditRecord)).one()
    assert (record.tag, record.actor_id) == ("account.create", account.id)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Priya@Example.ORG ", "priya@example.org"),
        ("priya@b\u00fccher.example", "priya@xn--bcher-kva.example"),
        ("o'neill+news@example.org", "o'neill+news@example.org"),
    ],
)
def test_addresses_are_stored_in_one_form(app, typed, stored):
    register(email=typed)
    assert db.session.scalar(select(Account.email)) == stored
    assert queries.account_by_email(typed).email == stored


@pytest.mark.parametrize(
    "typed", ["a@", "@b", "a b@c.example", "\u00e9@example.org", "a@b\u0000.c"]
)
def test_what_is_no_address_is_refused_and_finds_nobody(app, typed):
    with pytest.raises(Invalid):
        register(email=typed)
    assert queries.account_by_email(typed) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("display_name", "x" * 81), ("about", "x" * 1001), ("handle", "no handle")],
)
def test_the_action_refuses_what_a_form_would(app, field, value):
    account = factories.make_account()
    profile = {"display_name": "Priya", "handle": account.handle, "about": "", field: value}
    with pytest.raises(Invalid) as refusal:
        actions.edit_profile(
            account,
            version=account.version,
            sector=Sector.PUBLIC,
            region=None,
            is_hidden=False,
            **profile,
        )
    assert refusal.value.field == field


# Sessions and links


def test_a_password_changed_while_signing_in_stops_it(app, monkeypatch):
    account = factories.make_account()
    stale = queries.Credentials(account.id, factories.CHEAP_HASH)
    account.password_hash = actions.hash_password(GOOD)
    monkeypatch.setattr(queries, "credentials_of", lambda _email: stale)
    with pytest.raises(Invalid):
        actions.sign_in(VISITOR, email=account.email, password=factories.PASSWORD)
    assert live_sessions(account) == 0


def test_a_newer_link_ends_older_ones_of_its_purpose_alone(app):
    account = factories.make_account(confirmed=False)
    first = actions.issue_token(account, TokenPurpose.CONFIRM)
    reset = actions.issue_token(account, TokenPurpose.RESET)
    second = actions.issue_token(account, TokenPurpose.CONFIRM)
    with pytest.raises(NotFound):
        actions.confirm_address(VISITOR, token=first)
    assert queries.account_of_link(reset, TokenPurpose.RESET) is account
    assert actions.confirm_address(VISITOR, token=second) is account
    with pytest.raises(NotFound):
        actions.confirm_address(VISITOR, token=second)


def test_a_link_for_an_older_address_confirms_nothing(app):
    account = factories.make_account(confirmed=False)
    token = actions.issue_token(account, TokenPurpose.CONFIRM)
    account.email = "other@example.org"
    with pytest.raises(NotFound):
        actions.confirm_address(VISITOR, token=token)
    assert not account.is_confirmed


@pytest.mark.parametrize(
    ("purpose", "lifetime"),
    [
        (TokenPurpose.CONFIRM, timedelta(days=3)),
        (TokenPurpose.RESET, timedelta(hours=1)),
        (TokenPurpose.CHANGE_EMAIL, timedelta(days=1)),
    ],
)
def test_links_die_of_age(app, purpose, lifetime):
    account = factories.make_account()
    now = clock.now()
    with clock.at(now):
        token = actions.issue_token(account, purpose)
    with clock.at(now + lifetime - timedelta(seconds=1)):
        assert queries.account_of_link(token, purpose) is account
    with clock.at(now + lifetime), pytest.raises(NotFound):
        queries.account_of_link(token, purpose)


def test_confirming_twice_is_recorded_once(app):
    account = factories.make_account(confirmed=False)
    for _ in range(2):
        registration.confirm(account)
    tags = db.session.scalars(select(AuditRecord.tag)).all()
    assert tags == ["account.confirm"]


def test_tokens_are_of_256_bits_and_differ(app):
    account = factories.make_account()
    tokens = {actions.issue_token(account, TokenPurpose.RESET) for _ in range(5)}
    tokens |= {actions.begin_session(account) for _ in range(5)}
    assert len(tokens) == 10
    assert {len(token) for token in tokens} == {43}
    assert not tokens & set(db.session.scalars(select(AccountToken.token_hash)))


# Roles


def test_granting_and_revoking_is_recorded_and_signs_the_member_out(app):
    administrator = factories.make_account(role="administrator")
    member = factories.make_account()
    centre = factories.get_centre("london")
    factories.make_session(member)
    grant = actions.grant_role(administrator, member, role=Role.MANAGER, centre_id=centre.id)
    assert member.managed_centres == {centre.id}
    assert (grant.granted_by, live_sessions(member)) == (administrator.id, 0)

    factories.make_session(member)
    actions.revoke_role(administrator, grant)
    assert not member.is_staff
    assert live_sessions(member) == 0
    records = db.session.scalars(
        select(AuditRecord).where(AuditRecord.target_id == member.id).order_by(AuditRecord.id)
    ).all()
    assert [(r.tag, r.centre_id, r.details["role"], r.actor_id) for r in records] == [
        ("role.grant", centre.id, "manager", administrator.id),
        ("role.revoke", centre.id, "manager", administrator.id),
    ]


@pytest.mark.parametrize(
    ("role", "with_centre", "field"),
    [(Role.ADMINISTRATOR, True, "centre"), (Role.MODERATOR, False, "centre")],
)
def test_roles_and_centres_must_fit(app, role, with_centre, field):
    centre_id = factories.get_centre().id if with_centre else None
    with pytest.raises(Invalid) as refusal:
        actions.grant_role(OPERATOR, factories.make_account(), role=role, centre_id=centre_id)
    assert refusal.value.field == field


@pytest.mark.parametrize("role", ["moderator", "administrator"])
def test_a_role_is_held_once(app, role):
    account = factories.make_account(role=role)
    centre_id = account.grants[0].centre_id
    with pytest.raises(Invalid):
        actions.grant_role(OPERATOR, account, role=Role(role), centre_id=centre_id)
    assert db.session.scalar(select(func.count()).select_from(RoleGrant)) == 1


@pytest.mark.parametrize("role", [None, "moderator", "manager"])
def test_nobody_but_administrators_changes_roles(app, role):
    actor = factories.make_account(role=role)
    # A manager appoints moderators, but no managers.
    victim = factories.make_account(role="manager" if role == "manager" else "moderator")
    with pytest.raises(NotAllowed):
        actions.grant_role(actor, victim, role=Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        actions.revoke_role(actor, victim.grants[0])
    assert len(victim.grants) == 1


def test_nobody_raises_their_own_role(app):
    administrator = factories.make_account(role="administrator")
    with pytest.raises(NotAllowed):
        actions.grant_role(
            administrator, administrator, role=Role.MANAGER, centre_id=factories.get_centre().id
        )


def test_the_last_administrator_stays(app):
    first = factories.make_account(role="administrator")
    second = factories.make_account(role="administrator")
    actions.revoke_role(first, second.grants[0])
    with pytest.raises(NotAllowed) as refusal:
        actions.revoke_role(OPERATOR, first.grants[0])
    assert refusal.value.message == (
        "The last administrator cannot be removed. Name another one first."
    )
    assert first.is_admin


def test_an_administrator_may_step_down_beside_another(app):
    factories.make_account(role="administrator")
    leaving = factories.make_account(role="administrator")
    actions.revoke_role(leaving, leaving.grants[0])
    assert not leaving.is_admin


def test_the_first_administrator(app):
    account = actions.create_administrator(
        OPERATOR, email="Admin@Example.org", display_name="Ada", password=GOOD
    )
    assert account.is_admin
    assert account.is_confirmed
    assert account.email == "admin@example.org"


@pytest.mark.parametrize("actor", [VISITOR, "member"])
def test_administrators_are_not_made_by_just_anybody(app, actor):
    actor = factories.make_account() if actor == "member" else actor
    with pytest.raises(NotAllowed):
        actions.create_administrator(
            actor, email="a@example.org", display_name="Ada", password=GOOD
        )
    with pytest.raises(NotAllowed):
        actions.create_administrator(actor, email="", display_name="", password="")


def test_an_account_is_not_turned_into_an_administrator(app):
    factories.make_account(email="ada@example.org")
    with pytest.raises(Invalid):
        actions.create_administrator(
            OPERATOR, email="ada@example.org", display_name="Ada", password=GOOD
        )
    assert not db.session.scalars(select(RoleGrant)).all()
