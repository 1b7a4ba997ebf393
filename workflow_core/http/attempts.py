"""Failed sign-ins: how many there may be, of one account and from one address, before it takes a pause."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from workflow_core.errors import TooMany

OF_ACCOUNT = RateLimitItemPerMinute(5, 15)
"""Whether there is such an account or not, so that nobody learns it."""
FROM_ADDRESS = RateLimitItemPerMinute(20, 15)
"""Many people may sign in from one address, so that only failures count."""


class Attempts:
    """Counts them in this process, which is the only one that signs anybody in."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def begin(self, *, email: str, address: str) -> None:
        """Note that somebody tries, before it is known with what success: many could try at once.

        Raises:
            TooMany: it was tried too often.
        """
        if not self._limiter.test(FROM_ADDRESS, address):
            raise self._refusal(FROM_ADDRESS, address)
        if not self._limiter.hit(OF_ACCOUNT, email):
            raise self._refusal(OF_ACCOUNT, email)

    def succeeded(self, *, email: str) -> None:
        """Forget what was tried with an account."""
        self._limiter.clear(OF_ACCOUNT, email)

    def failed(self, *, address: str) -> None:
        """Note that an address has failed."""
        self._limiter.hit(FROM_ADDRESS, address)

    def _refusal(self, limit: RateLimitItem, of: str) -> TooMany:
        seconds = max(1, math.ceil(self._limiter.get_window_stats(limit, of).reset_time - time.time()))
        why = f"too many sign-ins have failed; try again in {math.ceil(seconds / 60)} min"
        return TooMany(why, code="too-many-attempts", seconds=seconds)
