"""Markdown to safe HTML; the only module that marks text as HTML."""

import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import bleach
from jinja2.utils import htmlsafe_json_dumps
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

from forum.core.errors import Invalid

RENDERER = 1
LONGEST_TEXT = 10_000
LONGEST_LINK = 2_000
DEEPEST_NESTING = 20

TAG_NAMES = (
    "p br hr a strong em del s sup sub code pre blockquote ul ol li h3 h4 h5 h6 "
    "table thead tbody tr th td"
)
TAGS = frozenset(TAG_NAMES.split())
REL = "nofollow ugc noopener"
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
ALIGNMENTS = {
    "text-align:left": "align-left",
    "text-align:center": "align-center",
    "text-align:right": "align-right",
}

WEB_ADDRESS = re.compile(r"https?://[^\s\"'<>`\\\x00-\x20\x7f]+", re.IGNORECASE)
HOST = re.compile(r"[^/?#@:\[\]]+(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?", re.IGNORECASE)
MAIL_ADDRESS = re.compile(r"mailto:[^\s\"'<>?&@]+@[a-z0-9.-]+", re.IGNORECASE)
OWN_PATH = re.compile(r"/(?![/\\])[^\s\"'<>`\\\x00-\x20\x7f]*")
FRAGMENT = re.compile(r"#[A-Za-z][\w-]*")
LANGUAGE = re.compile(r"language-[A-Za-z0-9_+#-]{1,30}")
MENTION = re.compile(r"(?<![\w@/.])@([a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9])(?![\w@])", re.IGNORECASE)
SURROGATE = re.compile("[\ud800-\udfff]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# In what the cleaner wrote, a sign "<" is never text.
OWN_LINK = re.compile(r'(<a [^<>]*?href=")([/#])')
# Format signs, those for private use, and accents without a letter.
SHAPELESS = frozenset({"Cf", "Co", "Mn"})
CLAUSE_ID = re.compile(r"clause-[0-9]{1,9}")

REMARK = Markup("<p><em>{}</em></p>\n")
DATA = Markup('<script type="application/ld+json">{}</script>')

_local = threading.local()


@dataclass(frozen=True, slots=True)
class NumberedItem:
    """An item of a numbered list without its signs; ``title`` is what is bold at its beginning."""

    number: int
    title: str
    text: str


def normalise(text: str) -> str:
    """The text in NFC with plain line ends.

    Raises Invalid for control characters and lone surrogates, which no keyboard types.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text) or SURROGATE.search(text):
        raise Invalid("The text holds a character that cannot be shown. Remove it and try again.")
    return unicodedata.normalize("NFC", text)


def is_blank(text: str) -> bool:
    """Whether the text shows a reader nothing: white space and signs without a shape."""
    return all(sign.isspace() or unicodedata.category(sign) in SHAPELESS for sign in text)


def show_control(text: str) -> str:
    """The text with plain line ends and a visible sign for what ``normalise`` refuses."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return SURROGATE.sub("\ufffd", CONTROL.sub("\ufffd", text))


def clean_source(text: str) -> str:
    """Text for a post: normalised, trimmed, not empty and not over LONGEST_TEXT characters.

    Raises Invalid with a sentence for the author.
    """
    text = normalise(text).strip("\n").rstrip()
    if not text.strip():
        raise Invalid("Write your post")
    if len(text) > LONGEST_TEXT:
        raise Invalid(
            f"Your post has {len(text):,} characters. Shorten it to {LONGEST_TEXT:,} or fewer."
        )
    return text


def render(source: str, *, mentions: Mapping[str, str] | None = None) -> str:
    """Safe HTML of Markdown ``source``.

    ``mentions`` maps handles (lower case) to the addresses that ``@handle`` links to.
    """
    parser = _parser()
    html = parser.render(source, {"mentions": mentions or {}})
    return clean(html)


def render_clauses(source: str) -> str:
    """Safe HTML of rules, in which the numbered item N can be linked to as ``#clause-N``."""
    parser = _parser()
    env: dict[str, Any] = {"mentions": {}}
    tokens = parser.parse(source, env)
    for number, first, _last in _numbered(tokens):
        tokens[first].attrs["id"] = f"clause-{number}"
    return clean(parser.renderer.render(tokens, parser.options, env))


@lru_cache(maxsize=64)
def numbered_items(source: str) -> Sequence[NumberedItem]:
    """The items of the numbered lists of ``source`` that stand in no other list or quotation.

    Pages of moderators ask it of the same few rules each time, so the newest answers are kept.
    """
    tokens = _parser().parse(source, {"mentions": {}})
    items = []
    for number, first, last in _numbered(tokens):
        inlines = [token for token in tokens[first:last] if token.type == "inline"]
        title, rest = _split_title(inlines[0].children or []) if inlines else ("", "")
        texts = [rest, *(_plain(token.children or ()) for token in inlines[1:])]
        items.append(NumberedItem(number, title, " ".join(" ".join(texts).split())))
    return tuple(items)


@lru_cache(maxsize=512)
def extract(source: str, *, longest: int) -> str:
    """The beginning of Markdown ``source`` in plain words, at most ``longest`` characters and "…".

    Quotations are left out. Lists ask it of the same posts each time, so the newest are kept.
    """
    words: list[str] = []
    quotations = 0
    for token in _parser().parse(source, {"mentions": {}}):
        quotations += token.nesting if token.type.startswith("blockquote") else 0
        if not quotations:
            words += (_plain(token.children) if token.children else token.content).split()
    text = " ".join(words)
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0] + "…"


