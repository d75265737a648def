"""What makes a network: its words and rules, its consent page's parameters, its endpoints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.records import Account, Ask, Code, Video

if TYPE_CHECKING:
    from web.sandbox.networks.api import Call
    from web.sandbox.networks.state import Networks


class Refused(Exception):
    """A network's refusal; how it is put into JSON is its endpoint's matter."""

    def __init__(self, status: int, code: str, message: str = "", **details: object) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details


class ConsentRefused(Exception):
    """The consent page can't be shown: said to the person who opened it, for nobody knows where to send them."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` is behind the network's prefix, as aiohttp writes routes. `refusal` puts a Refused into the words of this
    endpoint. The bodies of `uploads` aren't read before the handler asks for them."""

    method: str
    path: str
    answer: Callable[[Call], Awaitable[web.StreamResponse]]
    refusal: Callable[[Refused], web.Response]
    uploads: bool = False
    called: str = ""
    """Where several paths are one call: the name of all of them."""

    @property
    def call(self) -> str:
        """How faults and recorded calls name it."""
        return self.called or f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A video that waits for its owner to post it in the network's app. The page's form goes to `action`, with `title`
    and `privacy`."""

    username: str
    action: str
    privacy_options: Sequence[str]


@dataclass(frozen=True, slots=True)
class Network:
    """All paths are behind `/<name>`. `account_settings` and `rules` are defaults, and name what can be set."""

    name: str
    title: str
    scopes: Mapping[str, str]
    """What the consent page offers, in words."""
    account_settings: Json
    """Of each account, set by `POST /control/networks/<name>/accounts`."""
    rules: Json
    """Of the app, as set in a developer portal, and of time: `POST /control/networks/<name>/rules`. Each network needs
    `code_s`, how long a code can be redeemed."""
    new_account_id: Callable[[], str]
    new_code: Callable[[], str]
    authorize_path: str
    read_ask: Callable[[Networks, Mapping[str, str]], Ask]
    """The consent page's parameters. Raises ConsentRefused."""
    allowed_url: Callable[[Ask, Code], str]
    """Where the person is sent who allowed it."""
    denied_url: Callable[[Ask], str]
    endpoints: Sequence[Endpoint]
    codes: Mapping[int, str] = field(default_factory=dict)
    """What a fault of this HTTP status is called when it has no code of its own; 500 is for all the others."""
    objection: Callable[[Account], str] = lambda account: ""
    """Why this account can't allow anything; shown on the consent page."""
    shown_of: Callable[[Video], Sequence[str]] = lambda video: ()
    """What else the page of published videos says about one."""
    waiting: Callable[[Networks], Sequence[str]] = lambda networks: ()
    """What that page says of what isn't published (yet)."""
    drafts: Callable[[Networks], Sequence[Draft]] = lambda networks: ()
    catch_up: Callable[[Networks], None] = lambda networks: None
    """Does what fell due since (a video is processed, and published): called before anybody looks."""
    routes: Sequence[web.RouteDef] = ()
    """What it has beside its API: pages of its own, controls of its own under `/control/networks/<name>/`."""
