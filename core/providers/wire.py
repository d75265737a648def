"""How OpenAI-compatible servers speak: completions, chunks, server-sent events, and errors in all their shapes."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core.errors import ProviderError
from core.providers.text import Usage

CODES = {
    400: "text.bad_request",
    401: "text.key_refused",
    402: "text.no_credit",
    403: "text.refused",
    408: "text.timeout",
    429: "text.rate_limited",
    504: "text.timeout",
    524: "text.timeout",
}
"""Statuses of OpenRouter's error table; other 4xx are bad requests, other 5xx mean unavailable."""
RETRYABLE = frozenset({408, 429})


@dataclass(frozen=True, slots=True)
class Growing:
    """The whole answer so far; shorter than before when a retry began anew."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer. `complete` is False when the model ran into its length limit or never said it was done."""

    text: str
    complete: bool
    usage: Usage


@dataclass(slots=True)
class Reply:
    """What has been read of one response."""

    text: str = ""
    model: str = ""
    finish: str = ""
    ended: bool = False
    usage: dict[str, Any] = field(default_factory=dict)

    def answer(self, asked: str) -> Answer:
        cost = self.usage.get("cost")
        usage = Usage(
            model=self.model or asked,
            prompt_tokens=count_of(self.usage.get("prompt_tokens")),
            completion_tokens=count_of(self.usage.get("completion_tokens")),
            cost_usd=float(cost) if isinstance(cost, int | float) else None,
        )
        return Answer(self.text, complete=self.finish != "length" and (self.ended or bool(self.finish)), usage=usage)


async def limited(
    chunks: AsyncIterator[bytes], limit: int, too_big: Callable[[], ProviderError] | None
) -> AsyncGenerator[bytes, None]:
    """Up to `limit` bytes; then raise `too_big`, or just stop."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            if too_big is None:
                return
            raise too_big()
        yield chunk


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    pending = b""
    async for chunk in chunks:
        *lines, pending = (pending + chunk).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            yield line
    if pending:
        yield pending


def status_of(code: Any, kind: str) -> int:
    """The HTTP status that an error inside a 200 stands for (OpenRouter's error types)."""
    if isinstance(code, int) and 400 <= code < 600:
        return code
    kinds = {
        "rate_limit_exceeded": 429,
        "timeout": 408,
        "authentication": 401,
        "payment_required": 402,
        "content_policy_violation": 403,
        "refusal": 403,
        "context_length_exceeded": 400,
        "invalid_request": 400,
    }
    return kinds.get(kind, 503)


def retry_after_s(value: str | None) -> float | None:
    """Seconds, or a date as HTTP also allows."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except ValueError:
        return None


def text_of(value: Any) -> str:
    """A string as it is, a list of content parts joined, anything else nothing."""
    if isinstance(value, list):
        return "".join(text_of(part.get("text")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""


def count_of(value: Any) -> int:
    return value if isinstance(value, int) else 0


def object_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
