"""JSON in one form alone, and its hash: what a chain of entries is made of."""

import hashlib
import json
from datetime import datetime
from typing import Any


def canonical(body: dict[str, Any]) -> str:
    """JSON in the one form that RFC 8785 allows; our keys are ASCII, our numbers whole."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_canonical(text: str) -> dict[str, Any] | None:
    """What ``canonical`` wrote; None when it did not write this text, to the last byte."""
    try:
        body = json.loads(text)
        is_same = isinstance(body, dict) and canonical(body) == text
    except (ValueError, RecursionError):
        return None
    return body if is_same else None


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def stamp(moment: datetime) -> str:
    """The instant (aware, in UTC) to the microsecond, as 2026-11-22T14:05:00.000000Z."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
