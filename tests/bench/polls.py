"""200 videos that networks are at, all looked at at once by one light worker: what that does to posts that are due.

The sandbox is Telegram and TikTok. Posts go out at a steady rate, first alone, then while every publication is looked
at again and again, as its pauses want it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from core import ids
from core.connections.service import access_of
from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.posts.models import Post
from core.posts.scheduling import schedule_post
from core.posts.writing import draft_from_source
from core.publishing import service
from core.publishing.handles import sealed
from core.publishing.models import PublicationStatus
from core.publishing.networks.contract import Access, Handle
from core.publishing.standing import PUBLISH
from core.settings import Settings
from core.sources.reading import read_text
from core.storage import key_for
from core.videos.media import stored_media
from core.videos.models import OwnVideo, OwnVideoStatus, PreparedVideo
from core.videos.profiles import PROFILES
from core.work.models import Work
from tests.bench.figures import Figure, percentile
from tests.core.videos.clips import clip
from tests.factories import ARTICLE, make_source, make_user
from tests.flows.house import House, running_house
from tests.flows.newsroom import TIKTOK, WANTED, Newsroom, open_newsroom

POLLS: Final = 200
PER_S: Final = 10
SECONDS: Final = 12
PEOPLE: Final = 30
HEADSTART: Final = timedelta(seconds=20)
"""Until the first post is due: writing that down takes a while, and the messages that count down go out."""
AT_IT_S: Final = 3600
POSTS_A_DAY: Final = 12
"""Of one account: TikTok takes about 15."""
ARRIVED_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Looks:
    """How the publications fared: how many looks there were, and when there had been as many as publications."""

    total: int
    first_after_s: float


def main() -> list[Figure]:
    return asyncio.run(measure())


async def measure(polls: int = POLLS, seconds: int = SECONDS) -> list[Figure]:
    """Lateness of posts beside looks, and without."""
    read_text(ARTICLE)  # loads what knows languages, before a transaction would wait for it
    async with _newsroom() as newsroom:
        alone_ms = await _lateness(newsroom, "without", seconds)
        await newsroom.control(TIKTOK, "rules", limits=False, processing_s=AT_IT_S)
        publications = await _at_it(newsroom, polls)
        beside_ms, looks = await _beside(newsroom, publications, seconds)
    name = f"{polls} publications at once"
    goals = {0.5: "", 0.99: "<= 250 ms"}
    return [
        *(
            Figure.beside(
                f"post due to received, {PER_S}/s beside {name}, p{share * 100:.0f} (without them)",
                percentile(beside_ms, share),
                "ms",
                reference=percentile(alone_ms, share),
                goal=goal,
            )
            for share, goal in goals.items()
        ),
        Figure(f"as many looks as publications, {name}, after", looks.first_after_s, "s", goal="<= 15 s"),
        Figure(f"looks in {seconds} s, {name}", looks.total, "looks"),
    ]


@asynccontextmanager
async def _newsroom() -> AsyncIterator[Newsroom]:
    with temporary_home() as home, embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        async with running_house(settings, home, more={"TELEGRAM_RATE_PER_S": "0"}, limits=False) as house:
            ann = await house.sandbox.client.new_person("Ann")
            async with open_newsroom(house, settings, ann) as newsroom:
                yield newsroom


async def _beside(
    newsroom: Newsroom, publications: Sequence[ids.PublicationId], seconds: int
) -> tuple[list[float], Looks]:
    """All looks fall due together, in the middle of the posts."""
    late_ms = await _lateness(newsroom, "beside", seconds, then=publications)
    async with asyncio.timeout(ARRIVED_WITHIN_S):
        while len(looks := await _looked(newsroom)) < len(publications):  # noqa: ASYNC110 - a call sets no event
            await asyncio.sleep(0.5)
    return late_ms, Looks(len(looks), looks[len(publications) - 1] - looks[0])


async def _looked(newsroom: Newsroom) -> list[float]:
    url = f"{newsroom.house.sandbox.base_url}/control/networks/{TIKTOK}/calls"
    calls = (await newsroom.http.get(url)).json()["calls"]
    return sorted(float(call["at"]) for call in calls if call["call"].endswith("/status/fetch/"))


async def _lateness(
    newsroom: Newsroom, name: str, seconds: int, *, then: Sequence[ids.PublicationId] = ()
) -> list[float]:
    """How late each post was, in milliseconds. `then`: the publications that are looked at from the first post on."""
    texts = [f"Post {n}, {name} the looks." for n in range(PER_S * seconds)]
    drafts = await _drafts(newsroom, texts)
    first_due = datetime.now(UTC) + HEADSTART
    due = {words: first_due + timedelta(seconds=n / PER_S) for n, words in enumerate(texts)}
    async with newsroom.deps.tx() as tx:
        for words, post in drafts.items():
            await schedule_post(tx, owner_id=post.owner_id, post_id=post.id, due_at=due[words])
    if datetime.now(UTC) > first_due:
        raise RuntimeError("this machine is too busy: what was to be delivered wasn't written down in time")
    await _due_together(newsroom, then, at=first_due)
    await asyncio.sleep((first_due - datetime.now(UTC)).total_seconds() + seconds)
    async with asyncio.timeout(ARRIVED_WITHIN_S):
        while len(received := await _received(newsroom.house, due)) < len(due):  # noqa: ASYNC110 - a call sets no event
            await asyncio.sleep(0.5)
    return [1000 * (received[words] - at.timestamp()) for words, at in due.items()]


async def _received(house: House, due: Mapping[str, datetime]) -> dict[str, float]:
    calls = [call for call in await house.sandbox.client.calls(method="sendMessage") if call["accepted"]]
    return {call["params"]["text"]: float(call["at"]) for call in calls if call["params"].get("text") in due}


async def _drafts(newsroom: Newsroom, texts: Sequence[str]) -> dict[str, Post]:
    """Of many people, so that no chat's own limit shows."""
    drafts: dict[str, Post] = {}
    for number in range(PEOPLE):
        person = await newsroom.house.sandbox.client.new_person(f"P{number}")
        await person.send_text("/start")
        async with newsroom.deps.tx() as tx:
            user = await make_user(tx, telegram_user_id=person.id, time_zone="UTC")
            for words in texts[number::PEOPLE]:
                source = await make_source(tx, user, words)
                drafts[words] = await draft_from_source(tx, owner_id=user.id, source_id=source.id)
    return drafts


