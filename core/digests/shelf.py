"""What searches have brought, as candidates: looked up once for all digests that are made of the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from core import ids
from core.db import Json, ReadSession, any_of
from core.digests.models import DigestSearch, Refresh
from core.digests.ranking import Candidate, candidate_of
from core.digests.shown import may_be_shown
from core.viral.asking import Asked
from core.viral.queries import videos_seen
from core.viral.stored import results_of

SEARCHES_MOST = 500
"""Kept at once: memory doesn't grow with what people subscribe to."""


@dataclass(frozen=True, slots=True)
class Found:
    """Of one search. `at`: when the network said so; None when it never has. `problem`: why it is old or missing."""

    candidates: Sequence[Candidate]
    at: datetime | None
    sample: bool
    problem: Json | None


@dataclass(slots=True)
class Shelf:
    """For one round: what is on it isn't looked up again."""

    found: dict[ids.RefreshId, Found] = field(default_factory=dict)

    async def fill(self, session: ReadSession, refreshes: Sequence[Refresh], *, now: datetime) -> None:
        """Look up what is missing of these."""
        missing = {each.id: each for each in refreshes if each.id not in self.found}
        if len(self.found) + len(missing) > SEARCHES_MOST:
            self.found.clear()
            missing = {each.id: each for each in refreshes}
        if missing:
            self.found.update(await found_of(session, missing, now=now))


async def found_of(
    session: ReadSession, refreshes: Mapping[ids.RefreshId, Refresh], *, now: datetime
) -> dict[ids.RefreshId, Found]:
    """The candidates of many searches."""
    asked = {refresh_id: Asked.of(refresh) for refresh_id, refresh in refreshes.items()}
    results = await results_of(session, list(asked.values()))
    wanted = dict.fromkeys(video_id for each in results.values() for video_id in each.video_ids)
    seen = {each.video.id: each for each in await videos_seen(session, list(wanted), now=now)}
    found = {}
    for refresh_id, search in asked.items():
        brought = results.get(search)
        videos = [seen[video_id] for video_id in (brought.video_ids if brought else ()) if video_id in seen]
        found[refresh_id] = Found(
            candidates=[
                candidate_of(each, keyword=search.keyword)
                for each in videos
                if may_be_shown(each.video.first_seen_at, now)
            ],
            at=brought.at if brought else None,
            sample=bool(brought and brought.sample),
            problem=refreshes[refresh_id].problem,
        )
    return found


async def refreshes_of(session: ReadSession, digest_ids: Sequence[ids.DigestId]) -> dict[ids.DigestId, list[Refresh]]:
    """What each digest is made of, in the order of its searches."""
    rows = await session.execute(
        select(DigestSearch.digest_id, Refresh)
        .join(Refresh, Refresh.id == DigestSearch.refresh_id)
        .where(DigestSearch.digest_id == any_of(digest_ids))
        .order_by(Refresh.keyword, Refresh.network)
        .execution_options(populate_existing=True)
    )
    found: dict[ids.DigestId, list[Refresh]] = {digest_id: [] for digest_id in digest_ids}
    for digest_id, refresh in rows:
        found[digest_id].append(refresh)
    return found
