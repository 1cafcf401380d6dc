"""What is stored by now, beside what somebody typed into a form that began from something older."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask_babel import gettext as _

from forum.web.forms import Form


def differing(form: Form, stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and stored value, in words, of each field of ``form`` that holds another one."""
    return [
        (str(form[name].label.text), _words(form[name], value))
        for name, value in stored.items()
        if name in form and _comparable(form[name].data) != _comparable(value)
    ]


def _comparable(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value or None


def _words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list):
        chosen = {str(one) for one in value}
        labels = [str(choice[1]) for choice in field.iter_choices() if str(choice[0]) in chosen]
        return "\n".join(labels) or str(_("Nothing"))
    return str(value or _("Nothing"))
