"""A member and their browser."""

import pytest

from tests import factories


@pytest.fixture
def member(app):
    return factories.make_account(display_name="Priya Nair", handle="priya")


@pytest.fixture
def own(client, member):
    """The browser of the member."""
    return client.sign_in(member)
