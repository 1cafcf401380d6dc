"""The first door: who is let in, who is asked to sign in, who is refused."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from forum.core.access import Anonymous
from forum.web import access
from tests import factories

PEOPLE = ("visitor", "member", "moderator", "manager", "administrator")
LETS_IN = {
    "anyone": PEOPLE,
    "visitor": ("visitor",),
    "member": PEOPLE[1:],
    "staff": PEOPLE[2:],
    "manager": PEOPLE[3:],
    "admin": PEOPLE[4:],
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("rule", LETS_IN)
def test_rules_let_in_whom_they_name(app, rule, who):
    role = who if who in PEOPLE[2:] else None
    actor = Anonymous() if who == "visitor" else factories.make_account(role=role)
    decision = getattr(access, rule)(actor)
    assert bool(decision) == (who in LETS_IN[rule])
    assert bool(decision.reason) != bool(decision)


@pytest.mark.parametrize(
    ("environment", "status"), [("development", 200), ("testing", 200), ("production", 404)]
)
def test_pages_of_developers_are_not_there_in_production(client, app, environment, status):
    app.config["ENVIRONMENT"], before = environment, app.config["ENVIRONMENT"]
    try:
        client.get("/dev/mail/", status=status)
    finally:
        app.config["ENVIRONMENT"] = before


def test_a_visitor_is_sent_to_sign_in_and_comes_back(client):
    member = factories.make_account()
    answer = client.get("/account/organisations/?after=x&y=%2F", status=303)
    parts = urlsplit(answer.headers["Location"])
    assert parts.path == "/account/sign-in/"
    assert parse_qs(parts.query) == {"next": ["/account/organisations/?after=x&y=%2F"]}
    page = client.follow(answer)
    back = client.post_form(page, {"email": member.email, "password": factories.PASSWORD})
    assert urlsplit(back.headers["Location"]).path == "/account/organisations/"


def test_a_member_is_refused_with_a_reason(client):
    client.sign_in(factories.make_account())
    answer = client.get("/admin/", status=403)
    assert "Only administrators can do this." in answer.main


@pytest.mark.parametrize("path", ["/account/sign-in/", "/account/register/"])
def test_a_member_need_not_sign_in_again(client, path):
    client.sign_in(factories.make_account())
    assert client.get(path, status=303).headers["Location"] == "/"


def test_a_visitors_form_is_kept(client):
    data = {"about": "All of my words", "csrf_token": client.token()}
    answer = client.post("/account/profile/", data=data, status=401)
    assert answer.find("input", name="carried")


def test_the_rule_is_written_on_the_view():
    @access.access(access.staff)
    def view():
        """A view."""

    assert view.access_rule == "staff"
    assert view.__name__ == "view"


def test_a_view_gets_its_arguments_only_when_let_in(app):
    seen = []

    @access.access(lambda _actor: SimpleNamespace(__bool__=lambda: True))
    def view(**arguments):
        seen.append(arguments)
        return "x"

    with app.test_request_context():
        assert view(number=1) == "x"
    assert seen == [{"number": 1}]
