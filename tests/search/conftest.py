"""What tests of the search share."""

import pytest

from tests import factories
from tests.search.looking import Library


@pytest.fixture(autouse=True)
def indexed(monkeypatch):
    """What factories make is found."""
    monkeypatch.setattr(factories, "indexing", True)


@pytest.fixture
def library(app):
    """Looks into the index and the search."""
    return Library()
