"""Videos that users keep, with a note."""

from datetime import timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.errors import InvalidInput
from core.tx import Tx
from core.viral.models import SavedVideo
from core.viral.queries import saved_video_of, video_seen

NOTE_CHARACTERS = 500
DELETED_LIFE = timedelta(days=8)


async def save_video(tx: Tx, *, owner_id: ids.UserId, video_id: ids.VideoId) -> SavedVideo:
    """Keep a video. Again, it changes nothing: note and place in the list stay. Raises VideoNotFound."""
    await video_seen(tx.session, video_id, now=tx.now)
    new = insert(SavedVideo).values(id=ids.new(), owner_id=owner_id, video_id=video_id, note="", saved_at=tx.now)
    was_gone = SavedVideo.deleted_at.is_not(None)
    saved = await tx.session.scalars(
        new.on_conflict_do_update(
            index_elements=["owner_id", "video_id"],
            set_={
                "note": case((was_gone, ""), else_=SavedVideo.note),
                "saved_at": case((was_gone, new.excluded.saved_at), else_=SavedVideo.saved_at),
                "deleted_at": None,
            },
        ).returning(SavedVideo),
        execution_options={"populate_existing": True},
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


async def forget_saved(tx: Tx, *, owner_id: ids.UserId, saved_id: ids.SavedVideoId) -> SavedVideo:
    """Out of the list, with a way back for a week. Again, it changes nothing. Raises SavedVideoNotFound."""
    saved = await saved_video_of(tx.session, owner_id=owner_id, saved_id=saved_id, deleted=True)
    saved.deleted_at = saved.deleted_at or tx.now
    return saved


async def restore_saved(tx: Tx, *, owner_id: ids.UserId, saved_id: ids.SavedVideoId) -> SavedVideo:
    """Back, with its note and in its place. Raises SavedVideoNotFound."""
    saved = await saved_video_of(tx.session, owner_id=owner_id, saved_id=saved_id, deleted=True)
    saved.deleted_at = None
    return saved


async def forget_deleted(tx: Tx, *, limit: int = 500) -> int:
    """Those taken away more than `DELETED_LIFE` ago, so many at once. Gives how many went."""
    old = select(SavedVideo.id).where(SavedVideo.deleted_at < tx.now - DELETED_LIFE).limit(limit)
    gone = await tx.session.execute(delete(SavedVideo).where(SavedVideo.id.in_(old)).returning(SavedVideo.id))
    return len(gone.all())
