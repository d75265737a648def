"""All networks of one sandbox: their accounts, apps, consents, uploads and videos."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from web.sandbox.faults import Fault, Faults
from web.sandbox.model import Json
from web.sandbox.networks.network import Network
from web.sandbox.networks.records import Account, Ask, Code, Consent, Table, Token, Upload, Video
from web.sandbox.state import World

KEPT_CALLS = 10_000
RULES = "network_rules"
"""Documents by network: what was set in its developer portal."""


@dataclass(slots=True)
class NetworkFault(Fault):
    """`method` is `POST /path` of the network. `code` and `details` are what a refusal says; without a code, the
    network's own for that status."""

    code: str = ""
    details: Json = field(default_factory=dict)
    at_bytes: int = 0
    """Of `cut`: how much of the body is read before the connection is closed."""


class Networks:
    """Time is the world's. `folder` holds the bytes of uploads and their thumbnails."""

    def __init__(self, world: World, folder: Path, networks: tuple[Network, ...]) -> None:
        self.world = world
        self.folder = folder
        self.networks = {network.name: network for network in networks}
        self.accounts = Table(world.storage, Account)
        self.asks = Table(world.storage, Ask)
        self.codes = Table(world.storage, Code)
        self.consents = Table(world.storage, Consent)
        self.tokens = Table(world.storage, Token)
        self.uploads = Table(world.storage, Upload)
        self.videos = Table(world.storage, Video)
        self._set_rules = dict(world.storage.documents(RULES))
        self.faults = {name: Faults() for name in self.networks}
        self.calls: dict[str, deque[Json]] = {name: deque(maxlen=KEPT_CALLS) for name in self.networks}
        self.spent: dict[str, deque[float]] = {}
        """When calls came that a limit counts, by what it counts them."""
        self._numbered = 0

    def now(self) -> float:
        return self.world.now()

    def rules(self, network: Network) -> Json:
        """What is set for the app in the network's developer portal."""
        return {**network.rules, **self._set_rules.get(network.name, {})}

    def set_rules(self, network: Network, values: Json) -> Json:
        self._set_rules[network.name] = {**self._set_rules.get(network.name, {}), **values}
        self.world.storage.put(RULES, network.name, self._set_rules[network.name])
        return self.rules(network)

    def account_named(self, network: Network, username: str) -> Account | None:
        return next(self.accounts.all(network=network.name, username=username), None)

    def account(self, network: Network, username: str) -> Account:
        """Theirs, with the network's defaults when nobody had that name."""
        if found := self.account_named(network, username):
            return found
        account = Account(
            id=network.new_account_id(),
            network=network.name,
            username=username,
            name=username.replace("_", " ").replace(".", " ").title(),
            settings=dict(network.account_settings),
            made_at=self.now(),
        )
        return self.accounts.put(account)

    def owner(self, record: Upload | Video | Consent) -> Account:
        return self.accounts[record.account_id]

    def file_of(self, upload_id: str) -> Path:
        return self.folder / upload_id

    def thumbnail_of(self, upload_id: str) -> Path:
        return self.folder / f"{upload_id}.jpg"

    def allows(self, counted: str, *, times: int, within_s: float, units: int = 1) -> bool:
        """Whether one more (of `units`) fits into the limit's sliding window; if so, it is counted."""
        moments = self.spent.setdefault(counted, deque())
        while moments and moments[0] <= self.now() - within_s:
            moments.popleft()
        if len(moments) + units > times:
            return False
        moments.extend([self.now()] * units)
        return True

    def record(self, network: Network, **call: object) -> Json:
        """A call as it came in; `answered` is filled in later."""
        self._numbered += 1
        recorded: Json = {"n": self._numbered, "at": self.now(), "answered": 0, **call}
        self.calls[network.name].append(recorded)
        return recorded

    def reset(self) -> None:
        """Forget everything. The world's storage is cleared by who calls this."""
        for table in (self.accounts, self.asks, self.codes, self.consents, self.tokens, self.uploads, self.videos):
            table.clear()
        self._set_rules.clear()
        self.spent.clear()
        for name in self.networks:
            self.faults[name].clear()
            self.calls[name].clear()
        self._numbered = 0
        for path in self.folder.iterdir():
            path.unlink()


def new_secret(prefix: str = "", *, size: int = 24) -> str:
    """Opaque, unguessable, and fit for addresses."""
    return prefix + secrets.token_urlsafe(size)


NETWORKS: web.AppKey[Networks] = web.AppKey("networks", Networks)
