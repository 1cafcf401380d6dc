"""Reading CSV files, and writing such as no spreadsheet runs."""

import sys
import unicodedata

import pytest

from forum.core.errors import Invalid
from forum.core.tables import read_table, write_csv

# What may stand before a formula and is not seen; as it is in files of responses, too.
UNSEEN = (
    *(
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\u00a0",
        "\t",
        "\n",
        " ",
        "\u2060",
        "\u200e",
        "\u061c",
    ),
    *("\u3164", "\u2800", "\ufe0f", "\U000e0020", "\u200b\u00a0\n\u00ad"),
)


@pytest.fixture
def table(tmp_path):
    def read(text, *columns, encoding="utf-8"):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return read_table(path, columns=columns)

    return read


def test_rows_have_the_numbers_of_their_lines(table):
    rows = table('a,b\n1,2\n\n"3\nthree",4\n', "b", "a")
    assert rows == [(2, {"b": "2", "a": "1"}), (5, {"b": "4", "a": "3\nthree"})]


def test_byte_order_mark_white_space_and_line_ends_do_not_matter(table):
    assert table("\ufeff a , b \r\n 1 , 2 \r\n", "a") == [(2, {"a": "1"})]


def test_texts_are_composed(table):
    assert table("a\nCafe\u0301\n", "a") == [(2, {"a": "Café"})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Line 1: there is no column called a or b"),
        ("a,c\n1,2\n", "Line 1: there is no column called b"),
        ("a,b\n", "has no rows"),
        ("a,b\n1,2\n3\n", "Line 3: 1 values, but the head has 2"),
        ("a,b\n1,2,3\n", "Line 2: 3 values"),
        ("a,b\n1,\x07\n", "Line 2: there is a character"),
        ('a,b\n1,"2" x\n', "table.csv is not a CSV file"),
        ('a,b\n1,"2\n', "table.csv is not a CSV file"),
    ],
)
def test_broken_tables_are_refused_with_a_sentence(table, text, message):
    with pytest.raises(Invalid, match=message):
        table(text, "a", "b")


def test_other_encodings_are_refused(table):
    with pytest.raises(Invalid, match="UTF-8"):
        table("a,b\n1,2\n", "a", encoding="utf-16")


@pytest.mark.parametrize("begin", "=+-@＝＋－＠")
@pytest.mark.parametrize("unseen", ["", *UNSEEN])
def test_what_spreadsheets_would_run_is_text(unseen, begin):
    (line,) = write_csv([[f"{unseen}{begin}1"]])
    assert line.removeprefix('"').startswith(f"'{unseen}{begin}")


def test_every_space_and_control_character_is_looked_past():
    blank = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Zs", "Zl", "Zp", "Cc"}
    ]
    assert len(blank) > 80
    lines = write_csv([f"{character}=1"] for character in blank)
    assert [line for line in lines if "'" not in line] == []


@pytest.mark.parametrize("text", ["a=1", "\u200bword", "1 + 1", "\u00a3-5", "", "\u00ad"])
def test_other_texts_stay_as_they_are(text):
    assert list(write_csv([[text, 5, None]])) == [f"{text},5,\r\n"]
