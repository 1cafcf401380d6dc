"""What somebody typed survives an expired token and an ended session; nothing secret travels."""

from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer
from werkzeug.datastructures import MultiDict

from forum.web import resume
from tests import factories, hostile

TEXT = "First line\n\n\tSecond – “quoted” <b>&amp;</b> line\n" * 20


def typed(answer):
    """What the form of the page would send, without its token, with plain line ends."""
    fields = answer.fields(button="Send again")
    fields.pop("csrf_token")
    return {
        name: [value.replace("\r\n", "\n") for value in values] for name, values in fields.items()
    }


def reply_to(thread):
    return f"/threads/{thread.id}/reply/"


def test_an_expired_token_gives_every_word_back(client):
    author = factories.make_account()
    thread = factories.make_thread(author=author)
    client.sign_in(author)
    answer = client.post(
        reply_to(thread),
        data={"source": TEXT, "submission_id": "abc", "topics": ["1", "2"], "csrf_token": "old"},
        status=400,
    )
    assert typed(answer) == {"source": [TEXT], "submission_id": ["abc"], "topics": ["1", "2"]}
    assert answer.form(button="Send again").get("action") == reply_to(thread)


def test_an_expired_token_then_posts(client):
    author = factories.make_account()
    thread = factories.make_thread(author=author)
    page = client.sign_in(author).get(thread.path)
    fields = page.fields(action=reply_to(thread))
    fields |= {"source": ["What I meant to say."], "csrf_token": ["old"]}
    offered = client.post(reply_to(thread), data=fields, status=400)
    answer = client.post_form(offered, button="Send again")
    assert answer.status_code == 303
    assert client.get(thread.path).main.count("What I meant to say.") == 1


def test_an_ended_session_gives_every_word_back_after_signing_in(client):
    author = factories.make_account()
    thread = factories.make_thread(author=author)
    answer = client.post(
        reply_to(thread), data={"source": TEXT, "csrf_token": client.token()}, status=401
    )
    assert "Sign in" in answer.buttons
    back = client.post_form(
        answer,
        {"email": author.email, "password": factories.PASSWORD},
        action="/account/sign-in/",
        button="Sign in",
        status=200,
    )
    assert typed(back) == {"source": [TEXT]}
    assert back.form(button="Send again").get("action") == reply_to(thread)


def test_a_failed_sign_in_still_carries_the_words(client):
    author = factories.make_account()
    thread = factories.make_thread(author=author)
    answer = client.post(
        reply_to(thread), data={"source": TEXT, "csrf_token": client.token()}, status=401
    )
    wrong = client.post_form(
        answer,
        {"email": author.email, "password": "not the password"},
        button="Sign in",
        action="/account/sign-in/",
        status=422,
    )
    back = client.post_form(
        wrong,
        {"email": author.email, "password": factories.PASSWORD},
        button="Sign in",
        status=200,
    )
    assert typed(back) == {"source": [TEXT]}


@pytest.mark.parametrize(("token", "status"), [(True, 401), (False, 400)])
def test_a_script_gets_no_page_and_begins_no_session(client, token, status):
    """Nobody will see the answer; a new session would end the token of the form they see."""
    data = {"source": TEXT, "csrf_token": client.token() if token else "old"}
    before = client.get_cookie("roundtable")
    answer = client.post(
        reply_to(factories.make_thread()),
        data=data,
        status=status,
        headers={"Sec-Fetch-Dest": "empty"},
    )
    assert answer.text == ""
    assert "Set-Cookie" not in answer.headers
    assert client.get_cookie("roundtable") == before


def test_no_secret_travels(app):
    with app.test_request_context(
        "/x/?y=1",
        method="POST",
        data={
            "password": "p",
            "new_password": "p",
            "csrf_token": "t",
            "reset_token": "t",
            "code": "123456",
            "carried": "c",
            "title": "kept",
        },
    ):
        assert resume.typed_fields() == [("title", "kept")]
        assert resume.unpack(resume.pack()) == ("/x/?y=1", [("title", "kept")])


def test_people_read_words_for_the_fields(app):
    data = {
        "source": "My post",
        "change_note": "Why",
        "q30": "My answer",
        "q31_why": "Trade secret",
        "version": "3",
        "submission_id": "abc",
        "title": "",
    }
    with app.test_request_context("/x/", method="POST", data=data):
        assert resume.typed_texts() == [
            ("Text", "My post"),
            ("Change note", "Why"),
            ("Answer", "My answer"),
            ("Answer", "Trade secret"),
        ]


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


# The application is only read, so that one will do for all examples.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.lists(st.tuples(words.filter(bool), words), max_size=5),
    place=st.integers(min_value=0),
    character=st.characters(codec="ascii"),
)
def test_what_is_packed_comes_back_and_nothing_else(app, fields, place, character):
    data = MultiDict(fields)
    with app.test_request_context("/x/", method="POST", data=data):
        typed_now = resume.typed_fields()
        packed = resume.pack()
        place %= len(packed)
        forged = packed[:place] + character + packed[place + 1 :]
        assert resume.unpack(packed) == ("/x/", typed_now)
        assert resume.unpack(forged) in (None, ("/x/", typed_now))


@pytest.mark.parametrize("forged", ["", "x", "eyJwYXRoIjoiLyJ9.x", "a.b.c", "\x00", "😀"])
def test_a_forged_form_is_refused(app, forged):
    with app.test_request_context():
        assert resume.unpack(forged) is None


def test_a_value_signed_for_something_else_is_refused(app):
    with app.test_request_context():
        other = URLSafeSerializer(app.config["SECRET_KEY"], salt="another purpose")
        assert resume.unpack(other.dumps({"path": "/", "fields": []})) is None


def test_a_forged_form_does_not_hinder_signing_in(client):
    member = factories.make_account()
    client.post_form(
        "/account/sign-in/",
        {"email": member.email, "password": factories.PASSWORD, "carried": "forged"},
    )
    assert client.get("/account/")


@pytest.mark.parametrize("path", ["/", "/threads/1/x/?page=2#post-3", "/centres/north-east/"])
def test_own_paths_are_known(path):
    assert resume.is_own_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/x\n",
        "https://a",
        "/\ud800",
    ],
)
def test_other_paths_are_refused(path):
    assert not resume.is_own_path(path)


@pytest.mark.parametrize("target", hostile.redirect_targets())
def test_no_hostile_target_is_our_own_path(target):
    if resume.is_own_path(target):
        parts = urlsplit(target)
        assert (parts.scheme, parts.netloc) == ("", "")


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/\n/evil.example",
        "javascript:alert(1)",
    ],
)
def test_no_sign_in_leads_off_the_site(client, target):
    member = factories.make_account()
    client.proofreads = False
    answer = client.post(
        "/account/sign-in/",
        data={
            "email": member.email,
            "password": factories.PASSWORD,
            "next": target,
            "csrf_token": client.token(),
        },
    )
    assert answer.headers["Location"] == "/"
