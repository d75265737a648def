"""What the transport adds to python-telegram-bot's errors: whether the call can have had an effect."""

from datetime import timedelta

from telegram.error import NetworkError, RetryAfter


class NotSent(NetworkError):
    """The call had no effect: it never reached Telegram whole, or was turned away before it was looked at."""


class ServerFailed(NetworkError):
    """A 5xx. `by_api`: the Bot API itself said so, so the call failed; else a gateway did, and nobody knows."""

    def __init__(self, message: str, *, status: int, by_api: bool) -> None:
        super().__init__(message)
        self.status = status
        self.by_api = by_api


class FloodWait(RetryAfter):
    """A 429: the call had no effect. `retry_after` is a timedelta, and the library has nothing to warn about."""

    @property
    def retry_after(self) -> timedelta:
        return self._retry_after

    @property
    def seconds(self) -> float:
        return self._retry_after.total_seconds()
