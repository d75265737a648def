"""The sandbox's networks as a client meets them: somebody who allows us everything, a file to publish, and what the
sandbox knows of it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import SecretStr

from core.clock import SystemClock
from core.providers.discovery import Network
from core.publishing.networks.contract import Access, ConsentAsk, ConsentNetwork, Grant, Publisher, Wanted
from core.publishing.networks.instagram import InstagramConsent, InstagramPublisher
from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_PATHS
from core.publishing.networks.tiktok import TikTokConsent, TikTokPublisher
from core.publishing.networks.youtube import YouTubeConsent, YouTubePublisher
from tests.web.sandbox.networks.side import video

CALLBACK: Final = "https://postaify.example/oauth/callback"
ASK: Final = ConsentAsk(CALLBACK, "the state", "a-verifier-of-some-forty-characters-or-more-1234")
WANTED: Final = {
    Network.TIKTOK: Wanted(caption="A cat #cats", privacy="PUBLIC_TO_EVERYONE", comments=True),
    Network.INSTAGRAM: Wanted(caption="A cat #cats"),
    Network.YOUTUBE: Wanted(title="A cat", caption="It purrs.", privacy="public", made_for_kids=False, tags=("cat",)),
}
SECONDS: Final = 3
PIECE: Final = 256 * 1024
PAUSE_S: Final = 0.01
AT_ONCE: Final = {"processing_s": 0}


@dataclass(slots=True)
class MadeUp:
    """Media: a film with as many zeros behind it as make its size. `reads` are the spans that were asked for."""

    size_bytes: int
    duration_s: float = float(SECONDS)
    content_type: str = "video/mp4"
    address: str | None = None
    reads: list[tuple[int, int]] = field(default_factory=list)

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        self.reads.append((start, end))
        film = film_bytes()
        for at in range(start, end, PIECE):
            upto = min(at + PIECE, end)
            yield film[at:upto] + self._zeros(max(at, len(film)), upto)

    def _zeros(self, start: int, end: int) -> bytes:
        """Inside of a box that players skip."""
        behind = start - len(film_bytes())
        head = (self.size_bytes - len(film_bytes())).to_bytes(4, "big") + b"free"
        return (head[behind:] + bytes(max(0, end - start - len(head[behind:]))))[: max(0, end - start)]

    async def link(self) -> str | None:
        return self.address


def film_bytes() -> bytes:
    return video(seconds=SECONDS)


def film(size_bytes: int = 0) -> MadeUp:
    return MadeUp(max(size_bytes, len(film_bytes())))


@dataclass(slots=True)
class There:
    """One network of a running sandbox."""

    network: Network
    http: httpx.AsyncClient
    base_url: str
    consent: ConsentNetwork
    publisher: Publisher

    async def control(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"{self.base_url}/control/networks/{self.network}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def rules(self, **values: Any) -> None:
        await self.control("rules", **values)

    async def fault(self, kind: str, call: str, **more: Any) -> None:
        await self.control("faults", kind=kind, call=call, **more)

    async def calls(self, call: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.base_url}/control/networks/{self.network}/calls")
        return [each for each in answer.json()["calls"] if each["call"] == call]

    async def videos(self) -> Sequence[dict[str, Any]]:
        """All that was ever published there."""
        answer = await self.http.get(f"{self.base_url}/control/networks/{self.network}")
        return list(answer.json()["videos"])

    async def advance(self, by: timedelta) -> None:
        answer = await self.http.post(f"{self.base_url}/control/advance", json={"seconds": int(by.total_seconds())})
        assert answer.status_code == 200

    async def code(self, username: str = "ann", *, scopes: Sequence[str] | None = None) -> str:
        """Somebody opens our consent page, and leaves these scopes ticked (None: all)."""
        url = self.consent.consent_url(ASK)
        sent_to = str((await self.control("allow", url=url, username=username, scopes=scopes))["location"])
        query = parse_qs(urlsplit(sent_to).query)
        assert sent_to.startswith(f"{CALLBACK}?")
        assert query["state"] == [ASK.state]
        return query["code"][0]

    async def grant(self, username: str = "ann", *, scopes: Sequence[str] | None = None) -> Grant:
        return await self.consent.exchange(await self.code(username, scopes=scopes), ASK)

    async def access(self, username: str = "ann", *, scopes: Sequence[str] | None = None) -> Access:
        granted = await self.grant(username, scopes=scopes)
        account = await self.consent.account(granted.access_token)
        return Access(granted.access_token, account.id, account.username)

    @property
    def wanted(self) -> Wanted:
        return WANTED[self.network]


def there(network: Network, http: httpx.AsyncClient, base_url: str, *, direct: bool = True) -> There:
    url, secret, clock = f"{base_url}{SANDBOX_PATHS[network]}", SecretStr(SANDBOX_CLIENT_SECRET), SystemClock()
    consent: ConsentNetwork
    publisher: Publisher
    match network:
        case Network.TIKTOK:
            consent = TikTokConsent(
                http,
                client_key=SANDBOX_CLIENT_ID,
                client_secret=secret,
                auth_url=url,
                api_url=url,
                site_url=url,
                direct=direct,
                pause_s=PAUSE_S,
            )
            publisher = TikTokPublisher(http, clock, api_url=url, site_url=url, direct=direct, pause_s=PAUSE_S)
        case Network.INSTAGRAM:
            consent = InstagramConsent(
                http,
                client_id=SANDBOX_CLIENT_ID,
                client_secret=secret,
                auth_url=url,
                token_url=url,
                api_url=url,
                site_url=url,
                pause_s=PAUSE_S,
            )
            publisher = InstagramPublisher(http, clock, api_url=url, pause_s=PAUSE_S)
        case Network.YOUTUBE:
            consent = YouTubeConsent(
                http,
                clock,
                client_id=SANDBOX_CLIENT_ID,
                client_secret=secret,
                auth_url=url,
                token_url=url,
                api_url=url,
                site_url=url,
                pause_s=PAUSE_S,
            )
            publisher = YouTubePublisher(http, clock, api_url=url, site_url=url, pause_s=PAUSE_S)
    return There(network, http, base_url, consent, publisher)
