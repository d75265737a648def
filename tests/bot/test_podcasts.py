"""Podcasts in the chat: options, the script and its changes, the list, and the private feed."""

import regex
from sqlalchemy import select

from bot.actions import decode
from bot.notices import render
from bot.podcasts.actions import DropLine, MakeAudio, RetryPodcast
from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.errors import AppError
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import PodcastOptions
from core.podcasts.script import Script
from core.podcasts.service import RENDER, end_work
from core.posts.writing import Place
from core.work.models import Work
from tests.bot.chat import Chat
from tests.bot.podcasts import (
    LONG,
    SCRIPT,
    a_ready_one,
    a_source,
    labels,
    options_card,
    podcast_row,
    pressed,
    script_card,
)
from web.sandbox.client import SeenMessage


async def test_without_anything_to_talk_about_the_way_is_told(chat: Chat) -> None:
    assert "Then press Podcast below it." in (await chat.say("/podcast")).text


async def test_the_options_card_tells_the_price_before_it_starts(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps, f"{LONG} {LONG}".replace("the", "this") + LONG + LONG)
    assert "about 5 min · uses 5 of your 25 minutes · 1 of 5 episodes" in card.text
    card = await pressed(chat, card, "Long · 15 min")
    assert "about 15 min · uses 15 of your 25 minutes" in card.text
    assert "✓ Long · 15 min" in labels(card)


async def test_what_is_left_is_told_once_something_is_used(chat: Chat, deps: Deps) -> None:
    await use(chat, deps, minutes=15, episodes=2)
    card = await options_card(chat, deps, 3 * LONG)
    assert "uses 5 of your 25 minutes · 1 of 5 episodes\nLeft this month: 10 minutes, 3 episodes" in card.text
    card = await pressed(chat, card, "Long · 15 min")
    assert "It takes 15 min, and 10 of your 25 minutes are left. There are new ones on " in card.text
    assert "Short · 5 min still fits." in card.text
    assert "Compare plans" in labels(card)
    assert "✍️ Write the script" not in labels(card)


async def test_with_nothing_left_the_day_is_told_when_there_is_more(chat: Chat, deps: Deps) -> None:
    await use(chat, deps, minutes=5, episodes=5)
    card = await options_card(chat, deps, LONG)
    assert regex.search(r"All of your 5 episodes are used. There are new ones on \w{3} 1 \w{3}\.", card.text)


async def test_a_text_that_is_too_short_is_told_before_it_starts(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps, LONG)
    assert "is enough for" not in card.text
    card = await pressed(chat, card, "Long · 15 min")
    assert "Your text is enough for about 6 min, not for 15." in card.text
    assert "about 6 min · uses 6 of your 25 minutes" in card.text


async def use(chat: Chat, deps: Deps, *, minutes: int, episodes: int) -> None:
    """So much of the plan was used before."""
    await chat.say("/start")
    owner = await chat.user()
    async with deps.tx() as tx:
        for feature, amount in ((Feature.PODCAST_MINUTES, minutes), (Feature.PODCASTS, episodes)):
            await hold_quota(tx, owner_id=owner.id, feature=feature, amount=amount, reason="before")


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
    sources = await pressed(chat, card, "➕ Add a source")
    assert "1 of at most 5 sources" in sources.text
    assert "51 of 50,000 characters" in sources.text
    bakeries = next(label for label in labels(sources) if "Small bakeries" in label)
    sources = await pressed(chat, sources, bakeries)
    assert "2 of at most 5 sources" in sources.text
    assert f"✓ {bakeries}" in labels(sources)
    card = await pressed(chat, sources, "‹ Done")
    assert "about 1 min · uses 1 of your 25 minutes" in card.text
    assert "📚 Sources: 2" in labels(card)


async def test_the_only_source_stays(chat: Chat, deps: Deps) -> None:
    sources = await pressed(chat, await options_card(chat, deps), "➕ Add a source")
    chosen = next(label for label in labels(sources) if label.startswith("✓"))
    assert "One source has to stay" in str(await chat.press(sources, chosen))
    assert chosen in labels(await chat.person.refresh(sources))


async def test_sources_that_are_too_much_together_start_nothing(chat: Chat, deps: Deps) -> None:
    await a_source(chat, deps, "One more sentence about nothing in particular.")
    await a_source(chat, deps, "a" * 49_990 + " b")
    sources = await pressed(chat, await chat.say("/podcast"), "➕ Add a source")
    other = next(label for label in labels(sources) if "One more sentence" in label)
    sources = await pressed(chat, sources, other)
    assert "That is too much for one episode: take a source out." in sources.text
    card = await pressed(chat, sources, "‹ Done")
    assert "of at most 50,000 characters. Take a source out." in card.text
    assert "✍️ Write the script" not in labels(card)


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
    gone = await pressed(chat, one, "🗑 Delete")
    assert "is deleted" in gone.text
    assert "No podcasts yet" in (await chat.say("/podcasts")).text
    assert "“" not in (await pressed(chat, gone, "↩️ Undo")).text
    assert "🎧 Dry 🌧 & <i> · 4:58" in labels(await chat.say("/podcasts"))


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


async def test_what_was_cut_off_again_and_again_says_so_and_its_button_goes_on(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    made = await podcast_row(chat, deps)
    await chat.press_data(card, MakeAudio(made.id).encode())
    async with deps.tx() as tx:
        locked = await tx.session.get_one(Podcast, made.id)
        place = Place(TelegramId(chat.person.id), TelegramId(card.id), "en")
        await end_work(tx, locked, place, error=AppError("work.attempts_exhausted"))
        status = await tx.session.get_one(StatusMessage, made.id)
        failed = render(status.notice, status.data, now=tx.now)
    assert "cut this off in the middle again and again" in failed.text
    assert "Nothing was charged" in failed.text
    [again] = [button for row in failed.keyboard for button in row if button.text == "Try again"]
    assert isinstance(again.action, RetryPodcast)
    await chat.press_data(card, again.action.encode())
    assert (await podcast_row(chat, deps)).status == PodcastStatus.RENDERING
    async with deps.sessions() as session:
        waiting = await session.scalars(select(Work.kind).where(Work.subject_id == made.id).order_by(Work.id))
        assert waiting.all() == [RENDER.target] * 2
