"""What house tests share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.house.world import World, make_world

ROOT = Path(__file__).parent.parent.parent
HINT = "run again with FORUM_TEST_WRITE=1 to write it anew, and read the difference"


@pytest.fixture
def world(app: Flask) -> World:
    """One of each thing, in North East."""
    return make_world()


@pytest.fixture
def keep() -> Callable[[Path, str], None]:
    """``keep(path, text)``: the committed file must hold ``text``.

    With FORUM_TEST_WRITE=1 in the environment it is written first.
    """

    def compare(path: Path, text: str) -> None:
        if os.environ.get("FORUM_TEST_WRITE") == "1":
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"there is no {path.relative_to(ROOT)}; {HINT}"
        stored = path.read_text(encoding="utf-8")
        assert stored == text, f"{path.relative_to(ROOT)} is not current; {HINT}"

    return compare
