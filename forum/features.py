"""The features: their blueprints, commands and subscriptions, in three tables.

The models are imported so that every table is known to migrations and relationships.
"""

from collections.abc import Callable

import click
from flask import Blueprint, Flask
from flask.cli import AppGroup
from werkzeug.utils import import_string

from forum.accounts import models as accounts_models
from forum.accounts import subscribers as accounts_subscribers
from forum.accounts import views as accounts_views
from forum.admin import views as admin_views
from forum.api import subscribers as api_subscribers
from forum.api import views as api_views
from forum.boards import models as boards_models
from forum.boards import views as boards_views
from forum.centres import models as centres_models
from forum.centres import views as centres_views
from forum.consultations import models as consultations_models
from forum.consultations import subscribers as consultations_subscribers
from forum.consultations import views as consultations_views
from forum.core import audit, outbox
from forum.feeds import views as feeds_views
from forum.moderation import models as moderation_models
from forum.moderation import subscribers as moderation_subscribers
from forum.moderation import views as moderation_views
from forum.notifications import models as notifications_models
from forum.notifications import subscribers as notifications_subscribers
from forum.notifications import views as notifications_views
from forum.ops import jobs as ops_jobs
from forum.ops import views as ops_views
from forum.organisations import models as organisations_models
from forum.organisations import subscribers as organisations_subscribers
from forum.organisations import views as organisations_views
from forum.search import models as search_models
from forum.search import subscribers as search_subscribers
from forum.search import views as search_views
from forum.site import views as site_views
from forum.threads import models as threads_models
from forum.threads import views as threads_views
from forum.topics import models as topics_models

TABLES = (
    accounts_models,
    audit,
    boards_models,
    centres_models,
    consultations_models,
    moderation_models,
    notifications_models,
    organisations_models,
    outbox,
    search_models,
    threads_models,
    topics_models,
)

# One line each, from the lowest feature up: views.bp, subscribers.register.
BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts_views.bp,
    organisations_views.bp,
    centres_views.bp,
    boards_views.bp,
    threads_views.bp,
    consultations_views.bp,
    moderation_views.bp,
    notifications_views.bp,
    search_views.bp,
    api_views.bp,
    feeds_views.bp,
    site_views.bp,
    admin_views.bp,
    ops_views.bp,
)
# Where each command stands; a web process imports none of them.
COMMANDS = {
    "db": "flask_migrate.cli:db",
    "accounts": "forum.admin.commands:group",
    "centres": "forum.centres.commands:group",
    "topics": "forum.topics.commands:group",
    "posts": "forum.threads.commands:group",
    "consultations": "forum.consultations.commands:group",
    "moderation": "forum.moderation.commands:group",
    "search": "forum.search.commands:group",
    "export": "forum.api.commands:group",
    "bulk": "forum.ops.commands.bulk:bulk",
    "counters": "forum.ops.commands.counters:counters",
    "demo": "forum.ops.commands.demo:demo",
    "serve": "forum.ops.commands.serve:serve",
    "worker": "forum.ops.commands.worker:worker",
}
SUBSCRIBERS: tuple[Callable[[], None], ...] = (
    accounts_subscribers.register,
    organisations_subscribers.register,
    consultations_subscribers.register,
    moderation_subscribers.register,
    notifications_subscribers.register,
    search_subscribers.register,
    api_subscribers.register,
    ops_jobs.register,
)


class LateCommands(AppGroup):
    """The commands of ``flask``, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None: there is none."""
        place = COMMANDS.get(cmd_name)
        return import_string(place) if place else super().get_command(ctx, cmd_name)


def register(app: Flask) -> None:
    """Add every feature to ``app``."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.cli = LateCommands()
    for subscribe in SUBSCRIBERS:
        subscribe()
