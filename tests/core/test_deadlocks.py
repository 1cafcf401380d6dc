"""Two actions that wait for each other: one goes on, the other is a conflict and no failure."""

import threading

import pytest
from sqlalchemy import update

from forum.accounts.models import Account
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.transactions import CHANGED_MEANWHILE, action
from tests import factories


@pytest.mark.live
def test_whoever_loses_a_deadlock_is_told_that_somebody_else_was_first(live_app):
    with live_app.app_context():
        ids = [factories.make_account().id, factories.make_account().id]
    both_hold = threading.Barrier(2)
    is_sqlite = live_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    told = []

    @action
    def change(first, second):
        db.session.execute(update(Account).where(Account.id == first).values(about="held"))
        if not is_sqlite:
            both_hold.wait()
        db.session.execute(update(Account).where(Account.id == second).values(about="changed"))

    def run(first, second):
        with live_app.app_context():
            try:
                change(first, second)
            except Conflict as conflict:
                told.append(conflict.message)
            else:
                told.append("done")

    workers = [threading.Thread(target=run, args=order) for order in (ids, ids[::-1])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(told) == sorted(["done", "done" if is_sqlite else CHANGED_MEANWHILE])
