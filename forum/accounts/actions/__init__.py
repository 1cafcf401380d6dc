"""Every change of accounts."""

from forum.accounts.actions.emails import change_email, request_email_change
from forum.accounts.actions.hashing import hash_password
from forum.accounts.actions.passwords import (
    change_password,
    request_password_reset,
    reset_password,
)
from forum.accounts.actions.profile import edit_profile
from forum.accounts.actions.registration import (
    add_account,
    confirm_address,
    register_account,
    request_confirmation,
)
from forum.accounts.actions.restricting import set_restrictions
from forum.accounts.actions.roles import create_administrator, grant_role, revoke_role
from forum.accounts.actions.rules import (
    accept_new_rules,
    check_rules,
    next_rules,
    publish_rules,
)
from forum.accounts.actions.sessions import (
    begin_session,
    describe_browser,
    end_other_sessions,
    end_session,
    end_sessions,
    sign_in,
    sign_out,
)
from forum.accounts.actions.tokens import end_links, issue_token

__all__ = [
    "accept_new_rules",
    "add_account",
    "begin_session",
    "change_email",
    "change_password",
    "check_rules",
    "confirm_address",
    "create_administrator",
    "describe_browser",
    "edit_profile",
    "end_links",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "grant_role",
    "hash_password",
    "issue_token",
    "next_rules",
    "publish_rules",
    "register_account",
    "request_confirmation",
    "request_email_change",
    "request_password_reset",
    "reset_password",
    "revoke_role",
    "set_restrictions",
    "sign_in",
    "sign_out",
]
