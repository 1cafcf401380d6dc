"""Password hashes: argon2id with the least that OWASP recommends, raised here when needed.

Hashing takes a core for some hundredth of a second, so whoever calls it ends the database's
transaction first (``transactions.pause``).
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from forum.accounts import policy

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked in place of an unknown account's, so that the answer takes the same time.
NOBODYS_HASH = HASHER.hash("the password of nobody")


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return HASHER.hash(_bytes(password))


def is_right(password_hash: str, password: str) -> bool:
    """Whether the hash is that of the password."""
    try:
        return HASHER.verify(password_hash, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return policy.normal_password(password).encode("utf-8", "surrogatepass")
