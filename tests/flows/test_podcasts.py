"""A note becomes an episode: real processes over the sandbox, offline writer and voices."""

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree
from mutagen.mp3 import MP3

from core.deps import open_deps
from core.settings import Settings
from core.storage import FOLDER
from tests.flows.house import House
from tests.flows.steps import card_of
from tests.patience import until
from web.app import build_app
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

NOTES = (Path(__file__).parents[1] / "core/providers/sources/long/en.txt").read_text()
PODCASTS = """
SELECT podcasts.* FROM podcasts JOIN users ON users.id = owner_id WHERE telegram_user_id = $1 ORDER BY podcasts.id
"""
USED = """
SELECT feature, sum(amount)::int AS used FROM quota_entries JOIN users ON users.id = owner_id
WHERE telegram_user_id = $1 AND feature LIKE 'podcast%' GROUP BY feature
"""
NOTED = """
SELECT name FROM podcast_recordings JOIN users ON users.id = owner_id WHERE telegram_user_id = $1
"""


@pytest.fixture
async def studio(house: House) -> House:
    """With the worker that makes audio."""
    if "heavy-worker" not in house.running:
        await house.start("heavy-worker")
    return house


@pytest.fixture
async def web(house: House, flow_settings: Settings) -> AsyncIterator[TestClient[Any, Any]]:
    """The web service over the house's database and files."""
    settings = flow_settings.model_copy(update={"home": house.home})
    async with open_deps(settings) as deps, TestClient(TestServer(build_app(deps))) as client:
        yield client


async def options_of(person: Person) -> SeenMessage:
    card = await card_of(person, NOTES)
    await person.press(card, "🎙 Podcast")
    return await person.wait_until_edited(card, "1 of 5 episodes")


async def script_of(person: Person) -> SeenMessage:
    options = await options_of(person)
    await person.press(options, "✍️ Write the script")
    return await person.wait_until_edited(options, "To change a line")


async def test_a_note_becomes_a_script_then_an_episode_then_a_feed(
    studio: House, person: Person, web: TestClient[Any, Any]
) -> None:
    script = await script_of(person)
    assert "Clara" in script.text
    await person.reply(script, "2 Thank you for having me here today.")
    await person.wait_for_message("Line 2 says that now", after=script.id)
    script = await person.wait_until_edited(script, "Thank you for having me here today.")
    await person.press(script, "Make audio")
    audio = await person.wait_for_message(has_audio, after=script.id)
    assert 255 <= audio.body["audio"]["duration"] <= 345
    assert audio.body["audio"]["performer"] == "Clara & Theo"
    await person.wait_until_edited(script, "Ready, below")
    used = {row["feature"]: row["used"] for row in await studio.rows(USED, person.id)}
    assert used == {"podcasts": 1, "podcast_minutes": 5}
    await hears_it_in_an_app(person, web, audio)


async def hears_it_in_an_app(person: Person, web: TestClient[Any, Any], audio: SeenMessage) -> None:
    """The feed lists the episode, its audio comes whole and in ranges, and another address ends the old one."""
    await person.press(audio, "Your feed")
    shown = await person.wait_for_message("Your private feed", after=audio.id)
    document = path_in(shown.text)
    feed = etree.fromstring(await (await web.get(document)).read())
    enclosure = feed.find("channel/item/enclosure")
    assert enclosure is not None
    response = await web.get(urlsplit(enclosure.get("url", "")).path, headers={"Range": "bytes=0-2"})
    assert (response.status, await response.read()) == (206, b"ID3")
    whole = await (await web.get(urlsplit(enclosure.get("url", "")).path)).read()
    assert len(whole) == int(enclosure.get("length", "0"))
    heard: Any = MP3(BytesIO(whole))
    assert heard.info.length == pytest.approx(audio.body["audio"]["duration"], abs=1)
    assert len(heard.tags.getall("CHAP")) > 1
    await person.press(shown, "Change the address")
    sure = await person.wait_until_edited(shown, "Change the address of your feed?")
    await person.press(sure, "Yes, change it")
    changed = await person.wait_until_edited(shown, "This is the new address")
    assert ((await web.get(document)).status, (await web.get(path_in(changed.text))).status) == (404, 200)


