"""The application that a WSGI server or the ``flask`` command loads."""

import sys

from forum.config import ConfigError
from forum.factory import create_app

try:
    app = create_app()
except ConfigError as error:
    sys.exit("Roundtable cannot start:\n" + "\n".join(f"- {line}" for line in error.problems))
