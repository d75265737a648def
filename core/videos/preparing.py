"""A network's copy of a video: found, or made and kept. For heavy workers."""

from pathlib import Path
from typing import Final

from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import Json
from core.deps import Deps
from core.errors import Conflict, ProviderError
from core.providers.discovery import Network
from core.storage import StoredFileNotFound, content_type_of, key_for
from core.tx import Tx
from core.videos.encoding import WITHIN_S, Progress, encode
from core.videos.models import OwnVideo, OwnVideoStatus, PreparedVideo
from core.videos.probing import Probe, probe
from core.videos.profiles import PROFILES, Plan, Profile, plan_for
from core.videos.queries import own_video, prepared_video
from core.videos.workshop import work_folder

LONGEST_S: Final = WITHIN_S + 300
"""With fetching the file and storing the copy: what a job has to allow."""
LOST_S: Final = 1.0
LOST_SHARE: Final = 0.02
"""By how much a copy may be shorter than its video: the last frame's length, and what is cut for the rate."""


class NotReady(Conflict):
    """The video is still being looked at, or was refused. Params: status."""

    code = "videos.not_ready"


def quiet(_: float) -> None:
    """For whoever doesn't want to know how far it is."""


async def prepared(
    deps: Deps, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, network: Network, progress: Progress = quiet
) -> PreparedVideo:
    """The copy for a network, made if it isn't there yet; the file itself when that fits.

    Made once for each profile: killed in the middle, it is begun anew. No transaction is open meanwhile. Raises
    OwnVideoNotFound, NotReady, what `encode` raises, and what the storage raises.
    """
    profile = PROFILES[network]
    async with deps.read() as session:
        video = await own_video(session, video_id=video_id, owner_id=owner_id)
        kept = await prepared_video(session, video_id=video_id, profile=profile.key)
    if video.status != OwnVideoStatus.READY or video.details is None:
        raise NotReady(status=video.status)
    if kept is not None and await _is_there(deps, kept.storage_key):
        return kept
    seen = Probe.from_json(video.details)
    plan = plan_for(seen, profile)
    values = _itself(video) if plan.as_it_is else await _made(deps, video, seen, profile, plan, progress)
    async with deps.tx() as tx:
        return await _keep(tx, video_id=video_id, profile=profile.key, values=values)


async def _is_there(deps: Deps, key: str) -> bool:
    try:
        await deps.storage.stat(key)
    except StoredFileNotFound:
        return False
    return True


def _itself(video: OwnVideo) -> Json:
    return {
        "storage_key": video.storage_key,
        "size_bytes": video.size_bytes,
        "content_type": content_type_of(video.storage_key),
        "duration_s": video.duration_s,
    }


async def _made(deps: Deps, video: OwnVideo, seen: Probe, profile: Profile, plan: Plan, progress: Progress) -> Json:
    key = key_for(video.owner_id, "prepared", f"{video.id}-{profile.key}", "mp4")
    async with work_folder(deps.settings.home) as folder, deps.storage.local(video.storage_key) as source:
        target = folder / "copy.mp4"
        await encode(source, target, probe=seen, profile=profile, plan=plan, progress=progress)
        duration_s = await _checked(target, seen)
        size_bytes = await deps.storage.put(key, target)
    return {
        "storage_key": key,
        "size_bytes": size_bytes,
        "content_type": content_type_of(key),
        "duration_s": duration_s,
    }


async def _checked(target: Path, seen: Probe) -> float:
    """How long the copy is. One that lost its end came of a broken file: raises ProviderError "videos.not_encoded"."""
    made = await probe(target)
    if made.duration_s < seen.duration_s * (1 - LOST_SHARE) - LOST_S:
        raise ProviderError("videos.not_encoded", provider="ffmpeg", retryable=False, message="the end is missing")
    return made.duration_s


async def _keep(tx: Tx, *, video_id: ids.OwnVideoId, profile: str, values: Json) -> PreparedVideo:
    upsert = insert(PreparedVideo).values(video_id=video_id, profile=profile, created_at=tx.now, **values)
    kept = upsert.on_conflict_do_update(
        index_elements=["video_id", "profile"], set_={**values, "created_at": tx.now}
    ).returning(PreparedVideo)
    row = await tx.session.scalar(kept, execution_options={"populate_existing": True})
    if row is None:
        raise RuntimeError("an upsert gives its row")
    return row
