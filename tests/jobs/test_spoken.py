"""What people say about a draft: listened to, told, and done like what they write."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from core.db import TelegramId
from core.deliveries.models import Delivery, StatusMessage
from core.errors import InvalidInput
from core.posts.models import Post
from core.posts.service import RewriteRunning
from core.posts.spoken import LONGEST_S, request_hearing
from core.posts.writing import Place
from core.providers.transcribers import build_transcriber
from core.work.models import Work
from jobs import spoken
from jobs.runtime import Bench
from tests.core.providers import fake_transcription_server
from tests.core.providers.fake_transcription_server import KEY, MODEL, FakeTranscriptionServer
from tests.core.sources.made import speech
from tests.factories import make_post, make_user
from tests.jobs.conftest import at_sandbox
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person


@dataclass(frozen=True)
class Studio:
    bench: Bench
    post: Post
    place: Place
    file_id: str
    server: FakeTranscriptionServer

    async def hear(self) -> None:
        async with self.bench.deps.tx() as tx:
            await request_hearing(
                tx,
                owner_id=self.post.owner_id,
                post_id=self.post.id,
                file_id=self.file_id,
                duration_s=3,
                place=self.place,
            )
        (work,) = await self.work()
        await spoken.hear_instruction.run(self.bench, str(work.id))

    async def work(self) -> list[Work]:
        async with self.bench.deps.sessions() as session:
            return list(await session.scalars(select(Work).order_by(Work.created_at, Work.id)))

    async def notices(self) -> list[str]:
        async with self.bench.deps.sessions() as session:
            return [each.notice for each in await session.scalars(select(StatusMessage))]

    async def told(self) -> dict[str, dict[str, object]]:
        """What is said in messages of its own, by notice."""
        async with self.bench.deps.sessions() as session:
            return {each.content["notice"]: each.content["data"] for each in await session.scalars(select(Delivery))}


@pytest.fixture
async def server() -> AsyncIterator[FakeTranscriptionServer]:
    async with fake_transcription_server.running() as running:
        yield running


@pytest.fixture
async def studio(
    concurrent_bench: Bench, sandbox: RunningSandbox, person: Person, server: FakeTranscriptionServer, tmp_path: Path
) -> Studio:
    deps = concurrent_bench.deps
    wanted = {
        "home": tmp_path,
        "transcription_base_url": server.url,
        "transcription_model": MODEL,
        "transcription_api_key": SecretStr(KEY),
    }
    settings = at_sandbox(deps.settings, sandbox).model_copy(update=wanted)
    deps = replace(deps, settings=settings, transcriber=build_transcriber(settings, deps.http))
    async with deps.tx() as tx:
        post = await make_post(tx, await make_user(tx, telegram_user_id=person.id))
    sent = (await person.upload(("note.ogg", await asyncio.to_thread(speech)), kind="voice"))[-1]
    place = Place(TelegramId(person.id), TelegramId(5), "en")
    return Studio(replace(concurrent_bench, deps=deps), post, place, sent.body["voice"]["file_id"], server)


async def test_what_was_said_is_told_and_becomes_an_instruction(studio: Studio) -> None:
    studio.server.texts[0] = "Make it shorter,\nplease."
    await studio.hear()
    heard, rewriting = await studio.work()
    assert (heard.status, rewriting.kind) == ("done", "jobs.posts.rewrite")
    assert rewriting.payload["argument"] == "Make it shorter, please."
    assert (await studio.told())["posts.heard"] == {"words": "Make it shorter, please."}
    assert {"posts.hearing", "posts.rewriting"} <= set(await studio.notices())


async def test_when_nothing_is_heard_the_draft_is_as_it_was_and_that_is_said(studio: Studio) -> None:
    studio.server.texts[0] = " "
    await studio.hear()
    assert [each.status for each in await studio.work()] == ["failed"]
    assert "posts.card" in await studio.notices()
    told = (await studio.told())["posts.not_rewritten"]
    assert told["error"] == {"code": "posts.nothing_heard", "params": {}}


async def test_too_long_a_message_and_a_second_one_are_refused(studio: Studio) -> None:
    ask = partial(
        request_hearing, owner_id=studio.post.owner_id, post_id=studio.post.id, file_id="x", place=studio.place
    )
    with pytest.raises(InvalidInput):
        async with studio.bench.deps.tx() as tx:
            await ask(tx, duration_s=LONGEST_S + 1)
    async with studio.bench.deps.tx() as tx:
        await ask(tx, duration_s=LONGEST_S)
    with pytest.raises(RewriteRunning):
        async with studio.bench.deps.tx() as tx:
            await ask(tx, duration_s=1)