async def _due_together(newsroom: Newsroom, publications: Sequence[ids.PublicationId], *, at: datetime) -> None:
    async with newsroom.deps.tx() as tx:
        for publication_id in publications:
            tx.session.add(
                Work(
                    id=ids.WorkId(ids.new()),
                    kind=PUBLISH.target,
                    owner_id=newsroom.owner_id,
                    subject_id=publication_id,
                    next_attempt_at=at,
                    lease_until=at,
                    stands_since=at,
                    created_at=tx.now,
                )
            )


async def _at_it(newsroom: Newsroom, polls: int) -> list[ids.PublicationId]:
    """Videos that TikTok has whole and is at, each with its own upload there."""
    deps, made = newsroom.deps, list[ids.PublicationId]()
    copy = await _prepared(newsroom)
    for number in range(polls):
        if number % POSTS_A_DAY == 0:
            connection_id = await newsroom.connected(TIKTOK, username=f"ann{number}")
            access = await access_of(deps, connection_id=connection_id, owner_id=newsroom.owner_id)
        handle = await _uploaded(newsroom, access, copy)
        async with deps.tx() as tx:
            post = await service.draft_video_post(tx, owner_id=newsroom.owner_id, video_id=copy.video_id)
            (one,) = await service.choose_networks(
                tx, owner_id=newsroom.owner_id, video_post_id=post.id, connection_ids=[connection_id]
            )
            one.handle, one.began_at, one.out_of_hands_at = sealed(deps.cipher, one.id, handle), tx.now, tx.now
            one.stage_since = tx.now + HEADSTART
            one.status = PublicationStatus.PROCESSING
            made.append(one.id)
    return made


async def _uploaded(newsroom: Newsroom, access: Access, copy: PreparedVideo) -> Handle:
    publisher, media = newsroom.deps.publishers[TIKTOK], stored_media(newsroom.deps.storage, copy)
    handle = await publisher.begin(access, media, WANTED[TIKTOK])
    await publisher.upload(access, handle, media, on_sent=_unheard)
    return handle


async def _prepared(newsroom: Newsroom) -> PreparedVideo:
    """A short film, as if it had been looked at and found to fit."""
    film, video_id = clip(seconds=4.0), ids.OwnVideoId(ids.new())
    key = key_for(newsroom.owner_id, "videos", str(video_id), "mp4")
    await newsroom.deps.storage.put(key, film)
    async with newsroom.deps.tx() as tx:
        tx.session.add(
            OwnVideo(
                id=video_id,
                owner_id=newsroom.owner_id,
                name="Cat",
                storage_key=key,
                size_bytes=len(film),
                status=OwnVideoStatus.READY,
                duration_s=4.0,
                created_at=tx.now,
                updated_at=tx.now,
            )
        )
        await tx.session.flush()
        copy = PreparedVideo(
            video_id=video_id,
            profile=PROFILES[TIKTOK].key,
            storage_key=key,
            size_bytes=len(film),
            content_type="video/mp4",
            duration_s=4.0,
            created_at=tx.now,
        )
        tx.session.add(copy)
    return copy


async def _unheard(_sent: int) -> None:
    return
