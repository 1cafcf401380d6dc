"""What machines ask: health, robots.txt, security.txt."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from forum.accounts import actions as accounts
from forum.core import clock
from forum.core.db import db
from forum.ops import queries
from tests import factories
from tests.statements import count_statements


def wait_for_delivery(minutes):
    with clock.at(clock.now() - timedelta(minutes=minutes)):
        accounts.request_password_reset(None, email="nobody@example.org")
    factories.commit()


def test_the_process_answers_without_the_database(app, client):
    with count_statements() as statements:
        answer = client.get("/healthz")
    assert answer.json == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert statements == []


def test_the_site_is_ready(app, client):
    wait_for_delivery(14)
    answer = client.get("/readyz")
    assert answer.json == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "outbox": "ok"},
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_the_site_is_not_ready_while_nothing_is_delivered(app, client):
    wait_for_delivery(16)
    answer = client.get("/readyz", status=503)
    assert answer.json["status"] == "unavailable"
    assert answer.json["checks"]["outbox"] == "late"


def test_the_site_is_not_ready_before_its_migrations(app, client):
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    factories.commit()
    answer = client.get("/readyz", status=503)
    assert answer.json["checks"] == {
        "database": "ok",
        "migrations": "not current",
        "outbox": "ok",
    }


def test_the_site_is_not_ready_without_its_database(app, client, monkeypatch):
    def away(*_args):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(queries.health, "_revision", away)
    answer = client.get("/readyz", status=503)
    assert answer.json == {"status": "unavailable", "checks": {"database": "unreachable"}}


@pytest.mark.parametrize(
    ("present", "is_current", "is_newer"),
    [("0002", True, False), ("0001", False, False), ("", False, False), ("9999", False, True)],
)
def test_revisions_are_compared(present, is_current, is_newer):
    state = queries.Migrations(present=present, needed="0002", known=frozenset({"0001", "0002"}))
    assert (state.is_current, state.is_newer) == (is_current, is_newer)


def test_robots_are_kept_from_pages_of_members(app, client):
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /account/" in lines
    assert "Disallow: /" not in lines
    assert "Sitemap: http://localhost/sitemap.xml" in lines


def test_weaknesses_can_be_reported(app, client):
    answer = client.get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Cache-Control"].startswith("public")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert set(fields) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    assert fields["Contact"].startswith("mailto:")
    assert fields["Canonical"] == "http://localhost/.well-known/security.txt"
    # RFC 9116, section 2.5.5, advises less than a year.
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=178) < expires - clock.now() < timedelta(days=366)


def test_the_same_text_is_given_all_day(app, client):
    noon = clock.now().replace(hour=12)
    texts = set()
    for hours in (-3, 0, 3):
        with clock.at(noon + timedelta(hours=hours)):
            texts.add(client.get("/.well-known/security.txt").text)
    assert len(texts) == 1
