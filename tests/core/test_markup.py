"""Markdown becomes safe HTML, whatever somebody types."""

import functools
import json
import re
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forum.core import markup
from forum.core.errors import Invalid
from tests import hostile

# A contract for any cleaner: the elements and the attributes that may come out.
ATTRIBUTES = {
    "a": {"href", "rel"},
    "code": {"class"},
    "th": {"class"},
    "td": {"class"},
    "ol": {"start"},
}
CLASS = re.compile(r"language-[A-Za-z0-9_+#-]{1,30}|align-(left|center|right)")
ADDRESS = re.compile(r"https?://[^/\s]|mailto:[^?]+$|/(?![/\\])|#[A-Za-z]", re.IGNORECASE)

texts = st.text(max_size=400)
PIECES = [
    "*",
    "_",
    "**",
    "~~",
    "`",
    "```",
    "#",
    ">",
    "-",
    "1.",
    "[",
    "](",
    ")",
    "]:",
    "<b>",
    "</b>",
    "<script>",
    "&",
    "&lt;",
    "|",
    "|-",
    ":-:",
    "\\",
    "!",
    "^",
    "~",
    "javascript:",
    "data:",
    "http://",
    "https://a.example/",
    "//",
    "@member-1",
    "mailto:a@b.example",
]
markdown = st.lists(
    st.one_of(st.sampled_from([*PIECES, " ", "\n", "\n\n"]), st.text(max_size=12)), max_size=60
).map("".join)

RULES: dict[str, Callable[[str], object]] = {
    "href": ADDRESS.match,
    "class": CLASS.fullmatch,
    "rel": lambda value: value == markup.REL,
    "start": lambda value: value.isdecimal(),
}


