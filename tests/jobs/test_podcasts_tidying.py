"""What podcasts leave behind: gone when its time has come, and not before."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core import ids
from core.clock import FixedClock
from core.deps import Deps
from core.errors import NotFound
from core.podcasts import own_music, tidying
from core.podcasts.models import Podcast, PodcastRecording, PodcastStatus
from core.podcasts.options import preset
from core.podcasts.recording import record_spoken
from core.providers.speech import Engine
from core.storage import build_storage, key_for
from core.tx import Tx
from jobs.tidying import SWEPT, tidy_podcasts
from tests.factories import make_user


@pytest.fixture
def deps(deps: Deps, clock: FixedClock, tmp_path: Path) -> Deps:
    """With a storage that holds nothing of other tests."""
    return replace(deps, storage=build_storage(deps.settings.model_copy(update={"home": tmp_path}), clock))


async def an_episode(deps: Deps) -> Podcast:
    """With its files."""
    options = preset(Engine.ESPEAK, await deps.speakers[Engine.ESPEAK].voices("en"))
    async with deps.tx() as tx:
        user = await make_user(tx)
        keys = [key_for(user.id, kind, "one", "mp3") for kind in ("episodes", "transcripts", "covers")]
        podcast = Podcast(
            id=ids.PodcastId(ids.new()),
            owner_id=user.id,
            source_ids=[],
            options=options.to_json(),
            status=PodcastStatus.READY,
            parts=[{"key": keys[0]}],
            transcript_key=keys[1],
            picture_key=keys[2],
            created_at=tx.now,
            updated_at=tx.now,
        )
        tx.session.add(podcast)
    for key in keys:
        await deps.storage.put(key, b"sound")
    return podcast


async def delete_podcast(deps: Deps, podcast: Podcast) -> None:
    async with deps.tx() as tx:
        row = await tx.session.get_one(Podcast, podcast.id)
        row.deleted_at = tx.now


async def is_there(deps: Deps, key: str) -> bool:
    try:
        await deps.storage.stat(key)
    except NotFound:
        return False
    return True


async def tidied(deps: Deps, clock: FixedClock, *, after: timedelta) -> int:
    """A later day's look at all files."""
    clock.advance(after)
    await deps.redis.delete(SWEPT)
    return await tidy_podcasts(deps)


async def spoken(tx: Tx, owner_id: ids.UserId, name: str, key: str) -> None:
    await record_spoken(tx, owner_id=owner_id, name=name, storage_key=key, characters=1, cost_usd=None)


async def test_a_deleted_podcast_is_there_until_it_cannot_be_undone(deps: Deps, clock: FixedClock) -> None:
    podcast = await an_episode(deps)
    await delete_podcast(deps, podcast)
    assert await tidied(deps, clock, after=timedelta(days=7)) == 0
    assert await is_there(deps, podcast.parts[0]["key"])
    assert await tidied(deps, clock, after=timedelta(days=2)) == 3
    assert not await is_there(deps, podcast.parts[0]["key"])
    async with deps.sessions() as session:
        assert await session.get(Podcast, podcast.id) is None


async def test_what_rows_name_stays_for_good(deps: Deps, clock: FixedClock) -> None:
    podcast = await an_episode(deps)
    assert await tidied(deps, clock, after=timedelta(days=400)) == 0
    assert await is_there(deps, podcast.transcript_key or "")


@pytest.mark.parametrize(("kind", "ending"), [("episodes", "mp3"), ("transcripts", "txt"), ("covers", "jpg")])
async def test_a_file_that_no_row_names_goes_after_two_days(
    deps: Deps, clock: FixedClock, kind: str, ending: str
) -> None:
    podcast = await an_episode(deps)
    orphan = key_for(podcast.owner_id, kind, "of-a-cancelled-attempt", ending)
    await deps.storage.put(orphan, b"sound")
    assert await tidied(deps, clock, after=timedelta(hours=24)) == 0
    assert await tidied(deps, clock, after=timedelta(hours=48)) == 1
    assert not await is_there(deps, orphan)


async def test_music_that_was_replaced_goes_and_the_new_one_stays(deps: Deps, clock: FixedClock) -> None:
    podcast = await an_episode(deps)
    keys = [key_for(podcast.owner_id, "music", name, "mp3") for name in ("old", "new")]
    for key in keys:
        await deps.storage.put(key, b"sound")
        async with deps.tx() as tx:
            await own_music.keep_music(tx, owner_id=podcast.owner_id, storage_key=key, title="M", duration_ms=3000)
    assert await tidied(deps, clock, after=timedelta(days=3)) == 1
    assert [await is_there(deps, key) for key in keys] == [False, True]


async def test_recordings_are_kept_for_a_month(deps: Deps, clock: FixedClock) -> None:
    podcast = await an_episode(deps)
    key = key_for(podcast.owner_id, "recordings", "line", "wav")
    await deps.storage.put(key, b"sound")
    async with deps.tx() as tx:
        await spoken(tx, ids.UserId(podcast.owner_id), "line", key)
    assert await tidied(deps, clock, after=timedelta(days=29)) == 0
    assert await tidied(deps, clock, after=timedelta(days=2)) == 1
    assert not await is_there(deps, key)


async def test_an_owner_has_at_most_so_many_recordings(deps: Deps, clock: FixedClock) -> None:
    podcast = await an_episode(deps)
    for name in ("first", "second", "third"):
        clock.advance(timedelta(seconds=1))
        async with deps.tx() as tx:
            await spoken(tx, ids.UserId(podcast.owner_id), name, f"{podcast.owner_id}/recordings/{name}.wav")
    async with deps.tx() as tx:
        assert await tidying.forget_old_recordings(tx, most=2) == 1
    async with deps.sessions() as session:
        left = [await session.get(PodcastRecording, (podcast.owner_id, name)) for name in ("first", "second", "third")]
    assert [row is not None for row in left] == [False, True, True]
