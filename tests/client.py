"""A test client that proof-reads every page it sees and fills in forms as a browser does."""

import contextvars
import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from forum.accounts.models import Account
from forum.core import clock
from forum.core.db import db
from tests import factories
from tests.proofreading import Element, check_headers, elements, parse, proofread, text_of

ORIGIN = "http://localhost"
# Pages that anyone may open and no cache may keep.
PRIVATE = ("accounts.", "moderation.follow_complaint", "moderation.report_status")
Fields = Mapping[str, str | Sequence[str] | None]


class Answer(TestResponse):
    """An answer with its page as a reader finds it."""

    @cached_property
    def tree(self) -> Element:
        """The parsed page; it is not to be changed."""
        return parse(self.text)[0]

    @property
    def words(self) -> str:
        """The visible text of the page, white space collapsed."""
        body = next(elements(self.tree, "body"), self.tree)
        return text_of(body)

    @property
    def main(self) -> str:
        """The visible text of the main part alone."""
        return text_of(next(elements(self.tree, "main"), self.tree))

    @property
    def title(self) -> str:
        """The title of the page."""
        return text_of(next(elements(self.tree, "title")))

    @property
    def h1(self) -> str:
        """The heading of the page."""
        return text_of(next(elements(self.tree, "h1")))

    @property
    def errors(self) -> list[str]:
        """The messages beside fields, without the hidden "Error:"."""
        return [
            text.removeprefix("Error:").strip() for text in self.texts(css="govuk-error-message")
        ]

    @property
    def links(self) -> dict[str, str]:
        """Addresses of the links by their texts."""
        return {text_of(link): link.get("href", "") for link in elements(self.tree, "a")}

    @property
    def buttons(self) -> list[str]:
        """Texts of the buttons."""
        return [text_of(button) for button in elements(self.tree, "button")]

    def find(self, *tags: str, css: str = "", **attributes: str) -> list[Element]:
        """Elements with one of ``tags``, the class ``css`` and the ``attributes``."""
        return [
            element
            for element in elements(self.tree, *tags)
            if (not css or css in element.get("class", "").split())
            and all(
                element.get(name.strip("_").replace("_", "-")) == value
                for name, value in attributes.items()
            )
        ]

    def texts(self, *tags: str, css: str = "", **attributes: str) -> list[str]:
        """Texts of the elements that ``find`` finds."""
        return [text_of(element) for element in self.find(*tags, css=css, **attributes)]

    def form(self, *, button: str = "", action: str = "") -> Element:
        """The form with this button or this action; without both the only one of the page.

        Raises AssertionError when there is none, or more than one.
        """
        main = next(elements(self.tree, "main"), self.tree)
        found = [
            form
            for form in elements(self.tree if button or action else main, "form")
            if (not button or button in [text_of(b) for b in elements(form, "button")])
            and (not action or urlsplit(form.get("action", "")).path == action)
            and (button or action or form.get("method", "").lower() == "post")
        ]
        there = [
            (form.get("action"), [text_of(button) for button in elements(form, "button")])
            for form in elements(self.tree, "form")
        ]
        assert len(found) == 1, (
            f"{len(found)} forms with button {button!r} and action {action!r} among {there}"
        )
        return found[0]

    def fields(self, **which: str) -> dict[str, list[str]]:
        """Names and values of a form's fields, as they would be sent."""
        return form_fields(self.form(**which))


