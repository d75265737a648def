"""Looking at scripts."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from core import ids
from core.db import Page, Paged, ReadSession, paged
from core.errors import NotFound
from core.scripts.models import Script, ScriptKind

EXAMPLES_MOST = 3


class ScriptNotFound(NotFound):
    code = "scripts.not_found"


async def script_of(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    script_id: ids.ScriptId,
    lock: bool = False,
    deleted: bool = False,
) -> Script:
    """Raises ScriptNotFound, also for somebody else's; for a deleted one unless `deleted`."""
    wanted = select(Script).where(Script.id == script_id, Script.owner_id == owner_id)
    if not deleted:
        wanted = wanted.where(Script.deleted_at.is_(None))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    script = await session.scalar(wanted)
    if script is None:
        raise ScriptNotFound(script_id=str(script_id))
    return script


async def scripts(
    session: ReadSession, *, owner_id: ids.UserId, page: Page, kind: ScriptKind | None = None, search: str = ""
) -> Paged[Script]:
    """The newest first. `search` looks for each of its words in title and text."""
    mine = select(Script).where(Script.owner_id == owner_id, Script.deleted_at.is_(None))
    if kind is not None:
        mine = mine.where(Script.kind == kind)
    for word in search.split():
        mine = mine.where(
            or_(Script.title.icontains(word, autoescape=True), Script.text.icontains(word, autoescape=True))
        )
    return await paged(session, mine.order_by(Script.created_at.desc(), Script.id.desc()), page)


async def count_by_kind(session: ReadSession, *, owner_id: ids.UserId) -> dict[ScriptKind, int]:
    rows = await session.execute(
        select(Script.kind, func.count())
        .where(Script.owner_id == owner_id, Script.deleted_at.is_(None))
        .group_by(Script.kind)
    )
    return {ScriptKind(kind): count for kind, count in rows}


async def script_from_video(session: ReadSession, *, owner_id: ids.UserId, video_id: ids.VideoId) -> Script | None:
    """What the user keeps of that video."""
    return await session.scalar(
        select(Script).where(
            Script.owner_id == owner_id,
            Script.video_id == video_id,
            Script.kind == ScriptKind.VIDEO,
            Script.deleted_at.is_(None),
        )
    )


async def said_by(session: ReadSession, *, owner_id: ids.UserId, creator_id: ids.CreatorId) -> Sequence[Script]:
    """What the user has of a creator's videos in words, the newest first."""
    found = await session.scalars(
        select(Script)
        .where(
            Script.owner_id == owner_id,
            Script.creator_id == creator_id,
            Script.kind == ScriptKind.VIDEO,
            Script.text != "",
            Script.deleted_at.is_(None),
        )
        .order_by(Script.created_at.desc())
        .limit(EXAMPLES_MOST)
    )
    return found.all()


async def words_of_video(session: ReadSession, *, video_id: ids.VideoId) -> str:
    """What is said in a video, as far as anybody had it written down; "" when nobody has. Videos belong to nobody."""
    text = await session.scalar(
        select(Script.text)
        .where(Script.video_id == video_id, Script.kind == ScriptKind.VIDEO, Script.text != "")
        .order_by(Script.created_at.desc())
        .limit(1)
    )
    return text or ""
