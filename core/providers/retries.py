"""Asking a vendor again after what may pass: how often, after which pauses, and when the job should wait instead."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
import tenacity

from core.errors import ProviderError

_LONGEST_PAUSE_S = 30.0
"""When a service wants a longer pause, the job should wait, not the call."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Retries:
    """At most `tries` tries; the pauses double from `pause_s`, and are never shorter than the vendor asked for."""

    def __init__(self, *, event: str, provider: str, pause_s: float = 1.0, tries: int = 4) -> None:
        self._event = event
        self._provider = provider
        self._tries = tries
        self._pauses = tenacity.wait_exponential_jitter(
            multiplier=pause_s, max=_LONGEST_PAUSE_S / 2, jitter=pause_s / 2
        )

    async def __call__(self, once: Callable[[], Awaitable[T]]) -> T:
        """The call's result; again after a retryable ProviderError, the last of which is raised."""
        tries = tenacity.AsyncRetrying(
            stop=self._enough,
            wait=self._pause,
            retry=tenacity.retry_if_exception(lambda exc: isinstance(exc, ProviderError) and exc.retryable),
            before_sleep=self._log_retry,
            reraise=True,
        )
        return await tries(once)

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= self._tries or (_asked_pause_s(state) or 0.0) > _LONGEST_PAUSE_S

    def _pause(self, state: tenacity.RetryCallState) -> float:
        return max(_asked_pause_s(state) or 0.0, self._pauses(state))

    def _log_retry(self, state: tenacity.RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        code = failure.error_code if isinstance(failure, ProviderError) else ""
        log.info(self._event, provider=self._provider, code=code, wait_s=round(state.upcoming_sleep, 2))


def _asked_pause_s(state: tenacity.RetryCallState) -> float | None:
    failure = state.outcome.exception() if state.outcome else None
    return failure.retry_after_s if isinstance(failure, ProviderError) else None
