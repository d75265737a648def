"""Reading a list page by page, as far as it is worth it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from core.errors import ProviderError
from core.providers.discovery import Discovery, DiscoveryErrorCode, FoundPage, FoundVideo

Ask = Callable[[str | None], Awaitable[FoundPage]]
"""Given the cursor."""


@dataclass(frozen=True, slots=True)
class Listed:
    """`complete`: there was no more. `broke_off`: a page behind the first failed; what came before is here."""

    videos: Sequence[FoundVideo]
    sample: bool
    complete: bool
    broke_off: bool


async def read_pages(
    discovery: Discovery,
    ask: Ask,
    *,
    pages: int,
    enough: int,
    within_s: float,
    tell: Callable[[int], None] = lambda _: None,
) -> Listed:
    """At most `pages`, until there are `enough` videos. Of one that fails behind the first, what came before is kept.

    Networks bring videos again and give cursors again: the one is no news, the other ends it. `tell` hears the number
    of each page, from 0, before it is asked for. Raises what the first page raises.
    """
    found: dict[str, FoundVideo] = {}
    sample, cursor, seen = False, None, set[str | None]()
    complete = broke_off = False
    try:
        async with asyncio.timeout(within_s):
            for number in range(pages):
                tell(number)
                page = await ask(cursor)
                found.update({video.video_id: video for video in page.videos})
                sample, cursor = sample or page.sample, page.cursor
                if cursor is None or cursor in seen or len(found) >= enough:
                    complete = cursor is None
                    break
                seen.add(cursor)
    except TimeoutError as exc:
        if not found:
            raise ProviderError(DiscoveryErrorCode.TIMEOUT, provider=discovery.name, retryable=True) from exc
        broke_off = True
    except ProviderError:
        if not found:
            raise
        broke_off = True
    return Listed(list(found.values()), sample, complete, broke_off)
