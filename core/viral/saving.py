"""Videos that users keep, with a note."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.errors import InvalidInput
from core.tx import Tx
from core.viral.models import SavedVideo
from core.viral.queries import SavedVideoNotFound, saved_video_of, video_seen

NOTE_CHARACTERS = 500


async def save_video(tx: Tx, *, owner_id: ids.UserId, video_id: ids.VideoId) -> SavedVideo:
    """Keep a video. Again, it changes nothing: note and place in the list stay. Raises VideoNotFound."""
    await video_seen(tx.session, video_id, now=tx.now)
    upsert = insert(SavedVideo).values(id=ids.new(), owner_id=owner_id, video_id=video_id, note="", saved_at=tx.now)
    saved = await tx.session.scalars(
        upsert.on_conflict_do_update(
            index_elements=["owner_id", "video_id"], set_={"video_id": upsert.excluded.video_id}
        ).returning(SavedVideo)
    )
    return saved.one()


async def note_saved(tx: Tx, *, owner_id: ids.UserId, saved_id: ids.SavedVideoId, note: str) -> SavedVideo:
    """Put a note beside it, in the place of the one before; "" takes it away.

    Raises SavedVideoNotFound, InvalidInput "viral.note_length" (characters, most).
    """
    note = "\n".join(line.rstrip() for line in note.strip().splitlines())
    if len(note) > NOTE_CHARACTERS:
        raise InvalidInput("viral.note_length", characters=len(note), most=NOTE_CHARACTERS)
    saved = await saved_video_of(tx.session, owner_id=owner_id, saved_id=saved_id)
    saved.note = note
    return saved


async def forget_saved(tx: Tx, *, owner_id: ids.UserId, saved_id: ids.SavedVideoId) -> None:
    """Again, it does no harm: raises SavedVideoNotFound, and the list says the same."""
    gone = await tx.session.scalar(
        delete(SavedVideo).where(SavedVideo.id == saved_id, SavedVideo.owner_id == owner_id).returning(SavedVideo.id)
    )
    if gone is None:
        raise SavedVideoNotFound(saved_id=str(saved_id))
