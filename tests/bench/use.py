"""What a busy hour does to the processes: many people play the main story, with links and changes, side by side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from web.sandbox.client import Person, SandboxClient, SeenMessage

PEOPLE = 40
ROUNDS = 5
"""With three posts each it is within the free plan's 20."""
PATIENCE_S = 90.0
"""All of it takes its turns at Telegram's limit."""
PARAGRAPH = (
    "The bakery on the corner stopped baking at noon. For years it had thrown away a fifth of its bread every evening. "
    "Then the baker moved the last batch to four and sold the rest as crumbs. Waste fell to three percent. "
)


async def use(sandbox_url: str, *, people: int = PEOPLE, rounds: int = ROUNDS) -> None:
    """Play `people` x `rounds` stories."""
    async with SandboxClient(sandbox_url) as client, _site() as site:
        persons = [await client.new_person(f"Reader {number}") for number in range(people)]
        async with asyncio.TaskGroup() as group:
            for number, person in enumerate(persons):
                group.create_task(_hour(person, site, number, rounds))


async def _hour(person: Person, site: str, number: int, rounds: int) -> None:
    await person.send_text("/start")
    for turn in range(rounds):
        what = f"{site}/{number}-{turn}" if turn % 2 else f"{PARAGRAPH * 3} {number} {turn}"
        draft = await _draft(person, what)
        if not turn:
            await person.press(draft, "Post now", timeout_s=PATIENCE_S)
            await person.wait_for_message("Published", after=draft.id, timeout_s=PATIENCE_S)


async def _draft(person: Person, what: str) -> SeenMessage:
    sent = await person.send_text(what)
    card = await person.wait_for_message("min to read", after=sent.id, timeout_s=PATIENCE_S)
    await person.press(card, "Write posts", timeout_s=PATIENCE_S)
    options = await person.wait_until_edited(card, "Choose where they go", timeout_s=PATIENCE_S)
    await person.press(options, "Generate", timeout_s=PATIENCE_S)
    draft = await person.wait_for_message("offline draft", after=card.id, timeout_s=PATIENCE_S)
    await person.reply(draft, "shorter, no hashtags")
    return await person.wait_until_edited(draft, "version 2", timeout_s=PATIENCE_S)


@asynccontextmanager
async def _site() -> AsyncIterator[str]:
    """Articles to link to, each another."""

    async def article(request: web.Request) -> web.Response:
        paragraphs = "".join(f"<p>{PARAGRAPH} {request.path} {number}</p>" for number in range(20))
        page = f"<html><head><title>Bread</title></head><body><article>{paragraphs}</article></body></html>"
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{name}", article)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
