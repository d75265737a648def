"""An account at ScrapeCreators: calls, credits, and pages, whose cursors are called differently at each endpoint."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import structlog
from pydantic import Field, SecretStr, ValidationError

from core.errors import AppError
from core.providers.discovery import (
    CreditsUsed,
    DiscoveryErrorCode,
    FoundPage,
    FoundVideo,
    NotFound,
    OnCredits,
    OutOfCredits,
    ProviderDown,
)
from core.providers.discovery_calls import TRY_S, Answered, Calls
from core.providers.discovery_links import sample_url
from core.providers.fields import Answer, Count, Text, read_items
from core.providers.wire import object_of

PROVIDER = "scrapecreators"
SAMPLES = "sample"
"""What the provider is called while the sandbox plays it."""
API_URL = "https://api.scrapecreators.com"

log = structlog.get_logger(__name__)

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`items` are where its lists lie; what is in them makes one page."""

    path: str
    items: tuple[str, ...] = ()
    cursor_param: str = ""
    cursor: str = ""
    """Where the next cursor lies in the answer. A `cursor_param` without it counts pages."""
    more: str = ""
    """Where it says whether there is more: true, false, 1 or 0; missing, the cursor decides."""
    last_page: int = 0
    """Of those that count pages."""


class ScrapeCreators:
    """`sample`: the sandbox answers, and addresses lead there. `on_credits` hears of every call that took any."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        key: SecretStr,
        sample: bool = False,
        on_credits: OnCredits | None = None,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        self._url = base_url
        self._on_credits = on_credits
        self.sample = sample
        self.name = SAMPLES if sample else PROVIDER
        self._calls = Calls(
            http,
            provider=self.name,
            headers={"x-api-key": key.get_secret_value()},
            key=key,
            pause_s=pause_s,
            try_s=try_s,
        )

    async def get(self, endpoint: Endpoint, **params: str | None) -> dict[str, Any]:
        """The answer as it came. Params that are None or empty are left out."""

        async def judge(answered: Answered) -> AppError | None:
            return await self._judged(endpoint, answered)

        given = {name: value for name, value in params.items() if value}
        return await self._calls.json(f"{self._url}{endpoint.path}", given, judge=judge)

    async def page(
        self,
        endpoint: Endpoint,
        item: type[A],
        found: Callable[[A], FoundVideo | None],
        *,
        cursor: str | None = None,
        **params: str | None,
    ) -> FoundPage:
        """One page of videos. `found` gives None for what is no video of anybody's, such as an advertisement."""
        asked = {endpoint.cursor_param: cursor} if endpoint.cursor_param and cursor else {}
        answer = await self.get(endpoint, **params, **asked)
        items, malformed = read_items(self._listed(endpoint, answer), item)
        videos = [video for video in map(found, items) if video is not None]
        if malformed:
            log.warning("discovery.malformed", provider=self.name, endpoint=endpoint.path, items=malformed)
        return FoundPage(
            videos=one_of_each(videos),
            cursor=_next_cursor(endpoint, answer, cursor, empty=not items and not malformed),
            malformed=malformed,
            sample=self.sample,
        )

    def read(self, body: Any, model: type[A]) -> A:
        """The one thing that was asked for. Raises NotFound when it isn't there: an answer may say so with a 200."""
        if not body:
            raise NotFound(provider=self.name)
        try:
            return model.model_validate(body)
        except ValidationError as exc:
            raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.name) from exc

    def shown(self, address: str) -> str:
        """Where a person sees it."""
        return sample_url(address, self._url) if self.sample else address

    def _listed(self, endpoint: Endpoint, answer: dict[str, Any]) -> Iterable[Any]:
        """All lists there are; an answer without any is one about nothing."""
        listed: list[Any] = []
        for path in endpoint.items:
            value = within(answer, path)
            if value is not None and not isinstance(value, list):
                raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.name, endpoint=endpoint.path)
            listed += value or []
        return listed

    async def _judged(self, endpoint: Endpoint, answered: Answered) -> AppError | None:
        told = _Told.model_validate(answered.body)
        status = answered.status
        if status < 300 and answered.body.get("success") is False:
            status = told.error_status or 404
        out = status == 402
        if self._on_credits is not None and (out or told.credits_charged):
            used = CreditsUsed(self.name, endpoint.path, told.credits_charged, told.credits_remaining, out=out)
            await self._on_credits(used)
        if out:
            return OutOfCredits(provider=self.name)
        return self._calls.failure(status, told.message) if status != answered.status else None


class _Told(Answer):
    """What stands in every answer of today's, and in none of a year ago."""

    credits_charged: Count = None
    credits_remaining: Count = None
    message: Text = ""
    error_status: Count = Field(default=None, alias="errorStatus")


def one_of_each(videos: Iterable[FoundVideo]) -> tuple[FoundVideo, ...]:
    first: dict[str, FoundVideo] = {}
    for video in videos:
        first.setdefault(video.video_id, video)
    return tuple(first.values())


def within(answer: Any, path: str) -> Any:
    """The value at "a.b.c", None where there is none."""
    for name in path.split("."):
        answer = object_of(answer).get(name)
    return answer


def _next_cursor(endpoint: Endpoint, answer: dict[str, Any], cursor: str | None, *, empty: bool) -> str | None:
    if empty:
        return None
    if endpoint.last_page:
        page = int(cursor) if cursor and cursor.isdecimal() else 1
        return str(page + 1) if page < endpoint.last_page else None
    if endpoint.more and within(answer, endpoint.more) in (False, 0, "0", "false"):
        return None
    following = within(answer, endpoint.cursor) if endpoint.cursor else None
    text = str(following) if isinstance(following, str | int) and not isinstance(following, bool) else ""
    return text if text and text not in ("0", cursor) else None
