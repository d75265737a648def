"""Mail about videos that are out, to those who have asked for mail about posts."""

from typing import Final

from core.connections.queries import connections_of
from core.emails.kinds import Category, EmailKind
from core.emails.queries import wanted_address
from core.emails.service import queue_email
from core.providers.discovery import Network
from core.publishing.models import Publication, VideoPost
from core.publishing.wanted import wanted_of
from core.tx import Tx

EXCERPT_CHARACTERS: Final = 280
NAMES: Final = {Network.TIKTOK: "TikTok", Network.INSTAGRAM: "Instagram", Network.YOUTUBE: "YouTube"}


async def mail_published(tx: Tx, publication: Publication, post: VideoPost) -> None:
    """Once for each publication. Most people haven't asked for it, so that is looked at first."""
    owner_id = publication.owner_id
    if await wanted_address(tx.session, owner_id=owner_id, category=Category.POSTS) is None:
        return
    accounts = {each.id: each.username for each in await connections_of(tx.session, owner_id=owner_id)}
    account = accounts.get(publication.connection_id) if publication.connection_id is not None else None
    name, wanted = NAMES[Network(publication.network)], wanted_of(publication, caption=post.caption)
    await queue_email(
        tx,
        owner_id=owner_id,
        kind=EmailKind.POST_PUBLISHED,
        data={
            "excerpt": _excerpt(wanted.title or wanted.caption),
            "target": f"{name} @{account}" if account else name,
            "published_at": publication.published_at or tx.now,
            "url": publication.url,
        },
        dedupe_key=f"published:{publication.id}",
    )


def _excerpt(words: str) -> str:
    """Their beginning, cut between words."""
    words = words.strip()
    if len(words) <= EXCERPT_CHARACTERS:
        return words
    cut = words[:EXCERPT_CHARACTERS].rstrip()
    return f"{cut.rpartition(' ')[0] or cut}…"