async def test_an_episode_is_asked_then_changed_and_made_again(
    studio: House, person: Person, web: TestClient[Any, Any]
) -> None:
    options = await options_of(person)
    await person.press(options, "Straight to audio")
    audio = await person.wait_for_message(has_audio, after=options.id)
    await person.reply(audio, "What did the mayor call the flood?")
    answer = await person.wait_for_message("Found offline", after=audio.id)
    assert "the last flood the city would meet unprepared" in answer.text
    await person.reply(answer, "And elephants?")
    await person.wait_for_message("doesn't say", after=answer.id)
    await person.press(answer, "The episode")
    episode = await person.wait_until_edited(answer, "Reply to its audio with a question")
    item = await item_in_feed(person, web, audio)
    before = await recordings_of(studio, person)
    await person.press(episode, "Script")
    script = await person.wait_until_edited(episode, "The audio says this script.")
    await person.reply(script, "2 Thank you for having me here today.")
    script = await person.wait_until_edited(script, "1 line is new · uses 1 of your 25 minutes · no further episode")
    await person.press(script, "Make the audio again")
    await person.wait_for_message(has_audio, after=script.id)
    assert len(await recordings_of(studio, person)) == len(before) + 1
    changed = await item_in_feed(person, web, audio)
    assert (changed.guid, changed.published) == (item.guid, item.published)
    assert changed.path != item.path
    assert await (await web.get(changed.path)).read() == await (await web.get(item.path)).read() != item.audio
    used = {row["feature"]: row["used"] for row in await studio.rows(USED, person.id)}
    assert used == {"podcasts": 1, "podcast_minutes": 6}


@dataclass(frozen=True)
class Item:
    guid: str
    published: str
    path: str
    audio: bytes


async def item_in_feed(person: Person, web: TestClient[Any, Any], audio: SeenMessage) -> Item:
    """The feed's only episode."""
    last = (await person.history())[-1]
    await person.press(audio, "Your feed")
    shown = await person.wait_for_message("Your private feed", after=last.id)
    feed = etree.fromstring(await (await web.get(path_in(shown.text))).read())
    (found,) = feed.findall("channel/item")
    enclosure = found.find("enclosure")
    assert enclosure is not None
    path = urlsplit(enclosure.get("url", "")).path
    whole = await (await web.get(path)).read()
    return Item(found.findtext("guid", ""), found.findtext("pubDate", ""), path, whole)


def path_in(text: str) -> str:
    return next(urlsplit(word).path for word in text.split() if "/feeds/" in word)


async def recordings_of(studio: House, person: Person) -> dict[str, int]:
    """What is stored of the voices: file by file, when it was written."""
    [owner] = await studio.rows("SELECT id FROM users WHERE telegram_user_id = $1", person.id)
    folder = studio.home / FOLDER / str(owner["id"]) / "recordings"
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.wav")} if folder.exists() else {}


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def kill_with_forks(studio: House, name: str) -> None:
    """Nothing of it gets to tidy up, nor of what it has forked."""
    forks = children_of(studio.running[name].pid)
    await studio.end(name)
    for fork in forks:
        os.kill(fork, signal.SIGKILL)


async def test_a_worker_killed_in_the_middle_speaks_nothing_twice(studio: House, person: Person) -> None:
    script = await script_of(person)
    await person.press(script, "Make audio")

    async def some_are_there() -> bool:
        return len(await recordings_of(studio, person)) >= 5

    await until(some_are_there)
    await kill_with_forks(studio, "heavy-worker")
    noted = {row["name"] for row in await studio.rows(NOTED, person.id)}
    before = {name: at for name, at in (await recordings_of(studio, person)).items() if Path(name).stem in noted}
    await studio.start("heavy-worker")
    await person.wait_for_message(has_audio, after=script.id)
    await person.wait_until_edited(script, "Ready, below")
    after = await recordings_of(studio, person)
    assert before.items() <= after.items()
    assert len(before) < len(after)
    assert [has_audio(message) for message in await person.history()].count(True) == 1


def has_audio(message: SeenMessage) -> bool:
    return "audio" in message.body
