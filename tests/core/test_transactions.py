"""One action is one transaction; the database's refusals become sentences."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.core import clock, transactions
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.transactions import action, constraint_name, pause
from forum.threads.models import ThreadTopic
from forum.topics.models import TopicSynonym
from tests import factories


@action
def rename(account, *, name, fail=False):
    account.display_name = name
    db.session.flush()
    if fail:
        raise Invalid("No", field="display_name")
    return name


@action
def rename_twice(account, *, fail=False):
    rename(account, name="First")
    rename(account, name="Second", fail=fail)


def stored_name(account):
    return db.session.scalar(select(Account.display_name).where(Account.id == account.id))


@pytest.fixture
def commits(monkeypatch):
    done = []
    monkeypatch.setattr(transactions, "_after_commit", [lambda: done.append("committed")])
    return done


def test_an_action_commits_and_returns(app, commits):
    account = factories.make_account()
    assert rename(account, name="New") == "New"
    db.session.rollback()
    assert stored_name(account) == "New"
    assert commits == ["committed"]


def test_an_error_undoes_the_action(app, commits):
    account = factories.make_account(display_name="Old")
    with pytest.raises(Invalid):
        rename(account, name="New", fail=True)
    assert stored_name(account) == "Old"
    assert commits == []


def test_only_the_outermost_action_commits(app, commits):
    account = factories.make_account()
    rename_twice(account)
    assert stored_name(account) == "Second"
    assert commits == ["committed"]


def test_an_error_within_undoes_the_whole(app, commits):
    account = factories.make_account(display_name="Old")
    with pytest.raises(Invalid):
        rename_twice(account, fail=True)
    assert stored_name(account) == "Old"
    assert commits == []


def test_an_action_after_a_failed_one_commits_again(app, commits):
    account = factories.make_account()
    with pytest.raises(Invalid):
        rename(account, name="New", fail=True)
    rename(account, name="Newer")
    assert stored_name(account) == "Newer"


def test_even_an_interruption_undoes_the_action(app):
    account = factories.make_account(display_name="Old")

    @action
    def interrupted():
        account.display_name = "New"
        db.session.flush()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stored_name(account) == "Old"


def test_callbacks_are_kept_once(commits):
    def callback():
        pass

    transactions.after_commit(callback)
    transactions.after_commit(callback)
    assert transactions._after_commit.count(callback) == 1


def test_a_taken_address_is_explained_beside_its_field(app):
    first = factories.make_account()

    with pytest.raises(Invalid) as refusal:
        _add_account_with(first.email)
    assert refusal.value.field == "email"
    assert refusal.value.message == "That email address cannot be used."


def test_an_explanation_is_a_new_error_each_time(app):
    first = factories.make_account()
    errors = []
    for _ in range(2):
        with pytest.raises(Invalid) as refusal:
            _add_account_with(first.email)
        errors.append(refusal.value)
    assert errors[0] is not errors[1]


@action
def _add_account_with(email):
    factories.make_account(email=email)


def test_an_unexplained_refusal_is_a_conflict(app):
    topic = factories.make_topic()
    db.session.add(TopicSynonym(topic_id=topic.id, name="same"))
    db.session.commit()

    @action
    def add_again():
        db.session.add(TopicSynonym(topic_id=topic.id, name="same"))

    with pytest.raises(Conflict, match="Somebody else"):
        add_again()


def test_a_row_changed_meanwhile_is_a_conflict(app):
    account = factories.make_account()

    @action
    def change_an_old_version():
        db.session.execute(text("UPDATE account SET version = version + 1"))
        account.display_name = "Mine"

    with pytest.raises(Conflict, match="Somebody else"):
        change_an_old_version()


def _refusal(statement):
    with pytest.raises(IntegrityError) as refusal, db.session.begin_nested():
        db.session.execute(statement)
    return refusal.value


def test_constraints_have_one_name_on_both_databases(app):
    account = factories.make_account(role="administrator")
    now = clock.now()
    grant = insert(RoleGrant).values(account_id=account.id, granted_at=now)
    twice = _refusal(grant.values(role=Role.ADMINISTRATOR, centre_id=None))
    assert constraint_name(twice) == "uq_role_grant_administrator"
    without_centre = _refusal(grant.values(role=Role.MANAGER, centre_id=None))
    assert constraint_name(without_centre) == "ck_role_grant_centre_of_role"
    thread = factories.make_thread()
    tie = select(
        ThreadTopic.thread_id, ThreadTopic.topic_id, ThreadTopic.centre_id, ThreadTopic.last_post_at
    ).where(ThreadTopic.thread_id == thread.id)
    names = ["thread_id", "topic_id", "centre_id", "last_post_at"]
    tied_twice = _refusal(insert(ThreadTopic).from_select(names, tie))
    assert constraint_name(tied_twice) == "pk_thread_topic"


def test_refusals_without_a_name_have_none(app, backend):
    factories.make_account()
    missing = _refusal(text("UPDATE account SET display_name = NULL"))
    assert constraint_name(missing) == ""
    orphan = _refusal(
        insert(TopicSynonym).values(topic_id=2**31 - 1, name="of a topic that is not there")
    )
    expected = {"sqlite": "", "postgresql": "fk_topic_synonym_topic_id"}
    assert constraint_name(orphan) == expected[backend]


def test_unknown_columns_have_no_name():
    assert transactions._unique_name("account", {"display_name"}) == ""


def test_a_pause_ends_the_transaction_outside_actions_only(app):
    account = factories.make_account(display_name="Old")
    account.display_name = "Paused"
    pause()
    db.session.rollback()
    assert stored_name(account) == "Paused"

    @action
    def paused_within():
        account.display_name = "Within"
        pause()
        raise Invalid("No")

    with pytest.raises(Invalid):
        paused_within()
    assert stored_name(account) == "Paused"


def test_nothing_is_left_behind(app):
    assert db.session.scalar(select(func.count()).select_from(Account)) == 0