def clean(html: str) -> str:
    """Only the allowed tags and attributes of ``html``."""
    return _cleaner().clean(html)


def safe(html: str) -> Markup:
    """Stored HTML, made by ``render``, for a template."""
    return Markup(html)  # noqa: S704 — cleaned when it was stored


def time(moment: str, words: str) -> Markup:
    """An instant as an element: ISO 8601 for machines, and words."""
    # Pages have many: to format a Markup takes several times as long.
    html = f'<time datetime="{escape(moment)}">{escape(words)}</time>'
    return Markup(html)  # noqa: S704 — both are escaped


def remark(text: str) -> Markup:
    """A paragraph about what follows it, of which ``text`` is no HTML."""
    return REMARK.format(text)


def data_block(document: Mapping[str, Any]) -> Markup:
    """Linked data as a block of JSON that no browser runs."""
    # A thread's page is hot: plain ASCII is written twice as fast.
    return DATA.format(htmlsafe_json_dumps(document, separators=(",", ":")))


def with_whole_links(html: str, *, site_url: str, page_url: str) -> str:
    """Stored HTML for other places than our pages: links to paths and fragments become whole.

    ``page_url`` is the absolute address of the page on which the HTML stands.
    """
    bases = {"/": site_url, "#": page_url}
    return OWN_LINK.sub(lambda match: f"{match[1]}{bases[match[2]]}{match[2]}", html)


def find_mentions(source: str) -> set[str]:
    """Handles, in lower case, that ``source`` may mention."""
    return {match[1].lower() for match in MENTION.finditer(source)}


def quote(text: str, *, author: str, address: str) -> str:
    """``text`` as a Markdown quotation attributed to ``author`` with a link to ``address``."""
    name = re.sub(r"([\\`*_\[\]<>~@])", r"\\\1", author)
    lines = normalise(text).strip().split("\n")
    return "\n".join(
        [f"> [{name} wrote]({address}):", ">", *(f"> {line}".rstrip() for line in lines)]
    )


def link_allowed(address: str) -> bool:
    """Whether a link may lead to ``address``: web, mail, a path of ours or a fragment."""
    if len(address) > LONGEST_LINK:
        return False
    if WEB_ADDRESS.fullmatch(address):
        try:
            return bool(HOST.fullmatch(urlsplit(address).netloc))
        except ValueError:
            return False
    return any(rule.fullmatch(address) for rule in (MAIL_ADDRESS, OWN_PATH, FRAGMENT))


