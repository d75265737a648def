"""Uploads from both storages to the sandbox's Telegram."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import telegram
from redis.asyncio import Redis

from core.clock import FixedClock
from core.settings import Settings
from core.storage import Storage, build_storage
from core.telegram.client import open_plain_bot
from core.telegram.content import Content, Media, MediaKind
from core.telegram.limiter import Limiter
from core.telegram.outcomes import Delivered, Outcome, Refusal, Refused, SafeToRetry
from core.telegram.sender import Sender
from core.telegram.stored import StoredMedia
from tests.bench.redis_server import free_port
from tests.pictures import picture
from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.client import Person

SONG = secrets.token_bytes(9_000_000)


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def person(sandbox: RunningSandbox) -> Person:
    person = await sandbox.client.me()
    await person.send_text("/start")
    return person


@pytest.fixture
async def sandbox_bot(sandbox: RunningSandbox, settings: Settings) -> AsyncIterator[telegram.Bot]:
    async with open_plain_bot(settings.model_copy(update={"telegram_api_url": sandbox.base_url})) as bot:
        yield bot


def sender_from(storage: Storage, bot: telegram.Bot, store: Redis, limit_bytes: int = 20_000_000) -> Sender:
    return Sender(bot, Limiter(store, rate_per_s=0, key="test"), StoredMedia(storage, limit_bytes=limit_bytes))


def as_audio(key: str, thumbnail_key: str | None = None) -> Media:
    return Media(
        kind=MediaKind.AUDIO, storage_key=key, thumbnail_key=thumbnail_key, filename="Ep. 1 «é».mp3", title="Ep. 1"
    )


async def test_an_episode_arrives_whole_with_its_name_and_picture(
    storage: Storage, key: str, sandbox_bot: telegram.Bot, store: Redis, person: Person
) -> None:
    picture_key = key.replace("episodes", "pictures").replace("mp3", "jpg")
    await storage.put(key, SONG)
    await storage.put(picture_key, picture("JPEG", width=320, height=320))
    outcome = await sender_from(storage, sandbox_bot, store).send(
        person.id, Content(text="Listen", media=(as_audio(key, picture_key),))
    )
    assert isinstance(outcome, Delivered)
    (arrived,) = [message for message in await person.history() if "audio" in message.body]
    audio = arrived.body["audio"]
    assert (audio["file_name"], audio["title"], audio["file_size"]) == ("Ep. 1 «é».mp3", "Ep. 1", len(SONG))
    assert audio["thumbnail"]["width"] == 320
    file = await sandbox_bot.get_file(audio["file_id"])
    assert bytes(await file.download_as_bytearray()) == SONG


async def test_an_album_may_hold_the_same_file_twice(
    storage: Storage, key: str, sandbox_bot: telegram.Bot, store: Redis, person: Person
) -> None:
    await storage.put(key, b"song")
    album = Content(media=(as_audio(key), as_audio(key)))
    outcome = await sender_from(storage, sandbox_bot, store).send(person.id, album)
    assert isinstance(outcome, Delivered)
    assert len(outcome.parts[0].album_ids) == 2


async def test_what_telegram_wouldnt_take_is_refused_before_anything_is_sent(
    storage: Storage, key: str, sandbox_bot: telegram.Bot, store: Redis, person: Person
) -> None:
    await storage.put(key, b"a" * 101)
    sender = sender_from(storage, sandbox_bot, store, 100)
    for wanted in (key, key.replace("mp3", "wav"), "../secrets/links"):
        outcome = await sender.send(person.id, Content(media=(as_audio(wanted),)), before_part=never)
        assert isinstance(outcome, Refused)
        assert outcome.reason is Refusal.BAD_MEDIA
    await storage.put(key, b"a" * 100)
    assert isinstance(await sender.send(person.id, Content(media=(as_audio(key),))), Delivered)


async def test_while_storage_is_away_it_is_safe_to_try_again(
    bucket_settings: Settings,
    folder_settings: Settings,
    key: str,
    sandbox_bot: telegram.Bot,
    store: Redis,
    tmp_path: Path,
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / key.partition("/")[0]).symlink_to("loop")
    (tmp_path / "files" / "loop").symlink_to("loop")
    nowhere = bucket_settings.model_copy(update={"s3_endpoint_url": f"http://127.0.0.1:{free_port()}"})
    for settings in (folder_settings, nowhere):
        storage = build_storage(settings, FixedClock())
        sender = sender_from(storage, sandbox_bot, store)
        outcome: Outcome = await sender.send(1, Content(media=(as_audio(key),)), before_part=never)
        await storage.close()
        assert isinstance(outcome, SafeToRetry)


async def never(_index: int) -> None:
    pytest.fail("it isn't about to be sent")
