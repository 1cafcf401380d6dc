"""The features: their blueprints, commands and subscriptions, in three tables.

The models are imported so that every table is known to migrations and relationships.
"""

from collections.abc import Callable

import click
from flask import Blueprint, Flask

from forum.accounts import models as accounts_models
from forum.accounts import subscribers as accounts_subscribers
from forum.accounts import views as accounts_views
from forum.admin import commands as admin_commands
from forum.admin import views as admin_views
from forum.boards import models as boards_models
from forum.boards import views as boards_views
from forum.centres import commands as centres_commands
from forum.centres import models as centres_models
from forum.centres import views as centres_views
from forum.core import audit, outbox
from forum.moderation import commands as moderation_commands
from forum.moderation import models as moderation_models
from forum.moderation import subscribers as moderation_subscribers
from forum.moderation import views as moderation_views
from forum.notifications import models as notifications_models
from forum.notifications import subscribers as notifications_subscribers
from forum.notifications import views as notifications_views
from forum.ops import commands as ops_commands
from forum.ops import jobs as ops_jobs
from forum.ops import views as ops_views
from forum.organisations import models as organisations_models
from forum.organisations import subscribers as organisations_subscribers
from forum.organisations import views as organisations_views
from forum.search import commands as search_commands
from forum.search import models as search_models
from forum.search import subscribers as search_subscribers
from forum.search import views as search_views
from forum.site import views as site_views
from forum.threads import commands as threads_commands
from forum.threads import models as threads_models
from forum.threads import views as threads_views
from forum.topics import commands as topics_commands
from forum.topics import models as topics_models

TABLES = (
    accounts_models,
    audit,
    boards_models,
    centres_models,
    moderation_models,
    notifications_models,
    organisations_models,
    outbox,
    search_models,
    threads_models,
    topics_models,
)

# One line each, from the lowest feature up: views.bp, commands.group, subscribers.register.
BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts_views.bp,
    organisations_views.bp,
    centres_views.bp,
    boards_views.bp,
    threads_views.bp,
    moderation_views.bp,
    notifications_views.bp,
    search_views.bp,
    site_views.bp,
    admin_views.bp,
    ops_views.bp,
)
COMMANDS: tuple[click.Command, ...] = (
    admin_commands.group,
    centres_commands.group,
    topics_commands.group,
    threads_commands.group,
    moderation_commands.group,
    search_commands.group,
    *ops_commands.COMMANDS,
)
SUBSCRIBERS: tuple[Callable[[], None], ...] = (
    accounts_subscribers.register,
    organisations_subscribers.register,
    moderation_subscribers.register,
    notifications_subscribers.register,
    search_subscribers.register,
    ops_jobs.register,
)


def register(app: Flask) -> None:
    """Add every feature to ``app``."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    for subscribe in SUBSCRIBERS:
        subscribe()
