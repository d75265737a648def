"""A network that says what an account may do, and what people have there before a dialogue begins."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

import av
from av.video.frame import VideoFrame
from PIL import Image

from core import ids
from core.accounts.models import User
from core.connections.models import Connection
from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import (
    Access,
    Account,
    Handle,
    Media,
    Numbers,
    OnSent,
    Publisher,
    Seen,
    Stage,
    Terms,
    Wanted,
)
from core.storage import new_key
from core.videos.models import OwnVideo, OwnVideoStatus
from tests.core.connections.played import PlayedNetwork, connected

OFFERED = {
    Network.TIKTOK: ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"),
    Network.INSTAGRAM: (),
    Network.YOUTUBE: ("public", "unlisted", "private"),
}


@dataclass(slots=True)
class PlayedPublisher:
    """Answers with `now`, or fails with `fails`; counts how often it was asked."""

    network: Network = Network.TIKTOK
    published_by_upload: bool = True
    now: Terms = field(default_factory=lambda: Terms(name="Ann Baker", duration_max_s=600))
    fails: ProviderError | None = None
    asked: int = 0

    async def terms(self, access: Access) -> Terms:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        return self.now

    async def begin(self, access: Access, media: Media, wanted: Wanted) -> Handle:
        raise NotImplementedError

    async def upload(self, access: Access, handle: Handle, media: Media, *, on_sent: OnSent) -> None:
        raise NotImplementedError

    async def look(self, access: Access, handle: Handle) -> Seen:
        return Seen(Stage.GONE)

    async def release(self, access: Access, handle: Handle) -> Seen:
        raise NotImplementedError

    async def find(self, access: Access, wanted: Wanted, media: Media, *, since: datetime) -> Seen | None:
        return None

    async def numbers(self, access: Access, network_ids: Sequence[str]) -> Mapping[str, Numbers]:
        return {}


def played(network: Network = Network.TIKTOK, **changed: Any) -> PlayedPublisher:
    """With what such an account is usually offered."""
    terms = Terms(name="Ann Baker", duration_max_s=600, privacy_options=OFFERED[network])
    return PlayedPublisher(network=network, now=replace(terms, **changed))


def with_publishers(deps: Deps, *publishers: Publisher) -> Deps:
    return replace(deps, publishers={each.network: each for each in publishers})


async def connect(deps: Deps, owner: User, network: Network = Network.TIKTOK, username: str = "ann") -> Connection:
    """An account of the owner's there."""
    account = Account(f"open-{username}", username, username.capitalize())
    vendor = PlayedNetwork(network=network, account_now=account)
    return await connected(replace(deps, consents={network: vendor}), owner, vendor)


async def make_video(deps: Deps, owner: User, *, name: str = "bread.mp4", duration_s: float = 2.0) -> OwnVideo:
    """A little film in the storage: red in its first second, blue in its second."""
    key = new_key(owner.id, "videos", "mp4")
    size = await deps.storage.put(key, _pieces(film()))
    video = OwnVideo(
        id=ids.OwnVideoId(ids.new()),
        owner_id=owner.id,
        name=name,
        storage_key=key,
        size_bytes=size,
        status=OwnVideoStatus.READY,
        container="mp4",
        video_codec="h264",
        duration_s=duration_s,
        width=90,
        height=160,
        created_at=deps.clock.now(),
        updated_at=deps.clock.now(),
    )
    async with deps.tx() as tx:
        tx.session.add(video)
    return video


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


@cache
def film() -> bytes:
    """Two seconds of MP4."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as opened:
        stream = opened.add_stream("h264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 90, 160, "yuv420p"
        for number in range(20):
            picture = Image.new("RGB", (90, 160), "red" if number < 10 else "blue")
            frame = VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            opened.mux(stream.encode(frame))
        opened.mux(stream.encode(None))
    return file.getvalue()
