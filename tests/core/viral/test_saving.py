"""Saved videos: each once, with a note, and always their owner's."""

import pytest

from core import ids
from core.accounts.models import User
from core.db import Page
from core.errors import InvalidInput
from core.tx import Tx
from core.viral.keeping import keep_page
from core.viral.models import SavedVideo
from core.viral.queries import (
    LookupNotFound,
    SavedVideoNotFound,
    VideoNotFound,
    lookup_of,
    saved_video_of,
    saved_videos,
    saving_of,
)
from core.viral.saving import NOTE_CHARACTERS, forget_saved, note_saved, save_video
from tests.core.viral.worlds import video
from tests.factories import make_user


async def kept_by(tx: Tx, owner: User) -> SavedVideo:
    (video_id,) = await keep_page(tx, [video()], sample=False)
    return await save_video(tx, owner_id=owner.id, video_id=video_id)


async def test_saving_twice_keeps_one_and_its_note(tx: Tx) -> None:
    owner = await make_user(tx)
    saved = await kept_by(tx, owner)
    await note_saved(tx, owner_id=owner.id, saved_id=saved.id, note="  hook \n")
    again = await save_video(tx, owner_id=owner.id, video_id=saved.video_id)
    found = await saved_videos(tx.session, owner_id=owner.id, page=Page(1))
    assert [(each.id, each.note) for each in found.items] == [(again.id, "hook")]


async def test_somebody_elses_is_not_found(tx: Tx) -> None:
    saved, other = await kept_by(tx, await make_user(tx)), await make_user(tx)
    with pytest.raises(SavedVideoNotFound):
        await saved_video_of(tx.session, owner_id=other.id, saved_id=saved.id)
    with pytest.raises(SavedVideoNotFound):
        await note_saved(tx, owner_id=other.id, saved_id=saved.id, note="mine")
    with pytest.raises(SavedVideoNotFound):
        await forget_saved(tx, owner_id=other.id, saved_id=saved.id)
    assert await saving_of(tx.session, owner_id=other.id, video_id=saved.video_id) is None
    with pytest.raises(LookupNotFound):
        await lookup_of(tx.session, owner_id=other.id, lookup_id=ids.LookupId(ids.new()))


async def test_what_was_never_seen_cant_be_saved(tx: Tx) -> None:
    owner = await make_user(tx)
    with pytest.raises(VideoNotFound):
        await save_video(tx, owner_id=owner.id, video_id=ids.VideoId(ids.new()))


async def test_a_note_has_its_limit(tx: Tx) -> None:
    owner = await make_user(tx)
    saved = await kept_by(tx, owner)
    with pytest.raises(InvalidInput):
        await note_saved(tx, owner_id=owner.id, saved_id=saved.id, note="x" * (NOTE_CHARACTERS + 1))
    await note_saved(tx, owner_id=owner.id, saved_id=saved.id, note="x" * NOTE_CHARACTERS)


async def test_what_is_forgotten_is_gone(tx: Tx) -> None:
    owner = await make_user(tx)
    saved = await kept_by(tx, owner)
    await forget_saved(tx, owner_id=owner.id, saved_id=saved.id)
    assert (await saved_videos(tx.session, owner_id=owner.id, page=Page(1))).total == 0
