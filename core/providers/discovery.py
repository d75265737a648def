"""Finding videos and creators on the networks: what is asked, what comes back, and who may answer.

The providers are core/providers/scrapecreators.py, youtube_data.py and youtube_feed.py; core/providers/discoveries.py
chooses among them. All stand behind `Discovery` and pass one contract test.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from core import errors


class Network(StrEnum):
    TIKTOK = "tiktok"
    INSTAGRAM = "instagram"
    YOUTUBE = "youtube"


class VideoFormat(StrEnum):
    SHORT = "short"
    LONG = "long"
    PHOTOS = "photos"
    """A carousel."""


class Period(StrEnum):
    """How old a video may be."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class FoundCreator:
    """`handle` has no @. `creator_id` is the network's own id, and "" where the network tells none."""

    network: Network
    creator_id: str
    handle: str
    name: str
    url: str
    followers: int | None = None
    videos: int | None = None
    avatar_url: str | None = None
    verified: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class FoundVideo:
    """What a network tells of a video right now. What it doesn't tell is None, never 0.

    `published_at` is aware and in UTC. `title` is the caption where a network knows no titles, and may be empty.
    `thumbnail_url` expires within hours on TikTok and Instagram. `language` is a BCP-47 tag.
    """

    network: Network
    video_id: str
    url: str
    title: str
    format: VideoFormat
    creator: FoundCreator
    published_at: datetime | None = None
    duration_s: float | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    thumbnail_url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`cursor` None: that was all. Each video stands once on a page; another page may bring it again.

    `malformed` items couldn't be read and were left out. `sample`: made up by the sandbox, and to be labelled so.
    """

    videos: tuple[FoundVideo, ...]
    cursor: str | None = None
    malformed: int = 0
    sample: bool = False


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    text: str
    starts_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """`lines` may be empty: some networks give the text without times. `language` is a BCP-47 tag, "" when not told."""

    text: str
    language: str
    lines: tuple[TranscriptLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """An empty `keyword` asks for what is trending. `region` is an ISO 3166 country code, None for anywhere."""

    keyword: str
    period: Period
    region: str | None = None


class DiscoveryErrorCode(StrEnum):
    """The codes of what these providers raise. The first four may pass."""

    UNAVAILABLE = "discovery.unavailable"
    TIMEOUT = "discovery.timeout"
    RATE_LIMITED = "discovery.rate_limited"
    GARBLED = "discovery.garbled"
    """What came can't be read. Retryable: a proxy or a half-broken page answers so."""
    NOT_FOUND = "discovery.not_found"
    OUT_OF_CREDITS = "discovery.out_of_credits"
    NOT_SUPPORTED = "discovery.not_supported"
    KEY_REFUSED = "discovery.key_refused"
    CLOSED = "discovery.closed"
    """It is there, but private or restricted by age."""
    BAD_REQUEST = "discovery.bad_request"
    BAD_ADDRESS = "discovery.bad_address"
    """InvalidInput: no handle or address of that network. Params: network."""


class NotFound(errors.NotFound):
    """No such creator or video on the network. Params: provider, and what was asked."""

    code = DiscoveryErrorCode.NOT_FOUND


class ProviderDown(errors.ProviderError):
    """The provider fails right now, after a few tries: the same call may succeed later (`retry_after_s`)."""

    def __init__(
        self,
        code: DiscoveryErrorCode = DiscoveryErrorCode.UNAVAILABLE,
        /,
        *,
        provider: str,
        retry_after_s: float | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code, provider=provider, retryable=True, retry_after_s=retry_after_s, **params)


class OutOfCredits(errors.ProviderError):
    """What was paid for, or the day's quota, is used up. `resets_at` None: only somebody who pays changes it."""

    def __init__(self, *, provider: str, resets_at: datetime | None = None, **params: Any) -> None:
        super().__init__(
            DiscoveryErrorCode.OUT_OF_CREDITS,
            provider=provider,
            retryable=False,
            **params,
        )
        self.resets_at = resets_at


class NotSupported(errors.ProviderError):
    """This provider can't do that at all. Params: provider, what."""

    def __init__(self, *, provider: str, what: str) -> None:
        super().__init__(DiscoveryErrorCode.NOT_SUPPORTED, provider=provider, retryable=False, what=what)


@dataclass(frozen=True, slots=True)
class CreditsUsed:
    """What one call took. `remaining` None: not told. `out`: the call was refused because nothing is left."""

    provider: str
    endpoint: str
    charged: int | None
    remaining: int | None
    out: bool = False


OnCredits = Callable[[CreditsUsed], Awaitable[None]]
"""Called after each call that took credits or was refused for want of them, before OutOfCredits is raised."""


class Discovery(Protocol):
    """Finds videos on one network.

    Numbers are those of the moment, unsorted: ranking is the caller's, and so is leaving out what is older than the
    period or from elsewhere, since not every network can be asked for that. Cursors are opaque and belong to the same
    call. What may pass is tried again a few times, then raised as ProviderDown. All calls may raise OutOfCredits,
    NotSupported, and ProviderError with another code of `DiscoveryErrorCode`; InvalidInput (BAD_ADDRESS) for what is
    no handle or address of the network.
    """

    @property
    def network(self) -> Network: ...

    @property
    def name(self) -> str:
        """Which provider it is, for logs and figures."""
        ...

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage: ...

    async def creator(self, handle_or_url: str) -> FoundCreator:
        """By @handle, handle, id, or the address of the profile. Raises NotFound."""
        ...

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        """The newest first, all formats. Raises NotFound."""
        ...

    async def video(self, url: str) -> FoundVideo:
        """Raises NotFound."""
        ...

    async def transcript(self, video_url: str) -> Transcript | None:
        """What is said in it; None when nothing is, or nobody wrote it down. Raises NotFound."""
        ...
