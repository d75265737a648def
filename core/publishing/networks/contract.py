"""What is asked of a network that people publish to, and what it answers: our own words, so that nobody else knows a
network's. tiktok.py, instagram.py and youtube.py stand behind both protocols and pass one contract test."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.discovery import Network


class NetworkErrorCode(StrEnum):
    """Codes of ProviderError, `detail` in its params is the network's own code. bot/publishing says each in words."""

    UNAVAILABLE = "network.unavailable"
    """Nothing came back, or a 5xx. Whether the call did its work isn't known: params hold `unknown` then."""
    RATE_LIMITED = "network.rate_limited"
    RECONNECT = "network.reconnect"
    """The token is revoked or can't be refreshed: only a new consent helps."""
    TOKEN_EXPIRED = "network.token_expired"  # noqa: S105 - a code, no token
    """A refresh helps."""
    SCOPE_MISSING = "network.scope_missing"
    """Something needed wasn't ticked at the consent."""
    NOT_PROFESSIONAL = "network.not_professional"
    """Instagram publishes for business and creator accounts only."""
    NO_CHANNEL = "network.no_channel"
    """A Google account without a YouTube channel."""
    DAILY_LIMIT = "network.daily_limit"
    """Of this account, at the network. Params may hold `resets_at`."""
    APP_LIMIT = "network.app_limit"
    """Of everybody who publishes with this app: its quota for the day is used up. Params: `resets_at`."""
    UNAUDITED = "network.unaudited"
    """The app hasn't been audited: only private accounts, or only drafts."""
    BANNED = "network.banned"
    """The network has forbidden this account to post."""
    SPAM = "network.spam"
    PRIVACY_NOT_OFFERED = "network.privacy_not_offered"
    VIDEO_REFUSED = "network.video_refused"
    """Its format, size, duration or frame rate. Params: `what`."""
    TEXT_REFUSED = "network.text_refused"
    """Title, caption or tags. Params: `what`."""
    COPYRIGHT = "network.copyright"
    UPLOAD_EXPIRED = "network.upload_expired"
    """The address to upload to is no longer known there: begin anew, after a look whether the video is there."""
    REJECTED = "network.rejected"
    """Refused for a reason that has no code of its own. Params: `what` is "link" when the file couldn't be fetched."""


RETRYABLE: Final = frozenset({NetworkErrorCode.UNAVAILABLE, NetworkErrorCode.RATE_LIMITED})


def network_error(
    network: Network, code: NetworkErrorCode, *, retry_after_s: float | None = None, **params: Any
) -> ProviderError:
    return ProviderError(
        code, provider=network, retryable=code in RETRYABLE, retry_after_s=retry_after_s, network=str(network), **params
    )


@dataclass(frozen=True, slots=True)
class ConsentAsk:
    """One walk through a network's consent page. `verifier` is PKCE's; networks without PKCE ignore it."""

    redirect_uri: str
    state: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a consent or a refresh gave. A `refresh_token` of None: none was given, and the one that is kept stays."""

    access_token: SecretStr
    expires_in: timedelta | None
    refresh_token: SecretStr | None = None
    refresh_expires_in: timedelta | None = None
    scopes: frozenset[str] = frozenset()
    """Empty when the network doesn't say."""


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: SecretStr
    refresh_token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a token speaks for. `username` has no @."""

    id: str
    username: str
    name: str
    picture_url: str | None = None
    url: str | None = None
    """Where everybody sees it."""


class ConsentNetwork(Protocol):
    """How an account is connected. All verbs raise ProviderError with a NetworkErrorCode."""

    network: Network
    scopes_needed: frozenset[str]
    """Without all of these nothing can be published."""
    refreshes: bool
    """Whether a token lives on by itself. Where it doesn't, a new consent is needed before its end."""

    def consent_url(self, ask: ConsentAsk) -> str: ...

    async def exchange(self, code: str, ask: ConsentAsk) -> Grant:
        """Redeem the code of the callback, once. The grant is the long-lived one where there are two kinds."""
        ...

    async def refresh(self, tokens: Tokens) -> Grant:
        """Raises RECONNECT when the network doesn't know the token any more."""
        ...

    async def revoke(self, tokens: Tokens) -> bool:
        """Take the consent back. False where the network has no way to: the user does it there."""
        ...

    async def account(self, access_token: SecretStr) -> Account: ...


