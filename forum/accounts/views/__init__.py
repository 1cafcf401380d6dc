"""Pages of accounts: coming in, one's own account, and mail in development."""

from forum.accounts.views import entry, links, mail, passwords, settings
from forum.accounts.views.blueprint import bp

__all__ = ["bp", "entry", "links", "mail", "passwords", "settings"]
