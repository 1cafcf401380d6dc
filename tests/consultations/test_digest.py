"""What texts have in common, without a database."""

import random

import pytest

from forum.consultations.digest import LEAST_WORDS, alike, speaking_of

LETTER = (
    "We ask the council to pay every invoice within thirty days, to name a person who can be "
    "asked about it, and to publish each quarter how long it really took."
)
OTHER = (
    "Lots of a size that one van can serve would let our members bid. Last year nobody in the "
    "valley could, since the smallest lot was for the whole county and all of its schools."
)


def test_the_same_letter_is_found_however_it_is_written():
    texts = {
        1: LETTER,
        2: LETTER.upper().replace(",", " –"),
        3: f"{LETTER} My cousin waited for ninety days and had to sell his van.",
        4: OTHER,
        5: f"Dear all. {OTHER}",
        6: "Something else, which nobody besides me says in these or in any other words at all.",
    }
    assert alike(texts) == [[1, 2, 3], [4, 5]]


def test_short_texts_are_no_campaign():
    short = " ".join(["word"] * (LEAST_WORDS - 1))
    assert alike({1: "No comment.", 2: "No comment.", 3: short, 4: short}) == []


def test_texts_that_share_less_than_half_stay_apart():
    first, second = LETTER.split(), OTHER.split()
    assert alike({1: LETTER, 2: " ".join([*first[:12], *second])}) == []


def test_no_texts_have_nothing_in_common():
    assert alike({}) == []
    assert speaking_of({}) == []


def test_neither_the_order_nor_the_run_changes_what_is_found():
    chosen = random.Random(3)  # noqa: S311 — no secret
    words = [f"word{number}" for number in range(60)]
    texts = {key: " ".join(chosen.choices(words, k=40)) for key in range(40)}
    texts |= {key + 100: f"{text} and more" for key, text in texts.items() if key % 3 == 0}
    turned = dict(reversed(texts.items()))
    assert alike(texts) == alike(turned) == [[key, key + 100] for key in range(0, 40, 3)]
    assert speaking_of(texts) == speaking_of(turned)


def test_pairs_are_found_as_comparing_all_would_find_them():
    chosen = random.Random(7)  # noqa: S311 — no secret
    base = [f"word{number}" for number in range(200)]
    texts = {}
    for key in range(60):
        words = list(base[key % 6 * 30 :][:30])
        for place in chosen.sample(range(30), chosen.randrange(5)):
            words[place] = f"own{key}x{place}"
        texts[key] = " ".join(words)
    together = {frozenset(pair) for group in alike(texts) for pair in _pairs(group)}
    for one, other in _pairs(texts):
        if _resemblance(texts[one], texts[other]) >= 0.5:
            assert frozenset((one, other)) in together


def _pairs(keys):
    keys = sorted(keys)
    return [(one, other) for place, one in enumerate(keys) for other in keys[place + 1 :]]


def _resemblance(*texts):
    sets = []
    for text in texts:
        words = text.split()
        sets.append({tuple(words[start : start + 4]) for start in range(len(words) - 3)})
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


@pytest.fixture
def spoken():
    """Twelve texts: five on prompt payment, four on small lots, the rest on something else."""
    texts = [
        "Prompt payment matters to us. Invoices wait.",
        "We need PROMPT PAYMENT of invoices.",
        "Prompt payments, please, and e-invoices.",
        "Without prompt payment we cannot bid.",
        "Late again: where is prompt payment?",
        "Smaller lots would help.",
        "A smaller lot for each town.",
        "Ask for smaller lots, please.",
        "Only in smaller lots.",
        "The portal hangs.",
        "Nothing to add.",
        "Good biscuits at the meeting.",
    ]
    return dict(enumerate(texts))


def test_what_many_say_is_named_as_most_write_it(spoken):
    found = {one.title: one for one in speaking_of(spoken)}
    assert set(found) == {"Prompt payment", "Smaller lots"}
    payment, lots = found["Prompt payment"], found["Smaller lots"]
    assert (payment.count, list(payment.words)) == (5, ["invoices"])
    assert (lots.count, list(lots.words)) == (4, [])
    assert set(payment.examples) < set(range(5))
    assert set(lots.examples) < set(range(5, 9))


def test_words_of_the_question_and_empty_words_are_no_theme(spoken):
    (left,) = speaking_of(spoken, known="What of a small lot, or smaller lots?")
    assert left.title == "Prompt payment"


def test_what_nearly_all_say_sets_none_apart():
    texts = {key: f"We like tenders in word{key} form." for key in range(10)}
    assert speaking_of(texts) == []
