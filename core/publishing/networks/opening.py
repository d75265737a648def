"""Which networks can be connected and published to, by configuration: those whose app is named, else the sandbox's."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from core.clock import Clock
from core.providers.discovery import Network
from core.publishing.networks.contract import ConsentNetwork, Publisher
from core.publishing.networks.instagram import InstagramConsent, InstagramPublisher
from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PATHS
from core.publishing.networks.tiktok import TikTokConsent, TikTokPublisher
from core.publishing.networks.youtube import YouTubeConsent, YouTubePublisher
from core.settings import Settings

YOUTUBE_SITE = "https://www.youtube.com"


@dataclass(frozen=True, slots=True)
class App:
    """One network's app, and where the network is: its consent page, its tokens, its API, and the pages of videos and
    accounts."""

    client_id: str
    client_secret: SecretStr
    auth_url: str
    token_url: str
    api_url: str
    site_url: str


def consents_of(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> Mapping[Network, ConsentNetwork]:
    """Where accounts can be connected."""
    found: dict[Network, ConsentNetwork] = {}
    if app := tiktok_app(settings):
        found[Network.TIKTOK] = TikTokConsent(
            http,
            client_key=app.client_id,
            client_secret=app.client_secret,
            auth_url=app.auth_url,
            api_url=app.api_url,
            site_url=app.site_url,
            direct=posts_directly(settings),
        )
    if app := instagram_app(settings):
        found[Network.INSTAGRAM] = InstagramConsent(
            http,
            client_id=app.client_id,
            client_secret=app.client_secret,
            auth_url=app.auth_url,
            token_url=app.token_url,
            api_url=app.api_url,
            site_url=app.site_url,
        )
    if app := youtube_app(settings):
        found[Network.YOUTUBE] = YouTubeConsent(
            http,
            clock,
            client_id=app.client_id,
            client_secret=app.client_secret,
            auth_url=app.auth_url,
            token_url=app.token_url,
            api_url=app.api_url,
            site_url=app.site_url,
        )
    return found


def publishers_of(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> Mapping[Network, Publisher]:
    """Where videos can be published."""
    found: dict[Network, Publisher] = {}
    if app := tiktok_app(settings):
        found[Network.TIKTOK] = TikTokPublisher(
            http, clock, api_url=app.api_url, site_url=app.site_url, direct=posts_directly(settings)
        )
    if app := instagram_app(settings):
        found[Network.INSTAGRAM] = InstagramPublisher(http, clock, api_url=app.api_url)
    if app := youtube_app(settings):
        found[Network.YOUTUBE] = YouTubePublisher(http, clock, api_url=app.api_url, site_url=app.site_url)
    return found


def tiktok_app(settings: Settings) -> App | None:
    if settings.tiktok_client_key and settings.tiktok_client_secret:
        return App(
            settings.tiktok_client_key,
            settings.tiktok_client_secret,
            auth_url=settings.tiktok_auth_url,
            token_url=settings.tiktok_api_url,
            api_url=settings.tiktok_api_url,
            site_url=settings.tiktok_auth_url,
        )
    return _sandbox_app(settings, Network.TIKTOK)


def instagram_app(settings: Settings) -> App | None:
    if settings.instagram_client_id and settings.instagram_client_secret:
        return App(
            settings.instagram_client_id,
            settings.instagram_client_secret,
            auth_url=settings.instagram_auth_url,
            token_url=settings.instagram_token_url,
            api_url=settings.instagram_api_url,
            site_url=settings.instagram_auth_url,
        )
    return _sandbox_app(settings, Network.INSTAGRAM)


def youtube_app(settings: Settings) -> App | None:
    if settings.google_client_id and settings.google_client_secret:
        return App(
            settings.google_client_id,
            settings.google_client_secret,
            auth_url=settings.google_auth_url,
            token_url=settings.google_token_url,
            api_url=settings.google_api_url,
            site_url=YOUTUBE_SITE,
        )
    return _sandbox_app(settings, Network.YOUTUBE)


def posts_directly(settings: Settings) -> bool:
    """Whether TikTok lets the app post. The sandbox's app counts as audited."""
    return settings.tiktok_audited or not settings.tiktok_client_key


def _sandbox_app(settings: Settings, network: Network) -> App | None:
    """The sandbox plays a whole network behind one address."""
    if settings.sandbox_url is None:
        return None
    url = f"{settings.sandbox_url}{SANDBOX_PATHS[network]}"
    return App(SANDBOX_CLIENT_ID, SecretStr(SANDBOX_CLIENT_SECRET), url, url, url, url)
