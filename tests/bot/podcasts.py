"""Podcasts in a chat, up to the state that a test begins with."""

from pathlib import Path

from sqlalchemy import select

from bot.podcasts.actions import ShowScript
from core.deps import Deps
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.script import Line, Script, Section, Speaker
from tests.bot.chat import Chat
from tests.factories import make_source, make_user
from web.sandbox.client import SeenMessage

LONG = (Path(__file__).parents[1] / "core/providers/sources/long/en.txt").read_text()
"""Enough for five minutes."""
SCRIPT = Script(
    "Rain & <b>",
    "en",
    (
        Section("Before", (Line(Speaker.HOST, "What happened then?"), Line(Speaker.GUEST, "The river rose."))),
        Section("After", (Line(Speaker.HOST, "And now?"), Line(Speaker.GUEST, "Now the city drinks the rain."))),
    ),
    host="Clara",
    guest="Theo",
)


async def a_source(chat: Chat, deps: Deps, text: str | None = None) -> None:
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id)
        await make_source(tx, user, text)
    chat.application.actors.forget(chat.person.id)


async def options_card(chat: Chat, deps: Deps, text: str | None = None) -> SeenMessage:
    await a_source(chat, deps, text)
    return await chat.say("/podcast")


async def podcast_row(chat: Chat, deps: Deps) -> Podcast:
    owner = await chat.user()
    async with deps.sessions() as session:
        found = await session.scalars(
            select(Podcast).where(Podcast.owner_id == owner.id).order_by(Podcast.id.desc()).limit(1)
        )
        return found.one()


async def script_card(chat: Chat, deps: Deps) -> SeenMessage:
    """A podcast with a script, as its card shows it."""
    card = await options_card(chat, deps)
    made = await podcast_row(chat, deps)
    async with deps.tx() as tx:
        row = await tx.session.get_one(Podcast, made.id)
        row.script, row.title, row.status = SCRIPT.to_json(), SCRIPT.title, PodcastStatus.SCRIPT_READY
        row.engine = "offline draft"
    await chat.press_data(card, ShowScript(made.id, 1).encode())
    return await chat.person.refresh(card)


async def a_ready_one(chat: Chat, deps: Deps) -> Podcast:
    await script_card(chat, deps)
    made = await podcast_row(chat, deps)
    part = {"key": f"{made.owner_id}/episodes/one.mp3", "size_bytes": 4, "duration_ms": 298_000, "kbit_s": 128}
    async with deps.tx() as tx:
        row = await tx.session.get_one(Podcast, made.id)
        row.parts = [{**part, "chapters": [], "cues": []}]
        row.status, row.ready_at = PodcastStatus.READY, tx.now
    return made


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def pressed(chat: Chat, message: SeenMessage, label: str) -> SeenMessage:
    await chat.press(message, label)
    return await chat.person.refresh(message)
