"""Rows of videos that are ready, with their files stored."""

from pathlib import Path

from core import ids
from core.accounts.models import User
from core.db import TelegramId
from core.deps import Deps
from core.posts.writing import Place
from core.storage import key_for
from core.videos.models import OwnVideo
from core.videos.probing import probe
from core.videos.service import record_checked, take_file
from tests.factories import make_user

PLACE = Place(TelegramId(77), TelegramId(88), "en")


async def ready_video(deps: Deps, film: bytes, *, owner: User | None = None, ending: str = "mp4") -> OwnVideo:
    """As the job leaves it."""
    video_id = ids.OwnVideoId(ids.new())
    async with deps.tx() as tx:
        owner = owner or await make_user(tx)
        key = key_for(owner.id, "videos", str(video_id), ending)
        await deps.storage.put(key, film)
        await take_file(
            tx,
            video_id=video_id,
            owner_id=owner.id,
            name="Harbour.mp4",
            storage_key=key,
            size_bytes=len(film),
            place=PLACE,
        )
    async with deps.storage.local(key) as path:
        found = await probe(Path(path))
    async with deps.tx() as tx:
        return await record_checked(
            tx,
            owner_id=owner.id,
            video_id=video_id,
            probe=found,
            digest=str(video_id),
            thumbnail_key=key_for(owner.id, "thumbs", str(video_id), "jpg"),
            place=PLACE,
        )
