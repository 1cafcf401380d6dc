"""How often somebody may knock: limits per account, per network and in all."""

import ipaddress

from flask import Flask, Response, request
from flask_limiter import Limiter

from forum.config import Settings
from forum.web.login import current_actor

NETWORK_PREFIX = 64
SEE_OTHER = 303


def network() -> str:
    """The visitor's address; for IPv6 its /64, which one household has in full."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, NETWORK_PREFIX), strict=False))


def account_or_network() -> str:
    """The member, or the network of a visitor."""
    actor_id = current_actor().actor_id
    return f"account:{actor_id}" if actor_id else network()


def typed_email() -> str:
    """The address typed into the form, so that a limit follows the account tried."""
    return "email:" + request.form.get("email", "").strip().lower()[:254]


def typed_email_and_network() -> str:
    """The address typed, from the visitor's network: a stranger elsewhere counts apart."""
    return f"{typed_email()} {network()}"


def was_accepted(response: Response) -> bool:
    """Whether a form was taken and not merely shown again with its errors, which is free."""
    return response.status_code == SEE_OTHER


limiter = Limiter(key_func=account_or_network)

# Each limit has a name for the documentation; the counts are per key.
sign_in_network = limiter.shared_limit(
    "30 per minute", scope="sign-in", key_func=network, methods=["POST"]
)
# Few tries for each network, so that nobody elsewhere can keep the owner of an account out;
# the limit for the account as a whole stops guessing from many networks.
sign_in_email_network = limiter.shared_limit(
    "10 per 15 minutes",
    scope="sign-in-email-network",
    key_func=typed_email_and_network,
    methods=["POST"],
)
sign_in_email = limiter.shared_limit(
    "100 per hour", scope="sign-in-email", key_func=typed_email, methods=["POST"]
)
password_account = limiter.shared_limit("10 per 15 minutes", scope="password", methods=["POST"])
mail_account = limiter.shared_limit(
    "5 per hour", scope="mail-account", methods=["POST"], deduct_when=was_accepted
)
mail_network = limiter.shared_limit(
    "20 per hour", scope="mail", key_func=network, methods=["POST"], deduct_when=was_accepted
)
mail_email = limiter.shared_limit(
    "5 per hour",
    scope="mail-email",
    key_func=typed_email,
    methods=["POST"],
    deduct_when=was_accepted,
)
register_network = limiter.shared_limit(
    "20 per hour", scope="register", key_func=network, methods=["POST"], deduct_when=was_accepted
)
reporting = limiter.shared_limit(
    "10 per hour; 30 per day", scope="report", methods=["POST"], deduct_when=was_accepted
)
# Members can report however many visitors do.
reporting_visitors = limiter.shared_limit(
    "100 per hour",
    scope="report-visitors",
    key_func=lambda: "visitors",
    methods=["POST"],
    deduct_when=was_accepted,
    exempt_when=lambda: current_actor().is_authenticated,
)
posting = limiter.shared_limit("30 per minute; 300 per hour", scope="posting", methods=["POST"])
complaining = limiter.shared_limit(
    "5 per hour",
    scope="complaining",
    key_func=network,
    methods=["POST"],
    deduct_when=was_accepted,
)
responding = limiter.shared_limit(
    "60 per hour", scope="responding", methods=["POST"], deduct_when=was_accepted
)
drafting = limiter.shared_limit("120 per minute", scope="drafting", methods=["POST"])
lookup = limiter.shared_limit("240 per minute", scope="lookup")
# Files of all responses: to order them, and those that are made while one waits.
ordering = limiter.shared_limit("30 per hour", scope="ordering", methods=["POST"])
exporting = limiter.shared_limit("30 per minute", scope="exporting")
# Programs are told of it by headers; what the page cache answers is free.
reading = limiter.shared_limit("300 per minute", scope="api", key_func=network)
crawling = limiter.shared_limit("30 per minute; 300 per hour", scope="crawl")
searching = limiter.shared_limit("120 per minute", scope="search")


def init_limits(app: Flask, settings: Settings) -> None:
    """Keep counts in Redis when there is one, else in memory; in memory while Redis is away."""
    app.config.update(
        RATELIMIT_ENABLED=settings.ratelimit_enabled,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_STRATEGY="moving-window",
    )
    if settings.redis_url:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
        }
    limiter.init_app(app)
