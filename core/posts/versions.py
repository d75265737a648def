"""One post in versions for several platforms: made by fitting its words to each one's rules, and kept together.

The group is known by its root: the post that the others were made from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core import ids
from core.errors import AppError
from core.posts.making import NewDraft, make_draft
from core.posts.mending import mend
from core.posts.models import Post, PostStatus
from core.posts.platforms import WANT_MEDIA, Draft, Platform
from core.posts.queries import post_of, versions_of
from core.posts.scheduling import schedule_post
from core.tx import Tx

NOT_YET = frozenset({PostStatus.DRAFT, PostStatus.CANCELLED, PostStatus.FAILED})
"""What "schedule all" schedules; the others have a time, or are out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one version when all were scheduled; `error` None: it is scheduled."""

    post: Post
    error: AppError | None


async def make_version(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, platform: Platform) -> Post:
    """The post's words as `platform` takes them: without formatting but in Telegram, and shortened where they are too
    long. One that is there already stays.

    Raises PostNotFound, InvalidInput where nothing can be made of it (a post without words, say).
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    there = next((each for each in await versions_of(tx.session, post) if each.platform == platform), None)
    if there is not None:
        return there
    fitted = mend(platform, Draft(post.text, post.title if platform is Platform.YOUTUBE else ""))
    takes_media = platform is Platform.TELEGRAM or platform in WANT_MEDIA
    draft = NewDraft(
        platform=platform,
        title=fitted.title,
        text=fitted.text,
        entities=list(post.entities) if platform is Platform.TELEGRAM and fitted.text == post.text else [],
        media=list(post.media) if takes_media else [],
        first_comment=post.first_comment,
        language=post.language,
        engine=post.engine,
        root_id=post.root_id or post.id,
        brand_id=post.brand_id,
    )
    return await make_draft(tx, owner_id=owner_id, draft=draft)


async def schedule_versions(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, due_at: datetime
) -> Sequence[Outcome]:
    """Schedule all versions that have no time yet, each by itself: what one can't do keeps no other back."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    outcomes = []
    for each in await versions_of(tx.session, post):
        if each.status not in NOT_YET:
            continue
        error: AppError | None = None
        try:
            async with tx.session.begin_nested():
                await schedule_post(tx, owner_id=owner_id, post_id=each.id, due_at=due_at)
        except AppError as refused:
            error = refused
            await tx.session.refresh(each)
        outcomes.append(Outcome(each, error))
    return outcomes
