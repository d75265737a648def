"""A network at the vendor's edge: gives out tokens, rotates them as TikTok does, and fails when told to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import text

from core import ids
from core.accounts.models import User
from core.connections.connecting import connect
from core.connections.consents import Walk, begin_consent, request_consent, take_consent
from core.connections.models import Connection
from core.connections.queries import connections_of
from core.deps import Deps
from core.providers.discovery import Network
from core.publishing.networks.contract import Account, ConsentAsk, Grant, NetworkErrorCode, Tokens, network_error

SCOPES = frozenset({"user.info.basic", "video.publish"})
CALLBACK = "https://postaify.example.com/oauth/tiktok/callback"
BROWSER = "the-browser-that-began"


@dataclass(slots=True)
class PlayedNetwork:
    """Knows which tokens are good. `refresh_gate`: refreshes wait for it."""

    network: Network = Network.TIKTOK
    scopes_needed: frozenset[str] = SCOPES
    refreshes: bool = True
    granted: frozenset[str] = SCOPES
    account_now: Account = field(default_factory=lambda: Account("open-1", "ann", "Ann", "https://cdn.example.com/a"))
    expires_in: timedelta | None = timedelta(hours=2)
    refresh_expires_in: timedelta | None = timedelta(days=180)
    gives_refresh_token: bool = True
    rotates: bool = True
    fails: Exception | None = None
    refresh_gate: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first refresh."""
    revokes: bool = True
    revoking: Callable[[], Awaitable[None]] | None = None
    """Awaited before a consent is taken back."""
    refreshed: int = 0
    exchanged: list[tuple[str, ConsentAsk]] = field(default_factory=list)
    revoked: list[Tokens] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    made: int = 0

    def consent_url(self, ask: ConsentAsk) -> str:
        return f"https://network.example.com/authorize?state={ask.state}&redirect_uri={ask.redirect_uri}"

    async def exchange(self, code: str, ask: ConsentAsk) -> Grant:
        self._fail()
        self.exchanged.append((code, ask))
        return replace(self._grant(), scopes=self.granted)

    async def refresh(self, tokens: Tokens) -> Grant:
        self.refreshed += 1
        self.asked.set()
        if self.refresh_gate is not None:
            await self.refresh_gate.wait()
        self._fail()
        spent = (tokens.refresh_token or tokens.access_token).get_secret_value()
        if spent not in self.good:
            raise network_error(self.network, NetworkErrorCode.RECONNECT)
        if self.rotates:
            self.good.discard(spent)
        return self._grant()

    async def revoke(self, tokens: Tokens) -> bool:
        if self.revoking is not None:
            await self.revoking()
        self._fail()
        self.revoked.append(tokens)
        return self.revokes

    async def account(self, access_token: SecretStr) -> Account:
        self._fail()
        if access_token.get_secret_value() not in self.good:
            raise network_error(self.network, NetworkErrorCode.TOKEN_EXPIRED)
        return self.account_now

    def forget_everything(self) -> None:
        """The person has taken the consent back there."""
        self.good.clear()

    def _grant(self) -> Grant:
        self.made += 1
        access, refresh = f"secret-access-{self.made}", f"secret-refresh-{self.made}"
        self.good |= {access, refresh}
        return Grant(
            access_token=SecretStr(access),
            expires_in=self.expires_in,
            refresh_token=SecretStr(refresh) if self.gives_refresh_token else None,
            refresh_expires_in=self.refresh_expires_in,
        )

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


def with_network(deps: Deps, network: PlayedNetwork) -> Deps:
    return replace(deps, consents={network.network: network})


async def walked(deps: Deps, owner_id: ids.UserId, network: Network = Network.TIKTOK) -> Walk:
    """Through the network's page and back."""
    async with deps.tx() as tx:
        consent_id = await request_consent(tx, owner_id=owner_id, network=network)
        ask = await begin_consent(
            tx, deps.cipher, owner_id=owner_id, consent_id=consent_id, browser=BROWSER, redirect_uri=CALLBACK
        )
    async with deps.tx() as tx:
        return await take_consent(
            tx, deps.cipher, network=network, state=ask.state, browser=BROWSER, redirect_uri=CALLBACK
        )


async def connected(deps: Deps, owner: User, network: PlayedNetwork) -> Connection:
    """An account of the owner's at this network, which `deps` knows."""
    return await connect(deps, await walked(deps, owner.id, network.network), code="a-code")


async def row_of(deps: Deps, connection: Connection) -> Connection:
    """As it is stored now."""
    async with deps.sessions() as session:
        found = await connections_of(session, owner_id=connection.owner_id)
    return next(each for each in found if each.id == connection.id)


async def planned(deps: Deps, owner: User, connection: Connection, *, captions: list[str]) -> None:
    """Videos that wait for their time there."""
    async with deps.tx() as tx:
        video_id = ids.new()
        own = {"owner": owner.id, "now": tx.now, "video": video_id}
        await tx.session.execute(
            text(
                "INSERT INTO own_videos (id, owner_id, name, storage_key, size_bytes, digest, status, created_at, "
                "updated_at) VALUES (:video, :owner, 'v', 'k', 1, 'd', 'ready', :now, :now)"
            ),
            own,
        )
        for number, caption in enumerate(captions):
            due = tx.now + timedelta(hours=number + 1)
            post_id = ids.new()
            await tx.session.execute(
                text(
                    "INSERT INTO video_posts (id, owner_id, video_id, caption, status, due_at, created_at, updated_at) "
                    "VALUES (:post, :owner, :video, :caption, 'scheduled', :due, :now, :now)"
                ),
                own | {"post": post_id, "caption": caption, "due": due},
            )
            await tx.session.execute(
                text(
                    "INSERT INTO publications (id, owner_id, video_post_id, connection_id, network, manner, wanted, "
                    "status, due_at, progress, attempt, created_at, updated_at) VALUES (:id, :owner, :post, :on, "
                    "'tiktok', 'api', '{}', 'scheduled', :due, 0, 0, :now, :now)"
                ),
                {"id": ids.new(), "owner": owner.id, "post": post_id, "on": connection.id, "due": due, "now": tx.now},
            )
