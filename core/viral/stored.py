"""What searches brought last, many at once, for those who subscribe to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_

from core import ids
from core.db import ReadSession
from core.providers.discovery import FoundCreator, Network
from core.viral.asking import Asked
from core.viral.models import Creator, StoredSearch, Video
from core.viral.searching import Results


async def results_of(session: ReadSession, searches: Sequence[Asked]) -> dict[Asked, Results]:
    """Those that have never brought anything are left out."""
    wanted = [(str(each.network), each.keyword, str(each.period), each.region) for each in searches]
    columns = (StoredSearch.network, StoredSearch.keyword, StoredSearch.period, StoredSearch.region)
    rows = await session.scalars(
        select(StoredSearch)
        .where(tuple_(*columns).in_(wanted), StoredSearch.refreshed_at.is_not(None))
        .execution_options(populate_existing=True)
    )
    return {Asked.of(row): Results(row.video_ids, row.refreshed_at, row.sample) for row in rows if row.refreshed_at}


async def videos_since(session: ReadSession, creator_id: ids.CreatorId, since: datetime) -> Sequence[ids.VideoId]:
    """A creator's videos that were published since, or seen first where the network doesn't tell when."""
    born = func.coalesce(Video.published_at, Video.first_seen_at)
    found = await session.scalars(select(Video.id).where(Video.creator_id == creator_id, born >= since))
    return found.all()


def found_creator(creator: Creator) -> FoundCreator:
    """As providers take one whose videos are asked for."""
    own_id = creator.network_creator_id
    return FoundCreator(
        network=Network(creator.network),
        creator_id="" if own_id.startswith("@") else own_id,
        handle=creator.handle,
        name=creator.name,
        url=creator.url,
        followers=creator.followers,
        videos=creator.videos,
        avatar_url=creator.avatar_url,
        verified=creator.verified,
        about=creator.about,
    )
