"""Who finds videos on which network, by configuration."""

from collections.abc import Mapping

import httpx
import redis.asyncio
from pydantic import SecretStr

from core.clock import Clock
from core.providers.discovery import Discovery, Network, OnCredits
from core.providers.discovery_credits import recorded
from core.providers.scrapecreators.account import API_URL, ScrapeCreators
from core.providers.scrapecreators.instagram import Instagram
from core.providers.scrapecreators.tiktok import TikTok
from core.providers.scrapecreators.youtube import YouTube
from core.providers.youtube_data import YouTubeData
from core.providers.youtube_feed import SITE_URL, YouTubeFeed
from core.providers.youtube_quota import YouTubeQuota
from core.providers.youtube_samples import SamplesAndFeeds
from core.settings import Settings, is_this_machine

SANDBOX_KEY = SecretStr("sandbox")
"""It takes any."""


def discovery_of(
    settings: Settings,
    http: httpx.AsyncClient,
    store: redis.asyncio.Redis,
    clock: Clock,
    *,
    on_credits: OnCredits | None = None,
    youtube_url: str = SITE_URL,
) -> Mapping[Network, Discovery]:
    """One for each network that can be read at all.

    ScrapeCreators with its key, the sandbox where it runs; for YouTube the Data API when only that has a key, and the
    public feed of channels (`youtube_url`), which can't search, when nothing has. What calls take is counted in any
    case (core/providers/discovery_credits.py); `on_credits` hears of it too.
    """
    on_credits = recorded(store, on_credits)
    account = _account(settings, http, on_credits)
    feed = YouTubeFeed(http, base_url=youtube_url)
    youtube: Discovery = feed
    if account is not None and not account.sample:
        youtube = YouTube(account)
    elif settings.youtube_api_key:
        quota = YouTubeQuota(store, clock)
        youtube = YouTubeData(http, key=settings.youtube_api_key, quota=quota, clock=clock, on_credits=on_credits)
    elif account is not None:
        youtube = SamplesAndFeeds(YouTube(account), feed)
    found: dict[Network, Discovery] = {}
    if account is not None:
        found = {Network.TIKTOK: TikTok(account), Network.INSTAGRAM: Instagram(account)}
    return {**found, Network.YOUTUBE: youtube}


def _account(settings: Settings, http: httpx.AsyncClient, on_credits: OnCredits) -> ScrapeCreators | None:
    """Whatever answers on this machine makes its videos up."""
    key, url = settings.scrapecreators_api_key, settings.scrapecreators_api_url or API_URL
    if key is None:
        if settings.sandbox_url is None:
            return None
        key, url = SANDBOX_KEY, settings.sandbox_url
    sample = key is SANDBOX_KEY or is_this_machine(url)
    return ScrapeCreators(http, base_url=url, key=key, sample=sample, on_credits=on_credits)
