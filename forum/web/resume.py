"""What somebody typed survives an expired session.

The typed fields travel in a signed value through the sign-in page and come back in a form
that sends them again. Nothing is stored on the server.
"""

import re
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from forum.core.markup import show_control

OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f\ud800-\udfff]*")
NEVER_CARRIED = frozenset({"csrf_token", "carried"})
SECRET_WORDS = ("password", "token", "code")
# What forms carry along without showing it.
UNSEEN = frozenset({"submission_id", "version", "began_from", "next", "do"})
# Fields of questionnaires are called after the number of the question's row.
ANSWER = re.compile(r"q\d+(?:_\w+)?")


def is_own_path(path: str) -> bool:
    """Whether a redirect to ``path`` stays on this site."""
    return bool(OWN_PATH.fullmatch(path))


def typed_fields() -> list[tuple[str, str]]:
    """The fields of the request's form, without secrets, as a page may show them."""
    return [
        (name, show_control(value))
        for name, value in request.form.items(multi=True)
        if name not in NEVER_CARRIED and not any(word in name.lower() for word in SECRET_WORDS)
    ]


def typed_texts() -> list[tuple[str, str]]:
    """What was typed into the request's form, each text with words for its field."""
    return [(_in_words(name), text) for name, text in typed_fields() if text and name not in UNSEEN]


def _in_words(name: str) -> str:
    if ANSWER.fullmatch(name):
        return str(_("Answer"))
    return str(_("Text")) if name == "source" else name.replace("_", " ").capitalize()


def pack() -> str:
    """The request's form, signed, for a hidden field called ``carried``."""
    return _serializer().dumps({"path": request.full_path.rstrip("?"), "fields": typed_fields()})


def unpack(carried: str) -> tuple[str, list[tuple[str, str]]] | None:
    """Address and fields of a signed form; None when it is not ours."""
    try:
        value: Any = _serializer().loads(carried)
    except BadSignature:
        return None
    return value["path"], [(name, text) for name, text in value["fields"]]


def ask_to_sign_in() -> ResponseReturnValue:
    """The page for a visitor whose session ended while writing."""
    if _asked_by_script():
        return "", 401
    return render_template("accounts/session_ended.html", carried=pack()), 401


def offer_again(path: str, fields: list[tuple[str, str]], *, status: int) -> ResponseReturnValue:
    """The page with what was typed and a button that sends it again."""
    if _asked_by_script():
        return "", status
    return render_template("errors/resend.html", path=path, fields=fields), status


def _asked_by_script() -> bool:
    """Whether nobody will see the answer, so that it need not begin a session for its form."""
    return request.headers.get("Sec-Fetch-Dest") == "empty"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="typed-fields")
