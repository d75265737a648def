"""What a post must not repeat: the words of the video that it is somebody's own version of."""

from uuid import UUID

from core import ids
from core.db import ReadSession
from core.posts.models import Batch, Post
from core.posts.originality import Overlap, overlap_of
from core.scripts.queries import words_of_video
from core.viral.queries import title_of_video


async def overlap_with_original(session: ReadSession, post: Post) -> Overlap | None:
    """The passages that are the video's, of its title or of what is said in it, as far as that is known.

    None for a post that follows no video, and for one in its own words.
    """
    video_id = await _video_of(session, post)
    if video_id is None:
        return None
    text = f"{post.title}\n{post.text}"
    originals = (await words_of_video(session, video_id=video_id), await title_of_video(session, video_id))
    found = [overlap for overlap in (overlap_of(text, original) for original in originals) if overlap is not None]
    return max(found, key=lambda overlap: overlap.share, default=None)


async def _video_of(session: ReadSession, post: Post) -> ids.VideoId | None:
    batch = await session.get(Batch, post.batch_id) if post.batch_id is not None else None
    video_id = batch.options.get("video_id") if batch is not None else None
    return ids.VideoId(UUID(video_id)) if video_id else None