def faults(html: str) -> list[str]:
    """What in ``html`` a browser must not get."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    inside = [element for element in tree.iter() if element is not tree]
    strange = [f"<{element.tag}>" for element in inside if element.tag not in markup.TAGS]
    return strange + [
        f"{element.tag} {name}={value}"
        for element in inside
        for name, value in element.attrib.items()
        if name not in ATTRIBUTES.get(element.tag, ()) or not RULES[name](value)
    ]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Plain", "<p>Plain</p>"),
        ("One\nline", "<p>One\nline</p>"),
        ("**strong** *em* ~~gone~~", "<p><strong>strong</strong> <em>em</em> <s>gone</s></p>"),
        ("# Heading", "<h3>Heading</h3>"),
        ("## Two\n\n##### Five", "<h4>Two</h4>\n<h6>Five</h6>"),
        ("`code`", "<p><code>code</code></p>"),
        ("```python\nx\n```", '<pre><code class="language-python">x\n</code></pre>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>'),
        ("a<script>b</script>", "<p>a&lt;script&gt;b&lt;/script&gt;</p>"),
        ("![alt](https://a.example/x.png)", None),
    ],
)
def test_what_is_allowed_comes_out(source, html):
    rendered = markup.render(source).strip()
    assert "<img" not in rendered
    if html is not None:
        assert rendered == html
    assert faults(rendered) == []


def test_tables_are_aligned_by_class():
    html = markup.render("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |")
    assert '<th class="align-left">a</th>' in html
    assert '<td class="align-center">2</td>' in html
    assert '<td class="align-right">3</td>' in html


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.org/a?b=c#d",
        "http://example.org:8080/",
        "HTTPS://EXAMPLE.ORG/",
        "https://[2001:db8::1]/x",
        "mailto:buyer@council.example",
        "/threads/1/x/#post-3",
        "#post-3",
    ],
)
def test_good_links_stay_links(address):
    assert markup.link_allowed(address)
    html = markup.render(f"[text]({address})")
    assert f'rel="{markup.REL}"' in html
    assert faults(html) == []


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "javascript:123",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https:///evil.example",
        "https://user@evil.example/",
        "https://user:pass@evil.example/",
        "https://[::1/",
        "https://a.example\\@evil.example",
        "mailto:a@b.example?bcc=all@example.org",
        "mailto:a@b@c.example",
        "relative/path",
        "#1",
        "https://a.example/" + "x" * 2000,
        "ftp://a.example/",
        "tel:123",
        "",
    ],
)
def test_bad_links_are_no_links(address):
    assert not markup.link_allowed(address)
    assert "<a" not in markup.clean(f'<a href="{address}">x</a>').replace("<a>", "")


def test_no_own_path_leads_elsewhere():
    allowed = [target for target in hostile.redirect_targets() if markup.link_allowed(target)]
    elsewhere = []
    for target in allowed:
        parts = urlsplit(target)
        known = parts.scheme in {"http", "https", "mailto", ""}
        if not known or (parts.netloc and not parts.scheme):
            elsewhere.append(target)
    assert elsewhere == []


def test_titles_of_links_are_dropped():
    html = markup.render('[a](https://a.example/ "title")')
    assert "title" not in html


def test_bare_addresses_become_links():
    html = markup.render("See https://www.gov.uk/contracts and www.example.org.")
    assert '<a href="https://www.gov.uk/contracts" rel="nofollow ugc noopener">' in html
    assert '<a href="http://www.example.org"' in html


def test_mentions_of_known_members_become_links():
    html = markup.render(
        "@Member-1, @nobody and mail@member-1.example; `@member-1` [@member-1](/x)",
        mentions={"member-1": "/people/member-1/"},
    )
    assert html.count("/people/member-1/") == 1
    assert f'<a href="/people/member-1/" rel="{markup.REL}">@Member-1</a>' in html
    assert "<code>@member-1</code>" in html


def test_mentions_beside_links_keep_them():
    html = markup.render(
        "@ab-c and [text](/x) and @de-f @unknown",
        mentions={"ab-c": "/people/ab-c/", "de-f": "/people/de-f/"},
    )
    assert re.findall(r'href="([^"]+)"', html) == [
        "/people/ab-c/",
        "/x",
        "/people/de-f/",
    ]
    assert "@unknown" in html


def test_handles_are_found():
    assert markup.find_mentions("@Ann-1 x@bob @cy- (@dan) @e @@fay /@gus") == {"ann-1", "dan"}


def test_quote_attributes_and_escapes():
    text = markup.quote("one\n\n two ", author="A *b* [c]", address="/posts/1/")
    assert text == "> [A \\*b\\* \\[c\\] wrote](/posts/1/):\n>\n> one\n>\n>  two"
    html = markup.render(text)
    assert ">A *b* [c] wrote</a>" in html


def test_quoted_text_cannot_leave_the_quotation():
    html = markup.render(markup.quote("a\r\n\r\n# b", author="X", address="/posts/1/"))
    assert html.strip().endswith("</blockquote>")


@pytest.mark.parametrize("text", ["a\x00b", "\x1b", "a\x7f", "\x85", "\ud800", "a\udfffb", "\x0b"])
def test_characters_that_cannot_be_shown_are_refused(text):
    with pytest.raises(Invalid, match="cannot be shown"):
        markup.normalise(text)


def test_normalising_composes_and_unifies_line_ends():
    assert markup.normalise("e\u0301\r\nb\rc\td") == "é\nb\nc\td"


@pytest.mark.parametrize("text", ["", " ", "\n\n", " \n\t "])
def test_an_empty_post_is_refused(text):
    with pytest.raises(Invalid, match="Write your post"):
        markup.clean_source(text)


def test_a_post_may_be_as_long_as_the_limit_and_no_longer():
    whole = "x" * markup.LONGEST_TEXT
    assert markup.clean_source(f"\n{whole}\n ") == whole
    with pytest.raises(Invalid, match="10,001 characters"):
        markup.clean_source(whole + "x")


def test_an_indented_first_line_stays_code():
    assert markup.clean_source("\n    code\n") == "    code"


def test_hostile_html_is_harmless():
    harmful = {}
    for payload in hostile.html_payloads():
        harmful[payload] = faults(markup.clean(payload))
        with suppress(Invalid):
            harmful[payload] += faults(markup.render(markup.normalise(payload)))
    assert {payload: found for payload, found in harmful.items() if found} == {}


def test_naughty_strings_are_harmless():
    harmful = {}
    for text in hostile.strings():
        with suppress(Invalid):
            harmful[text] = faults(markup.render(markup.clean_source(text)))
    assert {text: found for text, found in harmful.items() if found} == {}
    assert harmful


def test_the_cleaner_is_the_second_wall(monkeypatch):
    """Were there a hole in the renderer, nothing would come through it."""

    class Holed:
        """Lets everything through."""

        def render(self, source, _environment):
            return source

    monkeypatch.setattr(markup, "_parser", Holed)
    for payload in ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>x</b>"]:
        assert faults(markup.render(payload)) == []


@given(markdown)
@example("[a](javascript:alert)")
@example("<a href='javascript:alert(1)'>")
def test_rendering_never_lets_anything_else_out(source):
    assert faults(markup.render(source)) == []


@given(texts)
def test_rendering_never_fails(text):
    assert isinstance(markup.render(text), str)


@given(st.one_of(texts, markdown))
def test_cleaning_twice_changes_nothing(text):
    once = markup.clean(text)
    assert faults(once) == []
    assert markup.clean(once) == once


@given(texts)
def test_rendered_html_is_clean_already(text):
    html = markup.render(text)
    assert markup.clean(html) == html


@given(st.text(max_size=200))
def test_normalised_text_is_in_one_form(text):
    try:
        result = markup.normalise(text)
    except Invalid:
        return
    assert markup.normalise(result) == result
    assert unicodedata.is_normalized("NFC", result)
    assert "\r" not in result


@functools.cache
def pathological_texts():
    """The slowest posts there can be, by name."""
    return hostile.pathological_markdown(limit=markup.LONGEST_TEXT)


@functools.cache
def usual_seconds():
    """What a plain post of full length takes."""
    plain = "The usual words about *payment* within thirty days.\n\n" * 200
    began = time.process_time()
    for _ in range(3):
        markup.render(plain[: markup.LONGEST_TEXT])
    return (time.process_time() - began) / 3


def timed(text):
    """The HTML, and the seconds of this process that it took."""
    began = time.process_time()
    html = markup.render(text)
    return html, time.process_time() - began


@pytest.mark.parametrize("name", hostile.pathological_markdown(limit=100))
def test_slow_texts_take_little_longer_than_plain_ones(name):
    text = pathological_texts()[name].replace("\0", "�")
    usual = usual_seconds()
    html, taken = timed(text)
    if taken > 50 * usual:
        # A busy machine slows single runs down.
        taken = min(taken, *(timed(text)[1] for _ in range(2)))
    assert faults(html) == []
    # The slowest are bounded, by the length of a post, to about forty times a plain one.
    assert taken < 100 * usual + 0.05, f"{taken:.2f} s for {name}, {usual:.3f} s for a plain text"


def test_texts_of_different_threads_do_not_mix():
    wrong: list[str] = []
    start = threading.Barrier(4)

    def render_many(name: str) -> None:
        start.wait()
        for number in range(20):
            word = f"{name}{number}"
            html = markup.render(
                f"**{word}** <b>{word}</b> [{word}](https://a.example/{word})\n" * 20
            )
            others = set(re.findall(r"[a-d]\d+", html)) - {word}
            if others or html.count(f"<strong>{word}</strong>") != 20:
                wrong.append(word)

    # Threads take turns often, so that what they share shows.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=render_many, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "**Ninety** days, [says](https://a.example/) the *clerk*.",
            "Ninety days, says the clerk.",
        ),
        ("| day | sum |\n|---|---|\n| 0 | £40 |", "day sum 0 £40"),
        ("- late\n- later\n\n1. latest", "late later latest"),
        ("> > Theirs.\n>\n> Theirs too.\n\nMine.", "Mine."),
        ("    as sent\n\n`NET 30`", "as sent NET 30"),
        ("One\ntwo  \nthree", "One two three"),
        ("<b>not a tag</b>", "<b>not a tag</b>"),
        ("> only theirs", ""),
        ("", ""),
    ],
)
def test_an_extract_holds_the_authors_own_words_without_marks(source, words):
    assert markup.extract(source, longest=100) == words


def test_an_extract_ends_between_two_words():
    assert markup.extract("twelve thousand **pounds**", longest=17) == "twelve thousand…"
    assert markup.extract("twelve thousand **pounds**", longest=22) == "twelve thousand pounds"
    assert markup.extract("x" * 50, longest=10) == "x" * 10 + "…"


def test_only_rendered_html_is_marked_safe():
    assert str(markup.safe("<p>x</p>")) == "<p>x</p>"
    assert markup.safe("<p>x</p>").__html__() == "<p>x</p>"


def test_what_is_put_into_an_element_stays_text():
    hostile = "</script><b>&"
    told = "&lt;/script&gt;&lt;b&gt;&amp;"
    assert markup.time("2026-11-23T09:00:00Z", hostile) == (
        f'<time datetime="2026-11-23T09:00:00Z">{told}</time>'
    )
    assert markup.remark(hostile) == f"<p><em>{told}</em></p>\n"
    block = markup.data_block({"name": hostile, "braces": "{}"})
    assert block.count("<") == 2
    assert json.loads(block.partition(">")[2].partition("<")[0]) == {
        "name": hostile,
        "braces": "{}",
    }
