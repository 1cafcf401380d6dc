"""A circuit breaker: what has failed is left alone for a while, then tried by one."""

import threading
import time

import structlog

# A trial that takes longer than this is held for lost.
LONGEST_TRIAL_SECONDS = 10.0

log = structlog.get_logger(__name__)


class Breaker:
    """Remembers whether ``name`` works.

    After ``patience`` failures in a row it rests for ``seconds``; then one caller at a time may
    try again. The libraries looked at hold a lock while a call runs, so that calls would wait
    for each other.
    """

    def __init__(self, name: str, *, seconds: float, patience: int = 1) -> None:
        self.name = name
        self._seconds = seconds
        self._patience = patience
        self._lock = threading.Lock()
        self._failures = 0
        self._next_try = 0.0
        self._is_closed = True

    @property
    def is_closed(self) -> bool:
        """Whether it worked when it was last used."""
        return self._is_closed

    def may_try(self) -> bool:
        """Whether the caller should use it: it works, or its rest is over and nobody tries."""
        if self._is_closed:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._next_try:
                return False
            self._next_try = now + LONGEST_TRIAL_SECONDS
            return True

    def failed(self, reason: str) -> None:
        """Note a failure."""
        with self._lock:
            self._failures += 1
            if self._failures < self._patience:
                return
            self._next_try = time.monotonic() + self._seconds
            was_closed, self._is_closed = self._is_closed, False
        if was_closed:
            log.warning("breaker.opened", name=self.name, reason=reason)

    def worked(self) -> None:
        """Note a success."""
        if self._is_closed and not self._failures:
            return
        with self._lock:
            was_closed, self._is_closed, self._failures = self._is_closed, True, 0
        if not was_closed:
            log.warning("breaker.closed", name=self.name)
