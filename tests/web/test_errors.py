"""Error pages say what happened and what to do next, and lose nothing typed."""

import pytest
from flask import Response
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, ImATeapot

from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests import factories

PAGE = "/house-rules/"
AWAY = "postgresql://127.0.0.1:1/nothing"


@pytest.fixture
def failing(app, monkeypatch):
    """``failing(error)``: the page of house rules raises ``error``."""

    def fail_with(error):
        def view():
            raise error

        view.access_rule = "anyone"
        monkeypatch.setitem(app.view_functions, "site.house_rules", view)

    return fail_with


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (NotFound("There is no such board."), 404, "There is no such board."),
        (NotFound(), 404, "If you typed the address"),
        (NotAllowed("Only managers can."), 403, "Only managers can."),
        (Conflict("Changed meanwhile."), 409, "Changed meanwhile."),
        (Invalid("Too long."), 400, "Too long."),
        (ImATeapot(), 400, "We could not use what was sent"),
        (ZeroDivisionError("secret detail"), 500, "something went wrong"),
        (IntegrityError("INSERT secret detail", {}, Exception("x")), 500, "something went wrong"),
        (PoolTimeout("secret detail"), 503, "not available"),
    ],
)
def test_each_error_has_its_page(client, failing, error, status, sentence):
    failing(error)
    answer = client.get(PAGE, status=status)
    assert sentence in answer.main
    assert "secret detail" not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_answer_that_is_raised_is_given(client, failing):
    failing(HTTPException(response=Response("as it is", mimetype="text/plain")))
    assert client.get(PAGE).text == "as it is"


def test_a_member_sees_their_name_on_an_error_page(client):
    member = factories.make_account()
    answer = client.sign_in(member).get("/nowhere/", status=404)
    assert member.display_name in answer.words


def test_a_wrong_method_names_the_right_ones(client):
    answer = client.post(PAGE, status=405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_request_that_is_too_large_is_refused(client):
    client.sign_in(factories.make_account())
    answer = client.post(
        "/account/profile/", data={"about": "x" * 300_000, "csrf_token": client.token()}, status=413
    )
    assert "too large" in answer.h1.lower()
    assert "A file can have at most 10 MB" in answer.main


def test_a_request_of_too_many_parts_is_refused(client):
    client.sign_in(factories.make_account())
    parts = {f"field-{number}": "x" for number in range(1000)}
    answer = client.post(
        "/account/profile/",
        data={**parts, "csrf_token": client.token()},
        content_type="multipart/form-data",
        status=413,
    )
    assert answer.h1


@pytest.mark.parametrize("status", [400, 403, 409])
def test_what_was_typed_is_on_the_page(client, app, monkeypatch, status):
    errors = {400: Invalid("No."), 403: NotAllowed("No."), 409: Conflict("No.")}

    def view():
        raise errors[status]

    view.access_rule = "member"
    monkeypatch.setitem(app.view_functions, "accounts.edit_profile", view)
    client.sign_in(factories.make_account())
    answer = client.post(
        "/account/profile/",
        data={"about": "Many words\n<b>", "password": "hunter2", "csrf_token": client.token()},
        status=status,
    )
    texts = ["".join(area.itertext()) for area in answer.find("textarea")]
    assert "Many words\n<b>" in texts
    assert "hunter2" not in answer.text


class TestDatabaseAway:
    """The database cannot be reached: 503 on every page, for everybody, and no traceback."""

    @pytest.fixture
    def away(self, make_app):
        return make_app(FORUM_DATABASE_URL=AWAY).test_client()

    def test_a_visitor_is_told(self, away):
        answer = away.get("/", status=503)
        assert answer.headers["Retry-After"] == "5"
        assert "not available" in answer.main

    def test_a_member_is_told(self, away):
        token = away.token()
        session = {"_user_id": "x" * 43, "_fresh": True, "csrf_token": token}
        serializer = away.application.session_interface.get_signing_serializer(away.application)
        away.set_cookie("roundtable", serializer.dumps(session))
        away.get("/", status=503)
        away.get("/nowhere/", status=503)

    def test_nothing_typed_is_lost(self, away):
        answer = away.post(
            "/account/forgotten-password/",
            data={"email": "ann@example.org", "csrf_token": away.token()},
            status=503,
        )
        assert "ann@example.org" in answer.text

    def test_the_process_says_that_it_lives_but_is_not_ready(self, away):
        away.get("/healthz")
        away.get("/readyz", status=503)
