"""What is wrong with a page, as a strict reader of HTML sees it."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from xml.etree import ElementTree as ET

import html5lib

from forum.web.headers import HEADERS
from forum.web.uploads import POLICY as DOWNLOADS

CONTROLS = {"input", "select", "textarea"}
UNLABELLED_INPUTS = {"hidden", "submit", "button", "reset", "image"}
BLOCKS = {"p", "div", "li", "td", "th", "h1", "h2", "h3", "h4", "dt", "dd", "tr", "br", "option"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# What people wrote, lists of code, and linked data may hold any text.
FREE_TEXT = {"textarea", "code", "pre", "script"}
FREE_CLASSES = {"post-body", "difference", "free-text"}
ADDRESSES = {"href", "src", "action", "formaction"}
FREE_ATTRIBUTES = {"value", "title", "content"}
LEFTOVERS = re.compile(
    r"\{\{|\}\}|\{%|&lt;/?(?:p|a|br|strong|em|div)\b|</?(?:p|a|br|strong|em|div)>"
)
NONE = re.compile(r"(?:^|[\s(/:=>])(?:None|Undefined)(?=$|[\s)/,.;<&?])(?!\s+(?:of|are|is)\b)")

TOKEN = re.compile(r'(name="csrf_token"[^>]* value=")[\w.-]+(?=")')

Element = ET.Element
_faultless: set[int] = set()


# A page is proof-read when it comes, and looked into right afterwards.
@lru_cache(maxsize=2)
def parse(body: str) -> tuple[Element, tuple[str, ...]]:
    """The tree of ``body``, not to be changed, and the errors of the strict HTML 5 parser."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    is_page = body.lstrip()[:9].lower() == "<!doctype"
    tree = parser.parse(body) if is_page else parser.parseFragment(body)
    return tree, tuple(f"line {line}: {code} {data}" for (line, _), code, data in parser.errors)


def proofread(body: str, *, site_name: str) -> list[str]:
    """Everything that is wrong with the page (or fragment of one), a sentence each.

    A page that differs only in its tokens from one without faults is not read again.
    """
    page = hash((TOKEN.sub(r"\1token", body), site_name))
    if page in _faultless:
        return []
    problems = _faults(body, site_name)
    if not problems:
        _faultless.add(page)
    return problems


def _faults(body: str, site_name: str) -> list[str]:
    tree, errors = parse(body)
    problems = [
        *errors,
        *_ids(tree),
        *_forms(tree),
        *_labels(tree),
        *_lists(tree),
        *_headings(tree),
        *_attributes(tree),
        *_texts(tree),
    ]
    if body.lstrip()[:9].lower() == "<!doctype":
        problems += _frame(tree, site_name)
    return problems


def check_headers(headers: dict[str, str]) -> list[str]:
    """Security headers that are missing or differ."""
    expected = dict(HEADERS)
    if headers.get("Content-Disposition", "").startswith("attachment"):
        expected["Content-Security-Policy"] = DOWNLOADS
    return [
        f"header {name} is {headers.get(name)!r}"
        for name, value in expected.items()
        if headers.get(name) != value
    ]


def elements(tree: Element, *tags: str) -> Iterator[Element]:
    """The elements of the tree with one of ``tags`` (all without)."""
    for element in tree.iter():
        if isinstance(element.tag, str) and (not tags or element.tag in tags):
            yield element


