"""A network that people publish to, played at the edge where its client would be: it forgets nothing, and whoever
begins anew without a look publishes twice here. Killed processes and lost answers are part of the play."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import (
    Access,
    Handle,
    Media,
    NetworkErrorCode,
    Numbers,
    OnSent,
    Seen,
    Stage,
    Terms,
    Wanted,
    network_error,
)

PIECE = 1000


class Killed(BaseException):
    """The process is gone, whatever it was doing."""


@dataclass
class Session:
    """An upload there."""

    wanted: Wanted
    size_bytes: int
    received: bytearray = field(default_factory=bytearray)
    looks_left: int = 0
    released: bool = False
    failed: str | None = None

    @property
    def complete(self) -> bool:
        return len(self.received) >= self.size_bytes


@dataclass
class PlayedNetwork:
    """`by_upload`: a video goes out by itself when it is complete. `processing`: how many looks that takes."""

    network: Network = Network.TIKTOK
    by_upload: bool = True
    processing: int = 1
    sessions: dict[str, Session] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
    """What can be seen there: the keys of sessions."""
    forgotten: set[str] = field(default_factory=set)
    """Handles that it doesn't know any more."""
    nameless: bool = False
    """It doesn't say what videos are called."""
    inbox: bool = False
    """Videos are drafts until their owner posts them."""
    hides: bool = False
    """It doesn't show what was published."""
    terms_now: Terms = field(default_factory=lambda: Terms("Ann", privacy_options=("PUBLIC_TO_EVERYONE", "SELF_ONLY")))
    errors: dict[str, list[ProviderError]] = field(default_factory=dict)
    """The next answers of a verb; nothing is done then."""
    lost: set[str] = field(default_factory=set)
    """Verbs that do their work once more without an answer."""
    moment: Callable[[str], None] = lambda _: None
    """Called before and behind whatever a verb does; may raise Killed."""
    asked: list[str] = field(default_factory=list)
    sending: Callable[[], Awaitable[None]] | None = None
    """Awaited behind each piece that has arrived."""

    @property
    def published_by_upload(self) -> bool:
        return self.by_upload

    async def terms(self, access: Access) -> Terms:
        self._enter("terms")
        return self.terms_now

    async def begin(self, access: Access, media: Media, wanted: Wanted) -> Handle:
        self._enter("begin")
        key = f"upload-{len(self.sessions) + 1}"
        self.sessions[key] = Session(wanted, media.size_bytes, looks_left=self.processing)
        self._leave("begin")
        return {"key": key}

    async def upload(self, access: Access, handle: Handle, media: Media, *, on_sent: OnSent) -> None:
        self._enter("upload")
        session = self.sessions[str(handle["key"])]
        while not session.complete:
            start = len(session.received)
            async for piece in media.read(start, min(start + PIECE, session.size_bytes)):
                session.received += piece
                self._seen(str(handle["key"]))
                self.moment("piece")
                if self.sending is not None:
                    await self.sending()
            await on_sent(len(session.received))
        self._leave("upload")

    async def look(self, access: Access, handle: Handle) -> Seen:
        self._enter("look")
        key = str(handle["key"])
        if key in self.forgotten:
            return Seen(Stage.GONE)
        session = self.sessions[key]
        if session.failed is not None:
            return Seen(Stage.FAILED, error=session.failed)
        if not session.complete:
            return Seen(Stage.UPLOADING, sent_bytes=len(session.received))
        if key not in self.published and not self.by_upload and not session.looks_left:
            return Seen(Stage.RELEASABLE)
        if session.looks_left:
            session.looks_left -= 1
            return Seen(Stage.PROCESSING)
        return self._video(key)

    async def release(self, access: Access, handle: Handle) -> Seen:
        self._enter("release")
        key = str(handle["key"])
        self.published.append(key)
        self._leave("release")
        return self._video(key)

    async def find(self, access: Access, wanted: Wanted, media: Media, *, since: datetime) -> Seen | None:
        self._enter("find")
        mine = [key for key in self.published if self.sessions[key].wanted.caption == wanted.caption]
        return self._video(mine[-1]) if mine and not self.hides else None

    async def numbers(self, access: Access, network_ids: Sequence[str]) -> Mapping[str, Numbers]:
        self._enter("numbers")
        return {each: Numbers(views=100, likes=7) for each in network_ids if each.removeprefix("v-") in self.published}

    def _seen(self, key: str) -> None:
        """A whole video is out by itself at that moment."""
        if self.by_upload and self.sessions[key].complete and key not in self.published:
            self.published.append(key)

    def _video(self, key: str) -> Seen:
        if self.inbox:
            return Seen(Stage.IN_INBOX)
        if self.nameless:
            return Seen(Stage.PUBLISHED)
        return Seen(Stage.PUBLISHED, network_id=f"v-{key}", url=f"https://net.example/{key}")

    def _enter(self, verb: str) -> None:
        self.asked.append(verb)
        self.moment(f"before {verb}")
        if self.errors.get(verb):
            raise self.errors[verb].pop(0)

    def _leave(self, verb: str) -> None:
        self.moment(f"behind {verb}")
        if verb in self.lost:
            self.lost.discard(verb)
            raise network_error(self.network, NetworkErrorCode.UNAVAILABLE, unknown=True)


def video_bytes(size: int) -> bytes:
    """As good as random, and always the same."""
    block = hashlib.sha256(b"video").digest()
    return (block * (size // len(block) + 1))[:size]
