"""Keeping what providers bring: creators, videos, and a reading of their numbers; and forgetting old readings.

A few statements for a page, however many videos it has. Rows are written in the order of their keys, so that pages
that overlap can be kept side by side.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import Base, any_found, any_of
from core.providers.discovery import FoundCreator, FoundVideo
from core.tx import Tx
from core.viral.models import Creator, SavedVideo, Snapshot, Video

NUMBERS = ("views", "likes", "comments", "shares", "saves")
CREATOR_NUMBERS = ("followers", "videos")
SNAPSHOT_LIFE = timedelta(days=30)
"""YouTube's policy: figures from its API are kept for 30 days at most without asking again (developer policies
III.E.4). One rule for all networks."""
PRUNE_BATCH = 20_000
NUMBERS_BATCH = 2_000
PICTURES_BATCH = 500

NAME_MOST, COUNT_MOST = 128, 2**31 - 1
"""What no network has more of: names that are longer are cut, since indexes take no more; a larger count is none."""

_CREATORS, _VIDEOS, _SNAPSHOTS = (Base.metadata.tables[each.__tablename__] for each in (Creator, Video, Snapshot))
"""Rows go to plain tables as one prepared statement with many parameters: several times as fast as values in its text,
and the loop is free meanwhile."""

Key = tuple[str, str]


async def keep_page(tx: Tx, videos: Sequence[FoundVideo], *, sample: bool) -> list[ids.VideoId]:
    """Keep what a page brought, and give the ids in its order, each once.

    Keeping it again changes nothing: a video is known by its network and its id there, and has at most one reading an
    hour. What a network doesn't tell this time stays as it was told before.
    """
    found = {_key(video): video for video in videos}
    if not found:
        return []
    creators = await keep_creators(tx, [video.creator for video in found.values()])
    known = await _keep_videos(tx, found, creators, sample=sample)
    await _keep_readings(tx, {known[key]: video for key, video in found.items()})
    return [known[key] for key in dict.fromkeys(map(_key, videos))]


async def keep_creators(tx: Tx, creators: Iterable[FoundCreator]) -> dict[Key, ids.CreatorId]:
    """By network and the id that `creator_key` gives."""
    found = {creator_key(creator): creator for creator in creators}
    rows = [_creator_row(tx, key, found[key]) for key in sorted(found)]
    upsert = insert(_CREATORS)
    new = upsert.excluded
    await tx.session.execute(
        upsert.on_conflict_do_update(
            index_elements=["network", "network_creator_id"],
            set_={
                **{name: new[name] for name in ("handle", "name", "url", "verified", "seen_at")},
                **{name: func.coalesce(new[name], _CREATORS.c[name]) for name in ("followers", "videos", "avatar_url")},
                "about": func.coalesce(func.nullif(new.about, ""), _CREATORS.c.about),
            },
        ),
        rows,
    )
    written = await tx.session.execute(
        select(Creator.network, Creator.network_creator_id, Creator.id).where(
            tuple_(Creator.network, Creator.network_creator_id).in_(list(found))
        )
    )
    return {(network, name): creator_id for network, name, creator_id in written}


async def note_listed(tx: Tx, creator_id: ids.CreatorId) -> None:
    """Their own list of videos was asked for just now."""
    await tx.session.execute(update(Creator).where(Creator.id == creator_id).values(listed_at=tx.now))


async def note_thumbnails(tx: Tx, keys: Mapping[ids.VideoId, str]) -> None:
    """Where our own copies of the pictures are."""
    if keys:
        await tx.session.execute(
            update(_VIDEOS).where(_VIDEOS.c.id == bindparam("video")).values(thumbnail_key=bindparam("stored")),
            [{"video": video_id, "stored": key} for video_id, key in sorted(keys.items())],
        )


async def prune_snapshots(tx: Tx, *, limit: int = PRUNE_BATCH) -> int:
    """Forget readings that are older than `SNAPSHOT_LIFE`, so many at once. Gives how many went."""
    gone = await tx.session.execute(
        text(
            "DELETE FROM snapshots WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM snapshots WHERE taken_at < :before LIMIT :limit)) RETURNING 1"
        ),
        {"before": tx.now - SNAPSHOT_LIFE, "limit": limit},
    )
    return len(gone.all())


async def forget_thumbnails(tx: Tx, *, limit: int = PICTURES_BATCH) -> set[str]:
    """Let go of the pictures of videos that nobody has come across for `SNAPSHOT_LIFE`, so many at once; not of those
    that somebody keeps. Gives the files that no video shows any more."""
    kept = select(SavedVideo.id).where(SavedVideo.video_id == Video.id).exists()
    stale = (Video.thumbnail_key.is_not(None), Video.measured_at < tx.now - SNAPSHOT_LIFE, ~kept)
    old = select(Video.id, Video.thumbnail_key).where(*stale).limit(limit).with_for_update(skip_locked=True)
    found = {row.id: row.thumbnail_key for row in await tx.session.execute(old)}
    await tx.session.execute(update(_VIDEOS).where(_VIDEOS.c.id == any_of(found)).values(thumbnail_key=None))
    keys = set(found.values())
    return keys - set(await tx.session.scalars(select(Video.thumbnail_key).where(Video.thumbnail_key.in_(keys))))


async def forget_numbers(tx: Tx, *, watched: Select[Any], limit: int = NUMBERS_BATCH) -> int:
    """Blank the numbers of videos, and of creators, that nobody has come across for `SNAPSHOT_LIFE`, so many at once;
    not of what somebody keeps, nor of creators of which `watched` gives the ids. Gives how many it were."""
    before = tx.now - SNAPSHOT_LIFE
    kept = select(SavedVideo.id).join(Video, Video.id == SavedVideo.video_id)
    old_videos = select(Video.id).where(
        Video.measured_at < before,
        or_(*(getattr(Video, name).is_not(None) for name in NUMBERS)),
        Video.creator_id.not_in(watched),
        ~select(SavedVideo.id).where(SavedVideo.video_id == Video.id).exists(),
    )
    old_creators = select(Creator.id).where(
        Creator.seen_at < before,
        or_(*(getattr(Creator, name).is_not(None) for name in CREATOR_NUMBERS)),
        Creator.id.not_in(watched),
        ~kept.where(Video.creator_id == Creator.id).correlate(Creator).exists(),
    )
    return await _blank(tx, _VIDEOS, NUMBERS, old_videos.limit(limit)) + await _blank(
        tx, _CREATORS, CREATOR_NUMBERS, old_creators.limit(limit)
    )


async def _blank(tx: Tx, table: Table, names: Sequence[str], old: Select[Any]) -> int:
    wanted = any_found(old.with_for_update(skip_locked=True))
    blanked = await tx.session.execute(
        update(table).where(table.c.id == wanted).values(dict.fromkeys(names)).returning(table.c.id)
    )
    return len(blanked.all())


def creator_key(creator: FoundCreator) -> Key:
    """Where a network tells no id, the handle stands for it; no id of a network begins with @."""
    return str(creator.network), (creator.creator_id or f"@{creator.handle.lower()}")[:NAME_MOST]


def _creator_row(tx: Tx, key: Key, creator: FoundCreator) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "network": key[0],
        "network_creator_id": key[1],
        "handle": creator.handle[:NAME_MOST],
        "name": creator.name,
        "url": creator.url,
        "followers": creator.followers,
        "videos": creator.videos if creator.videos is None or creator.videos <= COUNT_MOST else None,
        "avatar_url": creator.avatar_url,
        "verified": creator.verified,
        "about": creator.about,
        "first_seen_at": tx.now,
        "seen_at": tx.now,
    }


async def _keep_videos(
    tx: Tx, found: Mapping[Key, FoundVideo], creators: Mapping[Key, ids.CreatorId], *, sample: bool
) -> dict[Key, ids.VideoId]:
    rows = [_video_row(tx, found[key], creators[creator_key(found[key].creator)], sample) for key in sorted(found)]
    upsert = insert(_VIDEOS)
    new = upsert.excluded
    told = (*NUMBERS, "published_at", "duration_s", "language", "thumbnail_url")
    await tx.session.execute(
        upsert.on_conflict_do_update(
            index_elements=["network", "network_video_id"],
            set_={
                **{name: new[name] for name in ("url", "format", "sample", "measured_at")},
                **{name: func.coalesce(new[name], _VIDEOS.c[name]) for name in told},
                "title": func.coalesce(func.nullif(new.title, ""), _VIDEOS.c.title),
            },
        ),
        rows,
    )
    written = await tx.session.execute(
        select(Video.network, Video.network_video_id, Video.id).where(
            tuple_(Video.network, Video.network_video_id).in_(list(found))
        )
    )
    return {(network, name): video_id for network, name, video_id in written}


def _video_row(tx: Tx, video: FoundVideo, creator_id: ids.CreatorId, sample: bool) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "network": str(video.network),
        "network_video_id": video.video_id,
        "creator_id": creator_id,
        "url": video.url,
        "title": video.title,
        "format": str(video.format),
        "published_at": video.published_at,
        "duration_s": video.duration_s,
        "language": video.language,
        "thumbnail_url": video.thumbnail_url,
        "sample": sample,
        "first_seen_at": tx.now,
        "measured_at": tx.now,
        **_numbers(video),
    }


async def _keep_readings(tx: Tx, found: Mapping[ids.VideoId, FoundVideo]) -> None:
    """The first of an hour stays: so that the same page kept twice is kept once."""
    hour = tx.now.replace(minute=0, second=0, microsecond=0)
    rows = [
        {"video_id": video_id, "hour": hour, "taken_at": tx.now, **_numbers(video)}
        for video_id, video in sorted(found.items())
    ]
    await tx.session.execute(insert(_SNAPSHOTS).on_conflict_do_nothing(), rows)


def _numbers(video: FoundVideo) -> dict[str, int | None]:
    return {name: getattr(video, name) for name in NUMBERS}


def _key(video: FoundVideo) -> Key:
    return str(video.network), video.video_id
