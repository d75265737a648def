"""An issue as its screens take it: plain data."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core import ids
from core.db import Json
from core.digests.models import Digest, Issue
from core.digests.ranking import Candidate

PAGE_SIZE = 5
TITLE_CHARACTERS = 120


def items_of(videos: Sequence[Candidate]) -> list[Json]:
    """As an issue keeps them."""
    return [{"video_id": str(video.video_id), "keyword": video.keyword} for video in videos]


def video_id_of(item: Mapping[str, Any]) -> ids.VideoId:
    return ids.VideoId(UUID(item["video_id"]))


def page_number(issue: Issue, page: int) -> tuple[int, int]:
    """The page really shown, and how many there are."""
    pages = max(1, -(-len(issue.items) // PAGE_SIZE))
    return min(max(1, page), pages), pages


def page_items(issue: Issue, page: int) -> list[tuple[int, Json]]:
    """What is on a page, numbered through the issue."""
    number, _ = page_number(issue, page)
    first = (number - 1) * PAGE_SIZE
    return list(enumerate(issue.items[first : first + PAGE_SIZE], start=first + 1))


def issue_data(
    issue: Issue, digest: Digest | None, videos: Sequence[tuple[int, Candidate]], page: int, *, zone: str
) -> Json:
    """What the screen of a page needs."""
    number, pages = page_number(issue, page)
    return {
        "issue_id": str(issue.id),
        "kind": issue.kind,
        "digest": digest_data(digest, zone=zone) if digest is not None else None,
        "page": number,
        "pages": pages,
        "total": len(issue.items),
        "found_at": issue.found_at.isoformat(),
        "problem": issue.problem,
        "sample": issue.sample,
        "items": [_item(place, video) for place, video in videos],
    }


def digest_data(digest: Digest, *, zone: str) -> Json:
    """A subscription as screens of issues take it."""
    return {
        "digest_id": str(digest.id),
        "keywords": digest.keywords,
        "networks": digest.networks,
        "frequency": digest.frequency,
        "next_run_at": digest.next_run_at.isoformat() if digest.next_run_at is not None else None,
        "time_zone": zone,
    }


def _item(number: int, video: Candidate) -> Json:
    return {
        "number": number,
        "video_id": str(video.video_id),
        "creator_id": str(video.creator_id),
        "title": video.title[:TITLE_CHARACTERS],
        "handle": video.handle,
        "network": video.network,
        "keyword": video.keyword,
        "url": video.url,
        "views": video.views,
        "score": video.score,
        "fresh": video.fresh,
    }
