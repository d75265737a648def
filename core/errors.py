"""What can go wrong in the business.

No sentences here: the bot turns a code into words, the web turns a kind into a status.
"""

from typing import Any, ClassVar


class AppError(Exception):
    """An expected failure: a machine code plus the numbers and names a sentence needs.

    Subclasses either fix `code` or take it as the first argument. `params` are plain values, safe to log and store.
    """

    code: ClassVar[str] = "app.error"

    def __init__(self, code: str | None = None, /, **params: Any) -> None:
        self.error_code = code or self.code
        self.params = params
        super().__init__(self.error_code, params)

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.error_code} {shown}".strip()


class InvalidInput(AppError):
    """The user can mend it by sending something else."""

    code = "input.invalid"


class NotFound(AppError):
    """It isn't there, or it is somebody else's: the two are never told apart."""

    code = "not_found"


class NotAllowed(AppError):
    """It is there, and this user may not."""

    code = "not_allowed"


class Conflict(AppError):
    """The thing changed meanwhile, or is in a state that doesn't admit the act."""

    code = "conflict"


class LimitReached(AppError):
    """A plan's quota or a rate limit. Params: feature, limit, used, plan, resets_at (quota) or retry_after_s (rate)."""

    code = "plan_limit_reached"


class ProviderError(AppError):
    """An outside service failed. `retryable` says whether the same call may succeed later."""

    code = "provider.failed"

    def __init__(
        self,
        code: str | None = None,
        /,
        *,
        provider: str,
        retryable: bool,
        retry_after_s: float | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code, provider=provider, **params)
        self.provider = provider
        self.retryable = retryable
        self.retry_after_s = retry_after_s
