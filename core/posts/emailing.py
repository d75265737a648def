"""Mail about posts that are out, to those who have asked for it."""

from datetime import datetime

from core.emails.kinds import Category, EmailKind
from core.emails.queries import wanted_address
from core.emails.service import queue_email
from core.posts.models import Post
from core.posts.targets import target_data
from core.tx import Tx

EXCERPT_CHARACTERS = 280


async def mail_published(tx: Tx, post: Post, *, published_at: datetime) -> None:
    """Once for each post. Most people haven't asked for it, so that is looked at first."""
    if await wanted_address(tx.session, owner_id=post.owner_id, category=Category.POSTS) is None:
        return
    target = await target_data(tx.session, post) or {}
    await queue_email(
        tx,
        owner_id=post.owner_id,
        kind=EmailKind.POST_PUBLISHED,
        data={
            "excerpt": _excerpt(post),
            "target": target.get("title"),
            "published_at": published_at,
            "url": target.get("message_url"),
        },
        dedupe_key=f"published:{post.id}",
    )


def _excerpt(post: Post) -> str:
    """Its beginning, cut between words."""
    text = (post.text or post.title).strip()
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    cut = text[:EXCERPT_CHARACTERS].rstrip()
    return f"{cut.rpartition(' ')[0] or cut}…"
