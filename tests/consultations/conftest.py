"""What tests of consultations stand on, beside what every test does."""

from dataclasses import replace

import pytest


@pytest.fixture
def site(app, tmp_path):
    """The settings of the site, with a folder of its own."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, instance=tmp_path)
    yield app.config["SETTINGS"]
    app.config["SETTINGS"] = before
