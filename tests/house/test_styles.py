"""Styles and templates know the same classes."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "static"
# Words of a class that templates put together, such as tag--{{ sector }}.
SECTORS = {"private", "voluntary", "social-enterprise", "community", "public"}
PUT_TOGETHER = {
    *(f"tag--{sector}" for sector in SECTORS),
    *(f"voices__sector--{sector}" for sector in SECTORS),
    *(f"topics__topic--{depth}" for depth in range(4)),
    *(f"notice--{kind}" for kind in ("success", "error", "warning", "info")),
}
# Classes without a style: for tests that read pages, for scripts, and those of govuk-frontend.
WITHOUT_STYLE = {
    "free-text",
    *("govuk-checkboxes", "govuk-radios"),
    *("govuk-table__head", "govuk-table__body", "govuk-table__row"),
}


def styled():
    """The classes that the built style sheet knows."""
    names = json.loads((STATIC / "built" / "manifest.json").read_text("utf-8"))
    sheet = (STATIC / "built" / names["app.css"]).read_text("utf-8")
    return set(re.findall(r"\.(-?[a-zA-Z_](?:[\w-]|\\.)*)", sheet))


def sources(*patterns):
    return "\n".join(
        path.read_text("utf-8") for pattern in patterns for path in sorted(ROOT.glob(pattern))
    )


def used():
    """The classes that templates write out whole."""
    found = set()
    for value in re.findall(r'class="([^"]*)"', sources("templates/**/*.html")):
        plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\N{SUBSTITUTE}", value)
        found |= {name for name in plain.split() if "\N{SUBSTITUTE}" not in name}
    return found


def test_every_class_of_a_template_has_a_style():
    assert len(used()) > 100
    assert used() - styled() - WITHOUT_STYLE == set()


def test_every_style_of_ours_is_used():
    words = sources("templates/**/*.html", "static/scripts/*.js", "forum/core/*.py")
    known = set(re.findall(r"[\w-]+", words)) | PUT_TOGETHER
    ours = {name for name in styled() if not name.startswith("govuk-")}
    assert len(ours) > 100
    assert ours - known == set()
