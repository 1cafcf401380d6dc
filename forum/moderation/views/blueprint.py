"""The blueprint of moderation."""

from flask import Blueprint
from flask_babel import gettext as _

from forum.moderation.enums import ACTION_WORDS

bp = Blueprint("moderation", __name__)


@bp.app_template_filter()
def decision_words(kind: str) -> str:
    """What was decided as people read it, by its word in the log; that word when it is unknown."""
    return str(_(ACTION_WORDS.get(kind, kind)))
