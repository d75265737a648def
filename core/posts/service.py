"""Changing one post: by hand, by instruction, back again, away. Every text it had is kept."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from core import ids
from core.approvals.showing import show_approval
from core.approvals.standing import void_approval
from core.db import Json
from core.deliveries.service import replace_content
from core.deliveries.statuses import show_status
from core.errors import Conflict, InvalidInput
from core.posts.content import content_for
from core.posts.copies import refresh_copies
from core.posts.makeup import copied_values, draft_problems, makeup_problem, media_of
from core.posts.models import Post, PostStatus, PostVersion
from core.posts.platforms import Draft, Platform, is_blank
from core.posts.queries import UPCOMING, post_of
from core.posts.scheduling import ARRANGED, SCHEDULABLE, show_post_status
from core.posts.writing import BY_HAND, Place, card_of
from core.providers.text import Rewrite
from core.queue import TEXT, JobSpec
from core.telegram.content import Entity
from core.tx import Tx
from core.work.models import WorkStatus
from core.work.service import request_cancel, request_work, unfinished_work

REWRITE = JobSpec("jobs.posts.rewrite", queue=TEXT, attempts=3, timeout_s=120)
EDITABLE = SCHEDULABLE | {PostStatus.RECURRING}


class NotEditable(Conflict):
    """The post is on its way or out. Params: status."""

    code = "posts.not_editable"


class RewriteRunning(Conflict):
    code = "posts.rewrite_running"


class NothingToUndo(Conflict):
    code = "posts.nothing_to_undo"


async def replace_text(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    post_id: ids.PostId,
    draft: Draft,
    entities: Sequence[Entity] = (),
    instead_of: int | None = None,
) -> Post:
    """The user's own words, as they are, with the formatting that they have given them.

    `instead_of`: the version that held the beginning of a text of which more has come; it makes room. Raises
    InvalidInput with the first of the platform's problems: the user's text is never mended behind their back.
    """
    post = await editable_post(tx, owner_id, post_id)
    _check_text(post, draft)
    if instead_of is not None and post.version == instead_of > 1:
        await tx.session.execute(
            delete(PostVersion).where(PostVersion.post_id == post.id, PostVersion.number == instead_of)
        )
    await _add_version(tx, post, draft, entities=[entity.to_json() for entity in entities], engine=BY_HAND)
    return post


def _check_text(post: Post, draft: Draft) -> None:
    found = draft_problems(Platform(post.platform), draft, has_media=bool(post.media))
    if found:
        raise InvalidInput(found[0].code, platform=post.platform, **found[0].params)
    problem = makeup_problem(text=draft.text, media=media_of(post), buttons=post.buttons)
    if problem is not None:
        raise InvalidInput(problem)


async def request_rewrite(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, rewrite: Rewrite, place: Place) -> Post:
    """Start a rewrite; the card at `place` changes when it is there.

    Raises NotEditable, RewriteRunning while another one is being made, or InvalidInput ("posts.nothing_to_rewrite").
    """
    post = await editable_post(tx, owner_id, post_id)
    if is_blank(post.text):
        raise InvalidInput("posts.nothing_to_rewrite", post_id=str(post_id))
    if await unfinished_work(tx, owner_id=owner_id, subject_id=post.id):
        raise RewriteRunning(post_id=str(post_id))
    payload = {
        "rewrite": rewrite.kind,
        "argument": rewrite.argument,
        "version": post.version,
        "chat_id": place.chat_id,
        "message_id": place.message_id,
        "language": place.language,
    }
    work_id = await request_work(tx, REWRITE, owner_id=owner_id, subject_id=post.id, payload=payload)
    await show_status(
        tx,
        owner_id=owner_id,
        subject_id=work_id,
        chat_id=place.chat_id,
        message_id=place.message_id,
        notice="posts.rewriting",
        data=await card_of(tx.session, post=post, now=tx.now) | {"language": place.language},
    )
    return post


async def cancel_rewrite(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Post | None:
    """Stop a rewrite. Gives the post when that is done; None when its worker has yet to notice and will say so."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    met = await request_cancel(tx, owner_id=owner_id, subject_id=post_id)
    return None if met == WorkStatus.RUNNING else post


