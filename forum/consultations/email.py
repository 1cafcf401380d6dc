"""Mails to respondents, and the link by which those without an account come back."""

from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


def link_to(reference: str) -> str:
    """The signed part of the address by which a response is opened without an account."""
    return str(_serializer().dumps(reference))


def reference_of(link: str) -> str | None:
    """The reference in a link; None when we did not sign it."""
    try:
        reference = _serializer().loads(link)
    except BadSignature:
        return None
    return str(reference)


def compose(name: str, **words: Any) -> str:
    """The text of ``templates/emails/consultations/<name>.txt`` with ``words`` in it."""
    template = current_app.jinja_env.get_template(f"emails/consultations/{name}.txt")
    return template.render(
        site_name=current_app.config["SITE_NAME"], site_url=current_app.config["SITE_URL"], **words
    )


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="response")
