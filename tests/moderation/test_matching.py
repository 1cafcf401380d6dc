"""Watched words are found however they are written, and in linear time."""

import time

import pytest

from forum.core import markup
from forum.moderation.enums import WordEffect
from forum.moderation.queries.matching import (
    Matcher,
    Watched,
    fold_line,
    fold_post,
    matcher_of,
    pattern_of,
)


def words(*phrases):
    return tuple(Watched(phrase, WordEffect.HOLD) for phrase in phrases)


def found(text, *phrases):
    """The phrases found in a post with the Markdown ``text``."""
    matcher = Matcher(words(*phrases))
    return [word.phrase for word in matcher.find(fold_post(text, markup.render(text)))]


@pytest.mark.parametrize(
    "text",
    [
        "Take a backhander now",
        "BACKHANDER",
        "a Backhander.",
        "“backhander”",
        "back\u200bhander",
        "back\u00adhander",
        "back\u2060han\ufeffder",
        "b\u0336ackhander",
        "ｂａｃｋｈａｎｄｅｒ",
        "𝐛𝐚𝐜𝐤𝐡𝐚𝐧𝐝𝐞𝐫",
        "**back**hander",
        "ba*ckh*ander",
        "back`hander`",
        "back~~hand~~er",
        "back\\hander",
        "&#98;ackhander",
        "back-hander",
        "b.a.c.k.h.a.n.d.e.r",
        "_backhander_",
        "# backhander",
        "> a\n> backhander",
        "| a |\n|---|\n| backhander |",
        "[innocent](https://example.org/backhander)",
        "[innocent](https://example.org/b&#97;ckhander)",
        "[never shown]: https://example.org/backhander",
        "```\nbackhander\n```",
    ],
)
def test_a_word_is_found_however_it_is_written(text):
    assert found(text, "backhander") == ["backhander"]


@pytest.mark.parametrize(
    "text", ["backhanders", "abackhander", "back hander", "backhande", "", "bäckhander", "a | b"]
)
def test_only_whole_words_are_found(text):
    assert found(text, "backhander") == []


@pytest.mark.parametrize(
    "text",
    [
        "off the record",
        "Off-the-Record",
        "off *the*\nrecord",
        "off, the… record!",
        "off\u00a0the\u2003record",
        "> off the\n> record",
        "off the **rec**ord",
    ],
)
def test_a_phrase_is_found_across_marks_and_lines(text):
    assert found(text, "off the record") == ["off the record"]


@pytest.mark.parametrize("text", ["off record the", "off the records", "coff the record", "off"])
def test_a_phrase_is_found_whole_or_not_at_all(text):
    assert found(text, "off the record") == []


def test_a_phrase_does_not_reach_from_the_text_into_its_links():
    assert found("[the record is off](/the/record)", "off the record") == []


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("bribe", True),
        ("bribes", True),
        ("BRIBERY!", True),
        ("brib", False),
        ("abribe", False),
    ],
)
def test_a_star_stands_for_any_ending(text, hit):
    assert bool(found(text, "bribe*")) is hit


def test_a_star_ends_a_phrase_too():
    assert found("We gave gift cards away", "gift card*") == ["gift card*"]
    assert found("We gave a gift, a card", "gift card*") == []


def test_case_is_folded_beyond_ascii():
    assert found("STRASSE", "straße") == ["straße"]
    assert found("İSTANBUL", "istanbul") == ["istanbul"]
    assert found("ВЗЯТКА", "взятка") == ["взятка"]
    assert found("cafe\u0301", "café") == ["café"]


def test_phrases_that_overlap_are_all_found():
    phrases = ["gift", "gift card", "gift*", "card", "a gift card for"]
    assert found("Take a gift card for it", *phrases) == sorted(phrases)


def test_phrases_that_fold_alike_are_both_found():
    assert found("off the record", "off-the-record", "off the record") == [
        "off the record",
        "off-the-record",
    ]


def test_a_title_is_folded_as_well():
    assert [word.phrase for word in Matcher(words("gift")).find(fold_line("A G-I-F-T!"))] == [
        "gift"
    ]


def test_nothing_to_look_for():
    assert Matcher(()).find(fold_line("anything")) == []
    assert found("anything", "***", "–") == []
    assert pattern_of(" * ") == ""


def test_a_matcher_is_made_once_for_the_same_words():
    assert matcher_of(words("one", "two")) is matcher_of(words("one", "two"))
    assert matcher_of(words("one", "two")) is not matcher_of(words("one"))
    refused = (Watched("one", WordEffect.BLOCK, "No."),)
    assert matcher_of(refused).find(fold_line("one")) == list(refused)


HOSTILE = [
    # Phrases that begin alike and a text that nearly holds each of them everywhere.
    (tuple("a" * length + "*" for length in range(3, 80)), "a" * 99 + " "),
    (tuple("a " * length + "b" for length in range(1, 39)), "a "),
    (tuple(f"{'ab' * 20}{number}" for number in range(400)), "ab" * 20 + " "),
    (("a" * 79 + "b",), "a"),
    (("x",), "<"),
    (("x",), "*_`~"),
    (("x",), "[a](http://b.c) "),
    (("x",), "a\u0301\u200b\u00ad"),
]


@pytest.mark.parametrize(("phrases", "unit"), HOSTILE, ids=range(len(HOSTILE)))
def test_time_grows_with_the_text_and_no_faster(phrases, unit):
    """Sixteen times the text takes about as many times as long; squared growth would take 256."""
    matcher = Matcher(words(*phrases))

    def seconds(size):
        text = unit * (size // len(unit))
        rendered = f"<p>{text.replace('<', '&lt;')}</p>"
        best = []
        for _ in range(5):
            start = time.process_time()
            matcher.find(fold_post(text, rendered))
            best.append(time.process_time() - start)
        return min(best)

    small, large = seconds(10_000), seconds(160_000)
    assert large < 120 * small + 0.02


@pytest.mark.parametrize(("_phrases", "unit"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_looked_through_grows_with_the_text_and_no_faster(_phrases, unit):
    """The automaton reads each character once, so their number is the number of its steps."""

    def steps(size):
        text = unit * (size // len(unit))
        return len(fold_post(text, markup.render(text[:size])))

    assert steps(8_000) <= 8.5 * steps(1_000) + 200


def test_as_many_matches_as_words_and_phrases_allow_and_no_more():
    """Where every phrase matches at every word, a match is counted once for each of them."""
    phrases = tuple("a" * length + "*" for length in range(3, 80))
    matcher = Matcher(words(*phrases))
    text = fold_line(("a" * 80 + " ") * 100)
    matches = matcher._automaton.find_matches_as_indexes(text, overlapping=True)
    assert len(matches) == 100 * len(phrases)
    assert len(matcher.find(text)) == len(phrases)


def test_more_phrases_do_not_slow_the_search():
    text = fold_post("word and another " * 3_000, "")

    def seconds(count):
        matcher = Matcher(words(*(f"phrase number {n}" for n in range(count))))
        best = []
        for _ in range(5):
            start = time.process_time()
            matcher.find(text)
            best.append(time.process_time() - start)
        return min(best)

    assert seconds(2_000) < 40 * seconds(20) + 0.02
