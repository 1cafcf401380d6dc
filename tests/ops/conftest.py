"""What tests of commands share."""

from dataclasses import replace

import pytest

from forum.core.db import db
from tests import factories


@pytest.fixture
def run(app):
    """Runs ``flask …``; the exit code is checked, and that errors are sentences."""

    def command(*arguments, code=0):
        factories.commit()
        result = app.test_cli_runner().invoke(args=list(arguments))
        db.session.expire_all()
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    return command


@pytest.fixture
def in_production(app, monkeypatch):
    """The application believes that it is in production."""
    settings = replace(app.config["SETTINGS"], environment="production")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
