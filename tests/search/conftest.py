"""What tests of the search share."""

import pytest

from tests.search.looking import Library


@pytest.fixture
def library(app):
    """Looks into the index and the search."""
    return Library()