def text_of(element: Element) -> str:
    """The text of the element as it is read, white space collapsed."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in {"script", "style", "template"}:
        return
    if element.tag in BLOCKS:
        yield " "
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    if element.tag in BLOCKS:
        yield " "


def _frame(tree: Element, site_name: str) -> Iterator[str]:
    headings = [text_of(heading) for heading in elements(tree, "h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"there must be one h1, not {headings}"
    title = text_of(next(elements(tree, "title"), Element("title")))
    if not title.endswith(f"– {site_name}") or title.startswith("–"):
        yield f"the title is {title!r}"
    if title.startswith("Error:") != _has_error_summary(tree):
        yield f"the title {title!r} and the list of errors differ"
    if tree.get("lang") != "en-GB":
        yield f"the language is {tree.get('lang')!r}"
    if len(list(elements(tree, "main"))) != 1:
        yield "there must be one main"
    names = {element.get("id") for element in elements(tree)}
    for link in elements(tree, "a"):
        target = link.get("href", "")
        if target.startswith("#") and target[1:] not in names:
            yield f"link to {target}, which is not on the page"


def _has_error_summary(tree: Element) -> bool:
    return any("govuk-error-summary" in e.get("class", "").split() for e in elements(tree, "div"))


def _ids(tree: Element) -> Iterator[str]:
    counts = Counter(element.get("id") for element in elements(tree) if element.get("id"))
    yield from (f"id {name} is there {count} times" for name, count in counts.items() if count > 1)
    for element in elements(tree):
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for target in element.get(name, "").split():
                if target not in counts:
                    yield f"{name} of {element.tag} names {target}, which is not on the page"


def _forms(tree: Element) -> Iterator[str]:
    for form in elements(tree, "form"):
        name = f"form {form.get('action') or form.get('id') or ''}"
        method = (form.get("method") or "").lower()
        if not form.get("action") and not method:
            yield f"{name} has neither action nor method"
        tokens = [i for i in elements(form, "input") if i.get("name") == "csrf_token"]
        if method == "post" and len([token for token in tokens if token.get("value")]) != 1:
            yield f"{name} has no csrf_token"
        if method != "post" and tokens:
            yield f"{name} puts the csrf_token into an address"
        if not any(_submits(element) for element in elements(form, "button", "input")):
            yield f"{name} has no button"


def _submits(element: Element) -> bool:
    kind = element.get("type", "submit" if element.tag == "button" else "text")
    return kind in {"submit", "image"}


def _labels(tree: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in elements(tree, "label")}
    wrapped = {id(c) for label in elements(tree, "label") for c in elements(label, *CONTROLS)}
    for control in elements(tree, *CONTROLS):
        if control.tag == "input" and control.get("type", "text") in UNLABELLED_INPUTS:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not named and control.get("id") not in labelled and id(control) not in wrapped:
            yield f"{control.tag} {control.get('name')} has no label"
    for element in elements(tree, "button", "a"):
        if not (text_of(element) or element.get("aria-label") or element.get("aria-labelledby")):
            yield f"{element.tag} {element.get('href', '')} has no text"


def _lists(tree: Element) -> Iterator[str]:
    for element in elements(tree, "ul", "ol", "dl"):
        if not any(isinstance(child.tag, str) for child in element):
            yield f"an empty {element.tag}"


def _headings(tree: Element) -> Iterator[str]:
    """Levels that were left out; those of posts are their authors' own."""
    before = 1
    for heading in _own_headings(tree):
        level = int(heading.tag[1])
        if level > before + 1:
            yield f"{heading.tag} {text_of(heading)!r} comes after h{before}"
        before = level


def _own_headings(element: Element) -> Iterator[Element]:
    if not isinstance(element.tag, str) or FREE_CLASSES & set(element.get("class", "").split()):
        return
    if element.tag in HEADINGS:
        yield element
    for child in element:
        yield from _own_headings(child)


def _attributes(tree: Element) -> Iterator[str]:
    for element in elements(tree):
        for name, value in element.attrib.items():
            if name == "style" or name.lower().startswith("on"):
                yield f"{element.tag} has an inline {name}"
            if _is_bad_value(name, value):
                yield f"{element.tag} has the {name} {value!r}"
        if element.tag == "img" and element.get("alt") is None:
            yield f"img {element.get('src')} has no alt"
        if element.tag == "style" or (element.tag == "script" and _is_inline(element)):
            yield f"there is an inline {element.tag}"


def _is_bad_value(name: str, value: str) -> bool:
    if name in ADDRESSES:
        return _is_bad_address(value)
    return name not in FREE_ATTRIBUTES and bool(NONE.search(value))


def _is_bad_address(value: str) -> bool:
    return (
        value.strip().lower().startswith(("javascript:", "data:", "vbscript:"))
        or bool(NONE.search(value))
        or "//" in value.partition("://")[2].partition("?")[0]
    )


def _is_inline(script: Element) -> bool:
    is_data = script.get("type") == "application/ld+json"
    return not is_data and (script.get("src") is None or bool((script.text or "").strip()))


def _texts(tree: Element) -> Iterator[str]:
    for piece in _own_texts(tree):
        if LEFTOVERS.search(piece):
            yield f"unrendered markup in {piece.strip()[:80]!r}"
        if NONE.search(piece):
            yield f"an empty value in {piece.strip()[:80]!r}"


def _own_texts(element: Element) -> Iterator[str]:
    """Texts that the site wrote itself."""
    if not isinstance(element.tag, str) or element.tag in FREE_TEXT:
        return
    if FREE_CLASSES & set(element.get("class", "").split()):
        return
    yield element.text or ""
    for child in element:
        yield from _own_texts(child)
        yield child.tail or ""