@dataclass(frozen=True, slots=True)
class Access:
    """A token that is valid now, and whose it is."""

    token: SecretStr
    account_id: str
    username: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the network allows this account at this moment; asked right before each publication and its dialogue."""

    name: str
    """As it is shown to its owner: TikTok's rules want the nickname."""
    picture_url: str | None = None
    privacy_options: tuple[str, ...] = ()
    """The network's own words, in its order."""
    comments_off: bool = False
    """Switched off in the account's own settings: can't be allowed for a single video. Likewise the next two."""
    duet_off: bool = False
    stitch_off: bool = False
    duration_max_s: float | None = None
    duration_min_s: float | None = None
    posts_left: int | None = None
    """Of the network's limit, where it tells."""
    direct: bool = True
    """False: the app may only put drafts into the account's inbox."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How one video is to appear on one network, as its owner has chosen. What a network doesn't know it ignores."""

    caption: str = ""
    """TikTok's title, Instagram's caption, YouTube's description; with its hashtags."""
    title: str = ""
    """YouTube's."""
    privacy: str | None = None
    """One of the terms' options. None: not chosen yet, which only drafts may be."""
    inbox: bool = False
    """TikTok: as a draft that its owner finishes in the app."""
    comments: bool = False
    duet: bool = False
    stitch: bool = False
    own_brand: bool = False
    """TikTok's "Your brand": promotes the owner or their business."""
    paid_partnership: bool = False
    """TikTok's "Branded content": promotes somebody else for something in return; can't be private."""
    ai_made: bool = False
    cover_ms: int | None = None
    """The moment that the cover shows."""
    share_to_feed: bool = True
    made_for_kids: bool | None = None
    tags: tuple[str, ...] = ()
    notify_subscribers: bool = True


class Media(Protocol):
    """The prepared file."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def content_type(self) -> str: ...

    @property
    def duration_s(self) -> float: ...

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """From `start` up to, not including, `end`, in pieces."""
        ...

    async def link(self) -> str | None:
        """Where anybody can fetch it from for a day; None where nobody outside can reach us. Instagram's own login
        admits nothing else: it fetches the file itself, and uploads are for apps with Facebook's login."""
        ...


class Stage(StrEnum):
    UPLOADING = "uploading"
    """Bytes are missing there."""
    PROCESSING = "processing"
    RELEASABLE = "releasable"
    """All is there, and `release` publishes it."""
    PUBLISHED = "published"
    IN_INBOX = "in_inbox"
    FAILED = "failed"
    GONE = "gone"
    """The network doesn't know the handle any more; `find` tells whether the video is there all the same."""


Handle = Mapping[str, Any]
"""What a network calls a publication on its way: plain JSON, kept encrypted, for upload addresses open without more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a publication is by the network's own word. `sent_bytes` while it is uploading."""

    stage: Stage
    sent_bytes: int = 0
    network_id: str | None = None
    url: str | None = None
    error: str | None = None
    """A NetworkErrorCode when it failed."""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Numbers:
    """None where a network doesn't tell (yet)."""

    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None


OnSent = Callable[[int], Awaitable[None]]
"""Told how many bytes have been sent, for showing; how many have arrived is what `look` tells. What it raises ends the
upload, which may be taken up again."""


class Publisher(Protocol):
    """How a video gets there, in steps that can be taken up by anybody who knows the handle.

    `begin` shows nothing to anybody, and may be done again. Everything behind it starts from `look`, so that nothing
    that can't be taken back is done twice: `upload` goes on behind what arrived, `release` is called only for what
    `look` calls releasable. All verbs raise ProviderError with a NetworkErrorCode.
    """

    @property
    def network(self) -> Network: ...

    @property
    def published_by_upload(self) -> bool:
        """Whether a video goes out by itself when its last byte is there (TikTok, YouTube)."""
        ...

    async def terms(self, access: Access) -> Terms: ...

    async def begin(self, access: Access, media: Media, wanted: Wanted) -> Handle: ...

    async def upload(self, access: Access, handle: Handle, media: Media, *, on_sent: OnSent) -> None:
        """Send what is missing, in pieces; memory doesn't grow with the file."""
        ...

    async def look(self, access: Access, handle: Handle) -> Seen: ...

    async def release(self, access: Access, handle: Handle) -> Seen:
        """Publish. When the answer is lost, the error's params hold `unknown`; the next `look` tells, or `find`."""
        ...

    async def find(self, access: Access, wanted: Wanted, media: Media, *, since: datetime) -> Seen | None:
        """Whether the account's latest videos hold this one: published after `since`, with these words or this
        duration. None when it isn't among them, or when the network doesn't show them."""
        ...

    async def numbers(self, access: Access, network_ids: Sequence[str]) -> Mapping[str, Numbers]:
        """Of several videos, in as few calls as the network admits. What it doesn't know is missing."""
        ...
