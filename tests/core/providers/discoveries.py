"""The providers of discovery as tests build them, and what is the same about the baker on all of them."""

from dataclasses import dataclass

import httpx
import redis.asyncio
from pydantic import SecretStr

from core.clock import FixedClock
from core.providers.discovery import CreditsUsed, Discovery, Network, OnCredits
from core.providers.discovery_links import instagram_url, tiktok_url, youtube_url
from core.providers.scrapecreators.account import ScrapeCreators
from core.providers.scrapecreators.instagram import Instagram
from core.providers.scrapecreators.tiktok import TikTok
from core.providers.scrapecreators.youtube import YouTube
from core.providers.youtube_data import YouTubeData
from core.providers.youtube_feed import YouTubeFeed
from core.providers.youtube_quota import YouTubeQuota
from tests.core.providers.baker import LARGE_ID, code, video_id
from tests.core.providers.fake_discovery_server import KEY

SCRAPED = ("tiktok", "instagram", "youtube")
WITH_KEY = (*SCRAPED, "data")
ALL = (*WITH_KEY, "feed")
NETWORKS = {"tiktok": Network.TIKTOK, "instagram": Network.INSTAGRAM}


def address(kind: str, number: int = 1) -> str:
    """Of a baker's video, as a person may paste it."""
    match kind:
        case "tiktok":
            return tiktok_url("baker", str(LARGE_ID + number)) + "?is_from_webapp=1"
        case "instagram":
            return instagram_url(code(number), reel=True) + "?igsh=abc"
    return youtube_url(video_id(number)) + "&t=4s"


@dataclass
class MakeDiscovery:
    """Builds a provider against `url`; pauses are short and `try_s` may be. What took credits is kept in `used`."""

    http: httpx.AsyncClient
    url: str
    store: redis.asyncio.Redis
    clock: FixedClock
    used: list[CreditsUsed]

    def __call__(self, kind: str, *, key: str = KEY, try_s: float = 5.0) -> Discovery:
        match kind:
            case "data":
                return YouTubeData(
                    self.http,
                    key=SecretStr(key),
                    quota=YouTubeQuota(self.store, self.clock),
                    clock=self.clock,
                    base_url=f"{self.url}/youtube/v3",
                    on_credits=self._on_credits,
                    pause_s=0.01,
                    try_s=try_s,
                )
            case "feed":
                return YouTubeFeed(self.http, base_url=self.url, pause_s=0.01, try_s=try_s)
        account = self.account(key=key, try_s=try_s, on_credits=self._on_credits)
        match kind:
            case "tiktok":
                return TikTok(account)
            case "instagram":
                return Instagram(account)
        return YouTube(account)

    def account(
        self, *, key: str = KEY, try_s: float = 5.0, on_credits: OnCredits | None = None, sample: bool = False
    ) -> ScrapeCreators:
        return ScrapeCreators(
            self.http,
            base_url=self.url,
            key=SecretStr(key),
            sample=sample,
            on_credits=on_credits,
            pause_s=0.01,
            try_s=try_s,
        )

    async def _on_credits(self, used: CreditsUsed) -> None:
        self.used.append(used)
