"""Hostile input: the collections beside the repository, else a few texts of our own."""

import json
import unicodedata
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent.parent / "shared" / "data" / "hostile"


def read(name: str, *, otherwise: Any) -> Any:
    """The JSON file called ``name``, or ``otherwise`` in a clone without the collections."""
    path = FOLDER / name
    return json.loads(path.read_text("utf-8", "surrogatepass")) if path.exists() else otherwise


def html_payloads() -> list[str]:
    """HTML that tries to run a script."""
    cases = read(
        "dompurify/expect.json",
        otherwise=[
            {"payload": text}
            for text in (
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "<svg><style><img src=x onerror=alert(1)></style></svg>",
                "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
                "<a href='java&#115;cript:alert(1)'>x</a>",
                "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
                "<a href='x' style='position:fixed' onclick='alert(1)'>x</a>",
                "<p><iframe srcdoc='<script>alert(1)</script>'></p>",
            )
        ],
    )
    return [str(case["payload"]) for case in cases]


def pathological_markdown(*, limit: int) -> dict[str, str]:
    """Markdown that is slow to render, by name, each cut to ``limit`` characters."""
    recipes = read(
        "markdown-pathological/recipes.json",
        otherwise=[
            {"name": "nested strong", "parts": [["*a **a ", 5000], ["b", 1], [" a** a*", 5000]]},
            {"name": "nested brackets", "parts": [["[", 20000], ["a", 1], ["]", 20000]]},
            {"name": "nested quotes", "parts": [["> ", 50000], ["a", 1]]},
            {"name": "backticks", "parts": [["e`" * 3, 10000]]},
            {"name": "addresses", "parts": [["://", 20000]]},
            {"name": "many mentions", "parts": [["@a@", 20000]]},
        ],
    )
    return {recipe["name"]: _shrink(recipe["parts"], limit) for recipe in recipes}


def _shrink(parts: list[list[Any]], limit: int) -> str:
    """The parts with fewer repetitions, in proportion, so that they fit into ``limit``."""
    whole = sum(len(text) * times for text, times in parts)
    ratio = min(1.0, limit / whole)
    return "".join(text * max(1, int(times * ratio)) for text, times in parts)[:limit]


def strings() -> list[str]:
    """Texts that break software."""
    texts = read(
        "naughty-strings/blns.json",
        otherwise=[
            "",
            "None",
            "\x00",
            "\x01\x02\x7f\x80\x9f",
            "\u200b\u202e\ufeff",
            "Ω≈ç√∫˜µ≤≥÷",
            "𝕿𝖍𝖊 𝖖𝖚𝖎𝖈𝖐",
            "ﷺ",
            "<script>alert(1)</script>",
            "'; DROP TABLE account; --",
            "{{ 7 * 7 }}",
            "%s%n",
            "../../etc/passwd",
            "999999999999999999999999999999",
        ],
    )
    return [str(text) for text in texts]


def can_be_written(text: str, *, required: bool = False) -> bool:
    """Whether people can write ``text``: no control characters; letters or digits if required."""
    typed = text.replace("\r", "\n")
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\t\n" for sign in typed):
        return False
    return not required or any(sign.isalnum() for sign in typed)


def as_stored(text: str) -> str:
    """What is kept of a text that can be written."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def redirect_targets() -> list[str]:
    """Addresses that tutorial guards of redirects let off the site."""
    ours = read(
        "open-redirect/extra-ours.json",
        otherwise=["//evil.example", "/\\evil.example", "/\t/evil.example", "https:evil.example"],
    )
    path = FOLDER / "open-redirect" / "patt-Open-Redirect-payloads.txt"
    return [*ours, *(path.read_text("utf-8").splitlines() if path.exists() else ())]