async def record_rewrite(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, draft: Draft, engine: str, from_version: int
) -> Post:
    """Keep a rewritten text as the newest version; formatting stays only on words that stay.

    Raises Conflict when the post was changed while the rewrite was made: the change by hand stays.
    """
    post = await editable_post(tx, owner_id, post_id)
    if post.version != from_version:
        raise Conflict("posts.changed_meanwhile", post_id=str(post_id))
    if draft != Draft(post.text, post.title):
        entities = list(post.entities) if draft.text == post.text else []
        await _add_version(tx, post, draft, entities=entities, engine=engine)
    return post


async def undo(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, from_version: int) -> Post:
    """Back to the text before `from_version`; without effect when that isn't the present one (a second press).

    Raises NothingToUndo at the first version.
    """
    post = await editable_post(tx, owner_id, post_id)
    if post.version != from_version:
        return post
    latest = await tx.session.get(PostVersion, (post.id, post.version))
    before = await tx.session.get(PostVersion, (post.id, post.version - 1))
    if latest is None or before is None:
        raise NothingToUndo(post_id=str(post_id))
    await tx.session.delete(latest)
    post.text, post.title, post.engine = before.text, before.title, before.engine
    post.entities = list(before.entities)
    post.version, post.updated_at = before.number, tx.now
    await refresh_delivery(tx, post)
    return post


async def delete_post(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """Put a post away. A scheduled one must be cancelled first, one that recurs be stopped (NotEditable)."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.status in (*UPCOMING, PostStatus.RECURRING):
        raise NotEditable(post_id=str(post_id), status=post.status)
    post.deleted_at = tx.now
    await show_approval(tx, post)
    return post


async def restore_post(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """Take a deletion back."""
    mine = select(Post).where(Post.id == post_id, Post.owner_id == owner_id)
    post = await tx.session.scalar(mine.with_for_update())
    if post is None:
        return await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    post.deleted_at = None
    await show_approval(tx, post)
    return post


async def duplicate_post(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """A new draft with the same text, whatever has become of the first one."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    copied = Post(
        id=ids.new(),
        owner_id=owner_id,
        platform=post.platform,
        title=post.title,
        text=post.text,
        language=post.language,
        engine=post.engine,
        channel_id=post.channel_id,
        created_at=tx.now,
        updated_at=tx.now,
        **copied_values(post),
    )
    tx.session.add(copied)
    await tx.session.flush()
    tx.session.add(PostVersion.of(copied, tx.now))
    return copied


async def editable_post(tx: Tx, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """The post, locked. Raises NotEditable when it is on its way or out."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.status not in EDITABLE:
        raise NotEditable(post_id=str(post_id), status=post.status)
    return post


async def _add_version(tx: Tx, post: Post, draft: Draft, *, entities: list[Json], engine: str) -> None:
    newest = await tx.session.scalar(select(func.max(PostVersion.number)).where(PostVersion.post_id == post.id))
    post.text, post.title, post.engine, post.entities = draft.text, draft.title, engine, entities
    post.version, post.updated_at = (newest or 0) + 1, tx.now
    tx.session.add(PostVersion.of(post, tx.now))
    await refresh_delivery(tx, post)


async def refresh_delivery(tx: Tx, post: Post, *, looks_the_same: bool = False) -> None:
    """A scheduled post goes out as it reads now, and so do the planned copies of one that recurs or is evergreen.

    Unless it `looks_the_same`, others who have agreed to it are asked again. Raises NotEditable when it is being sent
    this moment.
    """
    if post.approval is not None and not looks_the_same and not await void_approval(tx, post):
        raise NotEditable(post_id=str(post.id), status=PostStatus.PUBLISHING)
    await refresh_copies(tx, post)
    if post.status not in ARRANGED:
        return
    content = await content_for(tx.session, post)
    if not await replace_content(tx, owner_id=post.owner_id, subject_id=post.id, content=content):
        raise NotEditable(post_id=str(post.id), status=PostStatus.PUBLISHING)
    await show_post_status(tx, post)
