"""Podcasts in the chat: options, the script and its changes, the list, and the private feed."""

import regex
from sqlalchemy import select

from bot.actions import decode
from bot.podcasts.actions import DropLine, MakeAudio, ShowScript
from core import ids
from core.deps import Deps
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import PodcastOptions
from core.podcasts.script import Line, Script, Section, Speaker
from tests.bot.chat import Chat
from tests.factories import make_source, make_user
from web.sandbox.client import SeenMessage

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


async def options_card(chat: Chat, deps: Deps) -> SeenMessage:
    await a_source(chat, deps)
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


async def test_without_anything_to_talk_about_the_way_is_told(chat: Chat) -> None:
    assert "Then press Podcast below it." in (await chat.say("/podcast")).text


async def test_the_options_card_tells_the_price_before_it_starts(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps)
    assert "about 5 min · uses 5 of your 25 minutes · 1 of 5 episodes" in card.text
    card = await pressed(chat, card, "Long · 15 min")
    assert "about 15 min · uses 15 of your 25 minutes" in card.text
    assert "✓ Long · 15 min" in labels(card)


async def test_choosing_the_guests_voice_for_the_host_exchanges_them(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps)
    voices = await pressed(chat, card, "Host: Clara")
    card = await pressed(chat, voices, "Theo")
    assert "Theo asks, Clara answers." in card.text


async def test_a_voice_is_heard_and_the_sample_kept(chat: Chat, deps: Deps) -> None:
    voices = await pressed(chat, await options_card(chat, deps), "Host: Clara")
    for _ in range(2):
        await chat.press(voices, "▶️ Hear")
        assert (await chat.last()).body["audio"]["title"] == "Clara"
    calls = await chat.sandbox.client.calls("sendAudio", chat_id=chat.person.id)
    assert len(calls) == 2


async def test_too_little_text_can_be_added_to(chat: Chat, deps: Deps) -> None:
    await a_source(chat, deps)
    await a_source(chat, deps, "Only a few words, not a hundred characters of them.")
    card = await chat.say("/podcast")
    assert "too little for an episode" in card.text
    assert "✍️ Write the script" not in labels(card)
    sources = await pressed(chat, card, "📚 Sources: 1")
    sources = await pressed(chat, sources, next(label for label in labels(sources) if "Small bakeries" in label))
    assert "uses 5 of your 25 minutes" in (await pressed(chat, sources, "‹ Back")).text


async def test_pressing_twice_starts_once(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps)
    data = card.button("✍️ Write the script").data
    assert data is not None
    await chat.press(card, "✍️ Write the script")
    answer = await chat.press_data(card, data)
    assert answer is not None
    assert "isn't at rest" in str(answer)
    assert (await podcast_row(chat, deps)).status == PodcastStatus.SCRIPTING


async def test_a_script_is_shown_section_by_section(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    assert "1 Clara: What happened then?" in card.text
    assert "Rain & <b>" in card.text
    card = await pressed(chat, card, "›")
    assert "4 Theo: Now the city drinks the rain." in card.text


async def test_a_reply_with_a_number_changes_that_line(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    answer = await chat.say("3: So what is it like today?", reply_to=card)
    assert answer.text == "✓ Line 3 says that now."
    assert "3 Clara: So what is it like today?" in (await chat.person.refresh(card)).text


async def test_a_reply_without_a_number_loses_nothing(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    assert "Begin with the line's number" in (await chat.say("Nicer please", reply_to=card)).text
    assert Script.from_json((await podcast_row(chat, deps)).script or {}) == SCRIPT


async def test_a_line_is_changed_by_buttons(chat: Chat, deps: Deps) -> None:
    lines = await pressed(chat, await script_card(chat, deps), "✏️ Change a line")
    line = await pressed(chat, lines, "2")
    await chat.press(line, "✏️ Other words")
    await chat.say("The river came at night.")
    script = Script.from_json((await podcast_row(chat, deps)).script or {})
    assert script.line(2).text == "The river came at night."


async def test_a_line_is_dropped_once_however_often_it_is_pressed(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    drop = DropLine((await podcast_row(chat, deps)).id, 2, 0).encode()
    await chat.press_data(card, drop)
    answer = await chat.press_data(card, drop)
    assert answer is not None
    assert "The script has changed since" in str(answer)
    assert len(Script.from_json((await podcast_row(chat, deps)).script or {}).lines) == 3


async def test_a_script_is_never_edited_to_nothing(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    for version in range(3):
        await chat.press_data(card, DropLine((await podcast_row(chat, deps)).id, 1, version).encode())
    answer = await chat.press_data(card, DropLine((await podcast_row(chat, deps)).id, 1, 3).encode())
    assert "this is the last one" in str(answer)


async def test_voices_change_places(chat: Chat, deps: Deps) -> None:
    card = await pressed(chat, await script_card(chat, deps), "🔀 Swap voices")
    assert "1 Theo: What happened then?" in card.text
    assert PodcastOptions.from_json((await podcast_row(chat, deps)).options).host.name == "Theo"


async def test_somebody_elses_podcast_is_not_found(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    answer = await chat.press_data(card, MakeAudio(ids.PodcastId(ids.new())).encode())
    assert "isn't yours" in str(answer)


async def test_the_list_is_filtered_renamed_and_emptied(chat: Chat, deps: Deps) -> None:
    await a_ready_one(chat, deps)
    shelf = await chat.say("/podcasts")
    assert "🎧 Rain & <b> · 4:58" in labels(shelf)
    assert "None of these." in (await pressed(chat, shelf, "Scripts")).text
    shelf = await pressed(chat, await chat.person.refresh(shelf), "Ready")
    one = await pressed(chat, shelf, "🎧 Rain & <b> · 4:58")
    await chat.press(one, "✏️ Rename")
    assert "A title has 1 to 120" in (await chat.say("x" * 121)).text
    assert "“Dry 🌧 & <i>”" in (await chat.say("Dry 🌧 & <i>")).text
    sure = await pressed(chat, one, "🗑 Delete")
    assert "is deleted" in (await pressed(chat, sure, "Yes, delete")).text
    assert "No podcasts yet" in (await chat.say("/podcasts")).text


async def test_a_download_link_is_signed(chat: Chat, deps: Deps) -> None:
    await a_ready_one(chat, deps)
    one = await pressed(chat, await chat.say("/podcasts"), "🎧 Rain & <b> · 4:58")
    assert "sign=" in (await pressed(chat, one, "⬇️ Download")).text


async def test_the_feeds_address_stays_until_it_is_changed(chat: Chat, deps: Deps) -> None:
    await a_ready_one(chat, deps)
    feed = await pressed(chat, await chat.say("/podcasts"), "📡 Your feed")
    again = await pressed(chat, await chat.say("/podcasts"), "📡 Your feed")
    assert address(feed) == address(again)
    sure = await pressed(chat, again, "🔑 Change the address")
    assert address(await pressed(chat, sure, "Yes, change it")) != address(feed)


def address(message: SeenMessage) -> str:
    found = regex.search(r"https?://\S+/feeds/\S+", message.text)
    assert found is not None
    return str(found[0])


def test_every_button_of_a_podcast_fits_and_comes_back() -> None:
    podcast_id = ids.PodcastId(ids.new())
    action = DropLine(podcast_id, 999, 9_999)
    assert decode(action.encode()) == action
