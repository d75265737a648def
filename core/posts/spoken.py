"""An instruction that was spoken: somebody listens to it first, then it is one like any other."""

from typing import Final

from core import ids
from core.deliveries.service import send_notice
from core.deliveries.statuses import show_status
from core.errors import InvalidInput
from core.posts.models import Post
from core.posts.platforms import is_blank
from core.posts.service import RewriteRunning, editable_post, request_rewrite
from core.posts.writing import Place, card_of
from core.providers.text import Rewrite, RewriteKind
from core.queue import MEDIA, JobSpec
from core.tx import Tx
from core.work.service import request_work, unfinished_work

HEAR: Final = JobSpec("jobs.spoken.hear_instruction", queue=MEDIA, attempts=3, timeout_s=300, fair=True)
INSTRUCTION_LIMIT: Final = 1_000
"""Characters."""
LONGEST_S: Final = 180


async def request_hearing(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, file_id: str, duration_s: int | None, place: Place
) -> Post:
    """Have a voice message understood as what to change; the card at `place` tells how far that is.

    Raises NotEditable, RewriteRunning, InvalidInput "posts.nothing_to_rewrite" or "posts.spoken_too_long" (limit_s).
    """
    if duration_s is not None and duration_s > LONGEST_S:
        raise InvalidInput("posts.spoken_too_long", limit_s=LONGEST_S)
    post = await editable_post(tx, owner_id, post_id)
    if is_blank(post.text):
        raise InvalidInput("posts.nothing_to_rewrite", post_id=str(post_id))
    if await unfinished_work(tx, owner_id=owner_id, subject_id=post.id):
        raise RewriteRunning(post_id=str(post_id))
    payload = {
        "rewrite": RewriteKind.INSTRUCTION,
        "file_id": file_id,
        "chat_id": place.chat_id,
        "message_id": place.message_id,
        "language": place.language,
    }
    work_id = await request_work(tx, HEAR, owner_id=owner_id, subject_id=post.id, payload=payload)
    await show_status(
        tx,
        owner_id=owner_id,
        subject_id=work_id,
        chat_id=place.chat_id,
        message_id=place.message_id,
        notice="posts.hearing",
        data=await card_of(tx.session, post=post, now=tx.now) | {"language": place.language},
    )
    return post


async def take_instruction(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, work_id: ids.WorkId, words: str, place: Place
) -> None:
    """What was understood is told, and done. Raises what `request_rewrite` raises, and InvalidInput
    "posts.nothing_heard" or "posts.instruction_too_long" (length, limit)."""
    words = " ".join(words.split())
    if not words:
        raise InvalidInput("posts.nothing_heard")
    if len(words) > INSTRUCTION_LIMIT:
        raise InvalidInput("posts.instruction_too_long", length=len(words), limit=INSTRUCTION_LIMIT)
    wanted = Rewrite(RewriteKind.INSTRUCTION, words)
    await request_rewrite(tx, owner_id=owner_id, post_id=post_id, rewrite=wanted, place=place)
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=place.chat_id,
        subject_id=post_id,
        notice="posts.heard",
        data={"words": words},
        language=place.language,
        dedupe_key=f"heard:{work_id}",
    )