class Client(FlaskClient):
    """See the module; a request runs in a context of its own, as on a server."""

    def __init__(self, application: Flask, *args: Any, **kwargs: Any) -> None:
        super().__init__(application, *args, **kwargs)
        self.response_wrapper = type("Answer", (Answer, application.response_class), {})
        self.proofreads = True

    def open(self, *args: Any, **kwargs: Any) -> Answer:
        """Send a request; the page that comes back must stand the proof-reading."""
        if _has_session():
            factories.commit()
        answer: Answer = contextvars.copy_context().run(self._open, *args, **kwargs)
        if _has_session():
            # The request may have changed anything.
            db.session.expire_all()
        if self.proofreads:
            problems = self.problems(answer)
            assert not problems, f"{answer.request.path}:\n" + "\n".join(problems)
        return answer

    def get(self, path: str, *, status: int = 200, **kwargs: Any) -> Answer:
        """GET ``path``; the answer must have ``status``."""
        return self._checked(super().get(path, **kwargs), status)  # type: ignore[arg-type]  # our answers

    def post(self, path: str, *, status: int = 303, **kwargs: Any) -> Answer:
        """POST to ``path`` as it stands, without a form's token; ``status`` is checked."""
        kwargs["headers"] = {"Origin": ORIGIN, **kwargs.get("headers", {})}
        return self._checked(super().post(path, **kwargs), status)  # type: ignore[arg-type]  # our answers

    def post_form(
        self,
        page: str | Answer,
        fields: Fields | None = None,
        *,
        button: str = "",
        action: str = "",
        status: int = 303,
    ) -> Answer:
        """Fill in a form of ``page`` (an address or an answer) and send it.

        The form is that with the ``button`` (its text) or the ``action``; without both the only
        one in the main part. ``fields`` change what the form holds (None leaves one out); naming
        a field that the form does not have raises AssertionError.
        """
        answer = self.get(page) if isinstance(page, str) else page
        form = answer.form(button=button, action=action)
        data = form_fields(form, button=button)
        names = {element.get("name") for element in elements(form) if element.get("name")}
        for name, value in (fields or {}).items():
            assert name in names, f"the form has no field {name}, only {sorted(map(str, names))}"
            data[name] = [] if value is None else [value] if isinstance(value, str) else [*value]
        address = urljoin(answer.request.url, _target(form, button) or answer.request.full_path)
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.post(path, data=data, status=status)

    def follow(self, answer: Answer, *, status: int = 200) -> Answer:
        """GET the page that ``answer`` redirects to."""
        return self.get(answer.headers["Location"], status=status)

    def sign_in(self, account: Account) -> "Client":
        """Be signed in as ``account``, by a session row and its cookie."""
        app = self.application
        now = int(clock.now().timestamp())
        session = {
            "_user_id": factories.make_session(account),
            "_fresh": True,
            "_permanent": True,
            "seen": now,
        }
        value = app.session_interface.get_signing_serializer(app).dumps(session)  # type: ignore[attr-defined]  # the cookie interface
        self.set_cookie(app.config["SESSION_COOKIE_NAME"], value)
        return self

    def sign_out(self) -> "Client":
        """Be a visitor again, by forgetting the cookie."""
        self.delete_cookie(self.application.config["SESSION_COOKIE_NAME"])
        return self

    def token(self) -> str:
        """A CSRF token that this browser's session accepts, for requests without a form."""
        app = self.application
        name = app.config["SESSION_COOKIE_NAME"]
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # the cookie interface
        cookie = self.get_cookie(name)
        session = serializer.loads(cookie.value) if cookie else {}
        session.setdefault("csrf_token", secrets.token_hex(20))
        self.set_cookie(name, serializer.dumps(session))
        signer = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token")
        return str(signer.dumps(session["csrf_token"]))

    @property
    def has_session(self) -> bool:
        """Whether this browser holds a session cookie."""
        return self.get_cookie(self.application.config["SESSION_COOKIE_NAME"]) is not None

    def _open(self, *args: Any, **kwargs: Any) -> Answer:
        # A context of its own: neither flask.g nor the database session outlives the request.
        with self.application.app_context():
            answer: Answer = super().open(*args, **kwargs)  # type: ignore[assignment]  # our answers
            answer.get_data()
            answer.close()
            return answer

    def _checked(self, answer: Answer, status: int) -> Answer:
        hint = answer.headers.get("Location", "")
        is_page = answer.mimetype == "text/html" and not 300 <= answer.status_code < 400
        if is_page and answer.status_code != status:
            hint = " ".join([answer.words[:400], *answer.errors])
        assert answer.status_code == status, (
            f"{answer.request.method} {answer.request.full_path} answered "
            f"{answer.status_code}, not {status}: {hint}"
        )
        return answer

    def problems(self, answer: Answer) -> list[str]:
        """What proof-reading finds wrong with the answer."""
        problems = check_headers(dict(answer.headers))
        problems += self._caching(answer)
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            problems += proofread(answer.text, site_name=self.application.config["SITE_NAME"])
        return problems

    def _caching(self, answer: Answer) -> list[str]:
        """Anonymous pages are for any cache; pages of members are for nobody else's."""
        name = self.application.config["SESSION_COOKIE_NAME"]
        caching = answer.headers.get("Cache-Control", "")
        if answer.request.path.startswith("/api/v1/"):
            # The cookie was never looked at: the answer is for everybody.
            return [] if "Set-Cookie" not in answer.headers else ["the API sets a cookie"]
        sets = f"{name}=" in answer.headers.get("Set-Cookie", "")
        if name in answer.request.headers.get("Cookie", "") or sets:
            return [] if "no-store" in caching else [f"Cache-Control is {caching!r}"]
        if answer.request.method != "GET" or answer.status_code != 200:
            return []
        return self._public_caching(answer, caching)

    def _public_caching(self, answer: Answer, caching: str) -> list[str]:
        adapter = self.application.url_map.bind("localhost")
        if not adapter.test(answer.request.path, "GET"):
            return []
        endpoint = str(adapter.match(answer.request.path, "GET")[0])
        view = self.application.view_functions[endpoint]
        is_page = answer.mimetype == "text/html" and not endpoint.startswith(PRIVATE)
        is_public = getattr(view, "access_rule", "") == "anyone" and is_page
        if is_public and not caching.startswith("public"):
            return [f"Cache-Control of a public page is {caching!r}"]
        return []


def form_fields(form: Element, *, button: str = "") -> dict[str, list[str]]:
    """Names and values that a browser would send when ``button`` is pressed."""
    data: dict[str, list[str]] = {}
    for element in elements(form, "input", "select", "textarea", "button"):
        name = element.get("name")
        if name and element.get("disabled") is None:
            data.setdefault(name, []).extend(_values(element, button))
    return {name: values for name, values in data.items() if values}


def _values(element: Element, button: str) -> list[str]:
    if element.tag == "textarea":
        return ["".join(element.itertext())]
    if element.tag == "select":
        return _chosen(element)
    if element.tag == "button":
        return [element.get("value", "")] if button and text_of(element) == button else []
    kind = element.get("type", "text")
    if kind in {"submit", "button", "image", "reset", "file"}:
        return []
    if kind in {"checkbox", "radio"}:
        return [element.get("value", "on")] if element.get("checked") is not None else []
    return [element.get("value", "")]


def _chosen(select: Element) -> list[str]:
    options = list(elements(select, "option"))
    chosen = [option for option in options if option.get("selected") is not None]
    if not chosen and select.get("multiple") is None:
        chosen = options[:1]
    return [option.get("value", text_of(option)) for option in chosen]


def _target(form: Element, button: str) -> str:
    for element in elements(form, "button"):
        if button and text_of(element) == button and element.get("formaction"):
            return element.get("formaction", "")
    return form.get("action", "")


def _has_session() -> bool:
    """Whether the test itself has asked or changed something."""
    return has_app_context() and db.session.registry.has()