def _numbered(tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
    """Number, first and last token of each item of a numbered list at the top level."""
    number, first = 0, 0
    for position, token in enumerate(tokens):
        if token.type == "ordered_list_open" and token.level == 0:
            number = int(token.attrs.get("start", 1)) - 1
        elif token.level != 1 or token.markup not in {".", ")"}:
            continue
        elif token.type == "list_item_open":
            number, first = number + 1, position
        elif token.type == "list_item_close":
            yield number, first, position


def _split_title(children: Sequence[Token]) -> tuple[str, str]:
    """Plain text of what is bold at the beginning, and of what follows it."""
    if not children or children[0].type != "strong_open":
        # The parser leaves an empty text before a sign.
        if len(children) > 1 and children[0].type == "text" and not children[0].content:
            return _split_title(children[1:])
        return "", _plain(children)
    end = next(n for n, child in enumerate(children) if child.type == "strong_close")
    return _plain(children[:end]).strip(), _plain(children[end:]).strip()


def _plain(children: Sequence[Token]) -> str:
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(breaks.get(child.type, child.content) for child in children)


def _parser() -> MarkdownIt:
    if not hasattr(_local, "parser"):
        parser = MarkdownIt(
            "commonmark", {"html": False, "linkify": True, "maxNesting": DEEPEST_NESTING}
        )
        parser.enable(["table", "strikethrough", "linkify"]).disable(["image"])
        parser.core.ruler.push("mentions", _link_mentions)
        parser.core.ruler.push("house_style", _house_style)
        parser.validateLink = link_allowed  # type: ignore[method-assign,assignment]  # the documented way
        _local.parser = parser
    parser_of_thread: MarkdownIt = _local.parser
    return parser_of_thread


def _cleaner() -> bleach.Cleaner:
    # A Cleaner shared between threads mixes their texts.
    if not hasattr(_local, "cleaner"):
        _local.cleaner = bleach.Cleaner(
            tags=TAGS,
            attributes={
                "a": _allow_link_attribute,
                "code": lambda _tag, name, value: (
                    name == "class" and bool(LANGUAGE.fullmatch(value))
                ),
                "th": _allow_cell_attribute,
                "td": _allow_cell_attribute,
                "ol": lambda _tag, name, value: name == "start" and value.isdecimal(),
                "li": lambda _tag, name, value: name == "id" and bool(CLAUSE_ID.fullmatch(value)),
            },
            protocols={"http", "https", "mailto"},
            strip=True,
            strip_comments=True,
        )
    cleaner: bleach.Cleaner = _local.cleaner
    return cleaner


def _allow_link_attribute(_tag: str, name: str, value: str) -> bool:
    return (name == "href" and link_allowed(value)) or (name == "rel" and value == REL)


def _allow_cell_attribute(_tag: str, name: str, value: str) -> bool:
    return name == "class" and value in ALIGNMENTS.values()


def _house_style(state: StateCore) -> None:
    """Headings below the page's own, alignment by class, relations on every link."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = HEADINGS[token.tag]
        elif token.type in {"th_open", "td_open"} and (style := token.attrs.pop("style", None)):
            token.attrs["class"] = ALIGNMENTS[str(style)]
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs.pop("title", None)
                child.attrs["rel"] = REL


def _link_mentions(state: StateCore) -> None:
    known: Mapping[str, str] = state.env["mentions"]
    if not known:
        return
    for token in state.tokens:
        if token.type == "inline" and token.children and "@" in token.content:
            token.children = _with_mentions(token.children, known)


def _with_mentions(children: list[Token], known: Mapping[str, str]) -> list[Token]:
    result: list[Token] = []
    inside_link = 0
    for child in children:
        inside_link += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type == "text" and not inside_link:
            result.extend(_split_at_mentions(child, known))
        else:
            result.append(child)
    return result


def _split_at_mentions(text: Token, known: Mapping[str, str]) -> list[Token]:
    parts: list[Token] = []
    position = 0
    for match in MENTION.finditer(text.content):
        address = known.get(match[1].lower())
        if address is None:
            continue
        parts.append(_token("text", content=text.content[position : match.start()]))
        parts.append(_token("link_open", tag="a", nesting=1, attrs={"href": address}))
        parts.append(_token("text", content=match[0]))
        parts.append(_token("link_close", tag="a", nesting=-1))
        position = match.end()
    parts.append(_token("text", content=text.content[position:]))
    return parts


def _token(
    kind: str,
    *,
    tag: str = "",
    nesting: Any = 0,
    content: str = "",
    attrs: MutableMapping[str, str] | None = None,
) -> Token:
    return Token(kind, tag, nesting, content=content, attrs=dict(attrs or {}))
