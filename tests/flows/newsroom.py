"""Somebody with a video and accounts at the sandbox's networks, in a house of real processes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from core import ids
from core.accounts.service import user_by_telegram_id
from core.billing.trials import start_trial
from core.connections.connecting import connect
from core.connections.consents import Walk, request_consent
from core.crypto import place_of
from core.db import TelegramId
from core.deps import Deps, open_deps
from core.posts.writing import Place
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.networks.contract import ConsentAsk, Wanted
from core.settings import Settings
from core.storage import key_for
from core.videos.service import take_file
from tests.flows.house import House
from tests.patience import PATIENCE_S, until
from web.sandbox.client import Person

BACK = "https://postaify.example/oauth/callback"
TIKTOK, INSTAGRAM, YOUTUBE = Network.TIKTOK, Network.INSTAGRAM, Network.YOUTUBE
WANTED = {
    TIKTOK: Wanted(caption="A cat", privacy="PUBLIC_TO_EVERYONE"),
    INSTAGRAM: Wanted(caption="A cat"),
    YOUTUBE: Wanted(title="A cat", caption="It purrs.", privacy="public", made_for_kids=False),
}
ROWS = "SELECT * FROM publications WHERE video_post_id = $1 ORDER BY id"


@dataclass(frozen=True)
class Newsroom:
    """The house, somebody in it with accounts of their own, and the sandbox's other side."""

    house: House
    deps: Deps
    person: Person
    owner_id: ids.UserId
    http: httpx.AsyncClient

    async def control(self, network: Network, path: str, **body: Any) -> dict[str, Any]:
        url = f"{self.house.sandbox.base_url}/control/networks/{network}/{path}"
        answer = await self.http.post(url, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def fault(self, network: Network, kind: str, call: str, **more: Any) -> None:
        await self.control(network, "faults", kind=kind, call=call, times=1, **more)

    async def there(self, network: Network) -> list[dict[str, Any]]:
        """What this person has published at a network."""
        answer = await self.http.get(f"{self.house.sandbox.base_url}/control/networks/{network}")
        return [each for each in answer.json()["videos"] if each["username"] == self.username]

    @property
    def username(self) -> str:
        return f"ann{self.person.id}"

    async def connected(self, network: Network, *, username: str = "") -> ids.ConnectionId:
        """The consent page was opened, and everything allowed."""
        async with self.deps.tx() as tx:
            consent_id = await request_consent(tx, owner_id=self.owner_id, network=network)
        ask = ConsentAsk(BACK, "state", "a-verifier-of-some-forty-characters-or-more-1234")
        url = self.deps.consents[network].consent_url(ask)
        sent_to = (await self.control(network, "allow", url=url, username=username or self.username))["location"]
        (code,) = parse_qs(urlsplit(sent_to).query)["code"]
        connection = await connect(self.deps, Walk(consent_id, self.owner_id, network, ask), code=code)
        return connection.id

    async def kept(self, film: bytes) -> ids.OwnVideoId:
        """A video that was uploaded and looked at."""
        video_id = ids.OwnVideoId(ids.new())
        key = key_for(self.owner_id, "videos", str(video_id), "mp4")
        await self.deps.storage.put(key, film)
        place = Place(TelegramId(self.person.id), TelegramId(1), "en")
        async with self.deps.tx() as tx:
            await take_file(
                tx,
                video_id=video_id,
                owner_id=self.owner_id,
                name="Cat",
                storage_key=key,
                size_bytes=len(film),
                place=place,
            )

        async def ready() -> bool:
            (row,) = await self.house.rows("SELECT status, error FROM own_videos WHERE id = $1", video_id)
            assert row["status"] != "refused", row
            return str(row["status"]) == "ready"

        await until(ready)
        return video_id

    async def published(self, film: bytes, *networks: Network) -> ids.VideoPostId:
        """Publish now was pressed for these networks."""
        video_id = await self.kept(film)
        connection_ids = [await self.connected(network) for network in networks]
        async with self.deps.tx() as tx:
            post = await service.draft_video_post(tx, owner_id=self.owner_id, video_id=video_id)
            chosen = await service.choose_networks(
                tx, owner_id=self.owner_id, video_post_id=post.id, connection_ids=connection_ids
            )
            for one in chosen:
                wanted = WANTED[Network(one.network)]
                await service.set_wanted(
                    tx, owner_id=self.owner_id, publication_id=one.id, wanted=wanted, consented=True
                )
            await service.publish_now(tx, owner_id=self.owner_id, video_post_id=post.id)
        return post.id

    async def until_status(self, post_id: ids.VideoPostId, *statuses: str) -> None:
        async def reached() -> bool:
            rows = await self.house.rows(ROWS, post_id)
            found = {row["status"] for row in rows}
            assert "failed" in statuses or "failed" not in found, [row["error"] for row in rows]
            return found <= set(statuses)

        await until(reached, every_s=0.05)

    async def secrets(self) -> list[str]:
        """All tokens that were given out to the owner's accounts."""
        rows = await self.house.rows("SELECT * FROM connections WHERE owner_id = $1", self.owner_id)
        return [
            self.deps.cipher.decrypt(row[column], place=place_of("connections", column, row["id"])).get_secret_value()
            for row in rows
            for column in ("access_token", "refresh_token")
            if row[column]
        ]

    async def ends_published_once(self, post_id: ids.VideoPostId, network: Network) -> None:
        await self.until_status(post_id, "published")
        assert len(await self.there(network)) == 1
        await self.person.wait_for_message("Published: Cat")


@asynccontextmanager
async def open_newsroom(house: House, settings: Settings, person: Person) -> AsyncIterator[Newsroom]:
    """With the trial's plan. `settings` name the house's database."""
    await person.send_text("/start")
    await person.wait_for_message(lambda _: True)
    known = {
        "home": house.home,
        "telegram_api_url": house.sandbox.base_url,
        "web_public_url": house.environment["WEB_PUBLIC_URL"],
        "allow_private_urls": True,
    }
    async with open_deps(settings.model_copy(update=known)) as deps, httpx.AsyncClient(timeout=PATIENCE_S) as http:
        async with deps.tx() as tx:
            user = await user_by_telegram_id(tx.session, TelegramId(person.id))
            assert user is not None
            await start_trial(tx, owner_id=user.id)
        yield Newsroom(house, deps, person, user.id, http)
        for network in WANTED:
            await http.delete(f"{house.sandbox.base_url}/control/networks/{network}/faults")
