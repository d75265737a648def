"""The private feed of a user: its secret address, and what it holds. What apps fetch is made in feeds.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy import ScalarSelect, column, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from core import ids
from core.accounts.service import user_of
from core.db import Json, ReadSession
from core.podcasts.feeds import FeedChapter, FeedCue, FeedEpisode, PrivateFeed, digest_of, new_token
from core.podcasts.models import Podcast, PodcastFeed
from core.tx import Tx

TITLE = "My podcasts"
EPISODES_MOST = 300
WORDS = "cues"
"""What is left out of the parts where nobody asks what is said in them: the most of what is stored of an episode."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a feed needs of a podcast."""

    id: UUID
    title: str
    language: str | None
    parts: list[Json]
    picture_key: str | None
    transcript_key: str | None
    audio_version: int | None
    updated_at: datetime
    ready_at: datetime
    deleted_at: datetime | None


async def feed_token(tx: Tx, *, owner_id: ids.UserId) -> str:
    """The secret part of the address; made when it is first asked for."""
    token = new_token()
    feed = insert(PodcastFeed).values(owner_id=owner_id, token=token, token_digest=digest_of(token), created_at=tx.now)
    await tx.session.execute(feed.on_conflict_do_nothing(index_elements=["owner_id"]))
    found = await tx.session.scalar(select(PodcastFeed.token).where(PodcastFeed.owner_id == owner_id))
    return found or token


async def rotate_feed(tx: Tx, *, owner_id: ids.UserId) -> str:
    """Another address: whoever knows only the old one finds nothing there from then on."""
    await feed_token(tx, owner_id=owner_id)
    feed = await tx.session.get_one(PodcastFeed, owner_id, with_for_update=True)
    feed.token = new_token()
    feed.token_digest, feed.rotated_at = digest_of(feed.token), tx.now
    await tx.session.flush()
    return feed.token


async def feed_behind(session: ReadSession, digest: str, called: str = "") -> PrivateFeed | None:
    """The feed whose token has this digest (core.podcasts.feeds.digest_of); None when there is none.

    `called`: with the episode of that name alone, and what is said in it. The whole feed comes without words.
    """
    feed = await session.scalar(select(PodcastFeed).where(PodcastFeed.token_digest == digest))
    if feed is None:
        return None
    user = await user_of(session, feed.owner_id)
    podcasts = await _podcasts(session, feed.owner_id, called)
    alive = [podcast for podcast in podcasts if podcast.deleted_at is None]
    return PrivateFeed(
        id=UUID(str(feed.owner_id)),
        title=TITLE,
        description="Made from my own notes. For my ears only.",
        author=user.first_name or "Postaify",
        language=user.language,
        link="https://t.me",
        changed_at=_changed_at(feed, podcasts),
        episodes=tuple(episode for podcast in alive for episode in _episodes(podcast)),
        picture_key=next((podcast.picture_key for podcast in alive if podcast.picture_key is not None), None),
    )


async def _podcasts(session: ReadSession, owner_id: ids.UserId, called: str) -> Sequence[_Heard]:
    """Newest first, with those deleted: they tell when the feed has changed."""
    wanted = (
        select(
            Podcast.id,
            Podcast.title,
            Podcast.script["language"].astext.label("language"),
            Podcast.parts if called else _without_words().label("parts"),
            Podcast.picture_key,
            Podcast.transcript_key,
            Podcast.audio_version,
            Podcast.updated_at,
            Podcast.ready_at,
            Podcast.deleted_at,
        )
        .where(Podcast.owner_id == owner_id, Podcast.ready_at.is_not(None))
        .order_by(Podcast.ready_at.desc())
        .limit(EPISODES_MOST)
    )
    if called:
        wanted = wanted.where(Podcast.id == _id_in(called))
    return [_Heard(**row) for row in (await session.execute(wanted)).mappings()]


def _without_words() -> ScalarSelect[list[Json]]:
    parts = func.jsonb_array_elements(Podcast.parts)
    part = parts.table_valued(column("value", JSONB), with_ordinality="number").render_derived()
    light = aggregate_order_by(part.c.value.op("-", return_type=JSONB())(WORDS), part.c.number)
    return select(func.coalesce(func.jsonb_agg(light), func.jsonb_build_array())).scalar_subquery()


def _id_in(called: str) -> UUID | None:
    """Of the podcast in the name of an episode, which `_episodes` makes."""
    try:
        return UUID(called[:36])
    except ValueError:
        return None


def _changed_at(feed: PodcastFeed, podcasts: Sequence[_Heard]) -> datetime:
    return max([feed.rotated_at or feed.created_at, *(podcast.updated_at for podcast in podcasts)])


def _episodes(podcast: _Heard) -> Iterator[FeedEpisode]:
    """One for each of its files."""
    for number, part in enumerate(podcast.parts, start=1):
        several = len(podcast.parts) > 1
        yield FeedEpisode(
            name=f"{podcast.id}-{number}",
            version=podcast.audio_version or 0,
            title=f"{podcast.title} ({number}/{len(podcast.parts)})" if several else podcast.title,
            description=_description(part),
            published_at=podcast.ready_at,
            audio_key=part["key"],
            size_bytes=part["size_bytes"],
            duration_ms=part["duration_ms"],
            chapters=tuple(FeedChapter(chapter["title"], chapter["start_ms"]) for chapter in part["chapters"]),
            cues=tuple(_cues(part)),
            has_transcript=podcast.transcript_key is not None,
            language=podcast.language or "",
            picture_key=podcast.picture_key,
        )


def _description(part: Json) -> str:
    return "\n".join(chapter["title"] for chapter in part["chapters"] if chapter["title"])


def _cues(part: Json) -> Iterator[FeedCue]:
    """Each until the next begins."""
    cues = part.get("cues", [])
    begins = [*(cue["start_ms"] for cue in cues), part["duration_ms"]]
    for cue, (start_ms, end_ms) in zip(cues, pairwise(begins), strict=True):
        yield FeedCue(cue["speaker"], cue["text"], start_ms, end_ms)
