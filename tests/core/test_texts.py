"""Plain texts as they are accepted."""

import pytest

from forum.core.errors import Invalid
from forum.core.texts import accept_line, accept_paragraphs

BOTH = pytest.mark.parametrize("accept", [accept_line, accept_paragraphs])


def test_a_line_is_one_line():
    assert accept_line(" Getting\r\n  paid\t ", field="title", longest=12) == "Getting paid"


def test_paragraphs_keep_their_lines():
    text = accept_paragraphs("\n One\r\n\r\nTwo  \n", field="about", longest=8)
    assert text == "One\n\nTwo"


@BOTH
def test_letters_are_composed(accept):
    assert accept("Cafe\u0301", field="name", longest=4) == "Café"


@BOTH
def test_longest_is_counted_after_trimming(accept):
    assert accept("  abc  ", field="name", longest=3) == "abc"
    with pytest.raises(Invalid, match="3 characters or fewer") as refused:
        accept("abcd", field="name", longest=3)
    assert refused.value.field == "name"


@BOTH
@pytest.mark.parametrize("text", ["", " ", "…", "-"])
def test_something_must_be_said_where_it_is_asked_for(accept, text):
    with pytest.raises(Invalid, match="Enter a name") as refused:
        accept(text, field="name", longest=80, missing="Enter a name")
    assert refused.value.field == "name"
    assert accept(text, field="name", longest=80) == text.strip()


@BOTH
def test_control_characters_are_refused_for_the_field(accept):
    with pytest.raises(Invalid, match="cannot be shown") as refused:
        accept("a\x00b", field="name", longest=80)
    assert refused.value.field == "name"


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\ue000", "\u2066"])
def test_a_line_has_no_invisible_characters(character):
    with pytest.raises(Invalid, match="invisible"):
        accept_line(f"Gates{character}head", field="name", longest=80)
    assert accept_paragraphs(f"a{character}b", field="about", longest=3)
