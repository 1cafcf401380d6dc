"""A screen for tests, in place of those that moderation brings."""

import pytest

from forum.core.errors import Invalid
from forum.threads.actions import screening
from forum.threads.actions.screening import Screening


class Screen:
    """Answers every submission alike, and remembers them."""

    def __init__(self):
        self.holds = []
        self.flags = []
        self.refuses = ""
        self.asked = []

    def __call__(self, submission):
        self.asked.append(submission)
        if self.refuses:
            raise Invalid(self.refuses, field="source")
        return Screening(holds=list(self.holds), flags=list(self.flags))


@pytest.fixture
def screen(monkeypatch):
    """The only screen: holds nothing until a test says so."""
    only = Screen()
    monkeypatch.setattr(screening, "_screens", [only])
    return only
