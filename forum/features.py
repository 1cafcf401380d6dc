"""The features: their blueprints, commands and subscriptions, in one table."""

from flask import Flask

from forum.accounts import models as accounts_models
from forum.boards import models as boards_models
from forum.centres import models as centres_models
from forum.core import audit, outbox
from forum.organisations import models as organisations_models
from forum.threads import models as threads_models
from forum.topics import models as topics_models


def register(app: Flask) -> None:
    """Add every feature to ``app``."""
