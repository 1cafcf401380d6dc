"""The proof-reader finds what it is there to find, and leaves good pages alone."""

import pytest

from tests.client import form_fields
from tests.proofreading import check_headers, elements, parse, proofread, text_of

PAGE = """<!doctype html>
<html lang="en-GB">
  <head><meta charset="utf-8"><title>Boards – Roundtable</title></head>
  <body>
    <a href="#main">Skip</a>
    <main id="main"><h1>Boards</h1>{}</main>
  </body>
</html>"""
TOKEN = '<input type="hidden" name="csrf_token" value="x">'
BUTTON = "<button>Send</button>"


def problems(body):
    return proofread(PAGE.format(body), site_name="Roundtable")


def test_a_page_without_its_token_is_not_taken_for_the_one_with_it():
    form = f'<form method="post">{TOKEN}{BUTTON}</form>'
    assert problems(form) == []
    assert problems(form.replace('value="x"', 'value="another"')) == []
    for wrong in (form.replace('value="x"', 'value=""'), form.replace(TOKEN, "")):
        assert problems(wrong)
        assert problems(wrong)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Plain.</p>",
        "<p>None of the bidders answered.</p>",
        '<div class="post-body"><p>{{ x }} None &lt;p&gt;</p></div>',
        "<pre><code>{{ x }} None</code></pre>",
        '<label for="a">A</label><textarea id="a">None {{ x }}</textarea>',
        '<label>B <input name="b" value="None"></label>',
        '<input type="search" aria-label="C" name="c">',
        f'<form action="/search/" method="get">{BUTTON}</form>',
        f'<form method="post">{TOKEN}{BUTTON}</form>',
        '<svg viewBox="0 0 1 1" aria-hidden="true"><path d="M0 0"/></svg>',
        '<img src="/a.png" alt="">',
        '<a href="/x" aria-label="More"></a>',
        "<ul><li>One</li></ul>",
        '<h2>Two</h2><h3>Three</h3><div class="post-body"><h6>Theirs</h6></div><h2>Two</h2>',
        '<script type="application/ld+json">{"a": 1}</script>',
        '<script type="module" src="/a.js"></script>',
    ],
)
def test_good_pages_are_left_alone(body):
    assert problems(body) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<p>a</div>", "end-tag-too-early"),
        ("<table><p>a</p></table>", "unexpected-start-tag-implies-table-voodoo"),
        ("<h1>Again</h1>", "one h1"),
        ("<main></main>", "one main"),
        ('<p id="a">x</p><p id="a">y</p>', "id a is there 2 times"),
        ('<a href="#gone">x</a>', "link to #gone"),
        ('<p aria-describedby="gone">x</p>', "aria-describedby of p names gone"),
        ('<label for="gone">x</label>', "for of label names gone"),
        (f'<form method="post">{BUTTON}</form>', "no csrf_token"),
        (f"<form>{BUTTON}</form>", "neither action nor method"),
        (f'<form action="/" method="get">{TOKEN}{BUTTON}</form>', "into an address"),
        ('<form action="/" method="get"></form>', "no button"),
        ('<input name="a">', "input a has no label"),
        ('<select name="a"><option>b</option></select>', "select a has no label"),
        ("<button></button>", "button  has no text"),
        ('<a href="/"></a>', "a / has no text"),
        ("<ol></ol>", "an empty ol"),
        ("<h2>Two</h2><h4>Four</h4>", "h4 'Four' comes after h2"),
        ('<p style="x">a</p>', "inline style"),
        ('<p onclick="x">a</p>', "inline onclick"),
        ("<style>a</style>", "inline style"),
        ("<script>a</script>", "inline script"),
        ('<img src="/a.png">', "no alt"),
        ('<a href="javascript:a">x</a>', "javascript:a"),
        ('<a href="/people/None/">x</a>', "/people/None/"),
        ('<p class="None">x</p>', "None"),
        ("<p>By None</p>", "an empty value"),
        ("<p>{{ title }}</p>", "unrendered markup"),
        ("<p>&lt;p&gt;twice</p>", "unrendered markup"),
        ("<p>&amp;lt;p&amp;gt;thrice</p>", "unrendered markup"),
    ],
)
def test_faults_are_found(body, told):
    assert told in "\n".join(problems(body))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Boards – Roundtable", "Boards", "the title is"),
        ("Boards – Roundtable", "– Roundtable", "the title is"),
        ("en-GB", "en", "the language is"),
        ("<!doctype html>", "<!doctype html5>", "unknown-doctype"),
        ("<h1>Boards</h1>", "<h1></h1>", "one h1"),
        ("Boards – Roundtable", "Error: Boards – Roundtable", "list of errors differ"),
        ("<h1>", '<div class="govuk-error-summary"></div><h1>', "list of errors differ"),
    ],
)
def test_faults_of_the_frame_are_found(old, new, told):
    page = PAGE.format("").replace(old, new, 1)
    assert told in "\n".join(proofread(page, site_name="Roundtable"))


def test_fragments_are_read_without_a_frame():
    assert proofread("<p>Preview</p>", site_name="Roundtable") == []
    assert proofread("<p id=a><p id=a>", site_name="Roundtable") != []


def test_missing_headers_are_told():
    assert "header X-Content-Type-Options is None" in check_headers({})


def test_texts_read_as_on_the_screen():
    tree, _ = parse("<div><p>One</p><p>two <b>three</b>four</p><script>no</script></div>")
    assert text_of(tree) == "One two threefour"


def test_forms_are_filled_in_as_browsers_do():
    tree, _ = parse(
        """<form>
        <input name="a" value="1"><input name="b" type="checkbox" value="2">
        <input name="c" type="checkbox" checked><input name="d" type="radio" value="x">
        <input name="d" type="radio" value="y" checked><input name="e" value="z" disabled>
        <select name="f"><option value="1">one</option><option>two</option></select>
        <select name="g" multiple><option selected>p</option><option selected>q</option></select>
        <textarea name="h">\n line</textarea><input type="submit" name="i" value="no">
        <button name="do" value="preview">Preview</button>
        <button name="do" value="post">Post</button>
        </form>"""
    )
    form = next(elements(tree, "form"))
    expected = {"a": ["1"], "c": ["on"], "d": ["y"], "f": ["1"], "g": ["p", "q"], "h": [" line"]}
    assert form_fields(form) == expected
    assert form_fields(form, button="Preview") == {**expected, "do": ["preview"]}
