"""The main story, played by a person with an app: from a text to a post that goes out on time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from web.sandbox.client import WAIT_S, Person, SandboxClient, SandboxRefusal, SeenMessage
from web.sandbox.transcript import Transcript

ARTICLE = Path(__file__).with_name("demo.txt")
PACE_S = 0.7
"""Between two acts, where somebody watches."""
DUE_IN_S = 20
LONGEST_S = 180
"""Of the whole story, with the time until its post is due: five times what a quick machine needs."""


class DemoFailed(Exception):
    """The story stopped in `scene`."""

    def __init__(self, scene: str, reason: str) -> None:
        super().__init__(f"The demo stopped at “{scene}”: {reason}")


@dataclass(slots=True)
class Stage:
    """The person, what the audience sees, and where the story is."""

    person: Person
    shown: Transcript
    pace_s: float
    scene: str = "the start"

    async def begin(self, scene: str) -> None:
        self.scene = scene
        self.shown.scene(scene)
        await asyncio.sleep(self.pace_s)

    async def say(self, text: str, expected: str, *, reply_to: SeenMessage | None = None) -> SeenMessage:
        """Write, and wait for a new message that holds `expected`."""
        sent = await self.person.send_text(text, reply_to=reply_to)
        return await self._seen(await self.person.wait_for_message(expected, after=sent.id))

    async def press(self, message: SeenMessage, label: str, expected: str) -> SeenMessage:
        """Press, and wait until the message holds `expected`."""
        await self._press(message, label)
        return await self.sees(message, expected)

    async def press_for_more(self, message: SeenMessage, label: str, expected: str) -> SeenMessage:
        """Press, and wait for a new message."""
        await self._press(message, label)
        return await self._seen(await self.person.wait_for_message(expected, after=message.id, timeout_s=2 * WAIT_S))

    async def sees(self, message: SeenMessage, expected: str, *, within_s: float = WAIT_S) -> SeenMessage:
        return await self._seen(await self.person.wait_until_edited(message, expected, timeout_s=within_s))

    async def _press(self, message: SeenMessage, label: str) -> None:
        button = message.button(label)
        self.shown.pressed(button)
        await self.person.press(message, button)

    async def _seen(self, message: SeenMessage) -> SeenMessage:
        await self.shown.shows(message)
        await asyncio.sleep(self.pace_s)
        return message


async def play(sandbox_url: str, console: Console, *, longest_s: float = LONGEST_S) -> None:
    """Play it against what runs at the sandbox's address. Raises DemoFailed when a step fails or takes too long."""
    async with _stage(sandbox_url, console) as stage:
        try:
            async with asyncio.timeout(longest_s):
                await _story(stage)
        except (TimeoutError, LookupError, SandboxRefusal, OSError) as exc:
            raise DemoFailed(stage.scene, str(exc) or f"it took over {longest_s:g} s") from exc


@asynccontextmanager
async def _stage(sandbox_url: str, console: Console) -> AsyncIterator[Stage]:
    async with SandboxClient(sandbox_url) as client:
        person = await client.new_person("Robin")
        async with Transcript(console, person) as shown:
            yield Stage(person, shown, PACE_S if console.is_terminal else 0.0)


async def _story(stage: Stage) -> None:
    draft = await _drafts(stage)
    draft = await _edited(stage, draft)
    await _delivered(stage, draft)
    await stage.begin("And it is all still there")
    await stage.say("/posts", "3 posts")


async def _drafts(stage: Stage) -> SeenMessage:
    await stage.begin("Say hello")
    await stage.say("/start", "Hello")
    await stage.begin("Send an article, and get posts")
    card = await stage.say(ARTICLE.read_text(encoding="utf-8").strip(), "min to read")
    options = await stage.press(card, "Write posts", "Choose where they go")
    options = await stage.press(options, "Casual", "Choose where they go")
    return await stage.press_for_more(options, "Generate", "offline draft")


async def _edited(stage: Stage, draft: SeenMessage) -> SeenMessage:
    await stage.begin("Turn to the next one, and change it by replying")
    draft = await stage.press(draft, "›", "2/3")
    await stage.person.reply(draft, "shorter, no hashtags")
    return await stage.sees(draft, "version 2")


async def _delivered(stage: Stage, draft: SeenMessage) -> None:
    await stage.begin("Choose a time, in words")
    zones = await stage.press(draft, "Schedule", "Where do you live?")
    times = await stage.press(zones, "London", "When should it go out?")
    await stage.press(times, "Type a time", "Tell me when")
    confirm = await stage.say(f"in {DUE_IN_S} seconds", "Europe/London")
    await stage.press(confirm, "Schedule", "Scheduled")
    status = await stage.person.wait_for_message(lambda seen: "Scheduled" in seen.text and seen.id > confirm.id)
    await stage.begin("See what is coming, and wait for it")
    await stage.say("/calendar", "1 post is coming")
    await stage.sees(status, "Published", within_s=DUE_IN_S + WAIT_S)
