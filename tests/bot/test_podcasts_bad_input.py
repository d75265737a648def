"""Podcasts given what nobody planned: each gets one clear answer, and nothing breaks."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.podcasts.actions import (
    ChooseVoice,
    DeletePodcast,
    HearVoice,
    MakeAudio,
    RetryPodcast,
    SetProvider,
    ShowPodcast,
    StopPodcast,
    StraightToAudio,
    UndeletePodcast,
    WriteScript,
)
from bot.podcasts.status_screens import file_name
from core import ids
from core.deps import Deps
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import ChosenVoice, PodcastOptions
from core.podcasts.script import Script, Speaker
from core.providers.speech import Engine
from core.work.models import Work
from tests.bot.chat import Chat
from tests.bot.podcasts import a_ready_one, a_source, labels, options_card, podcast_row, pressed, script_card

MANY_LETTERS = "Ünïcödé Ελλάδα Привет שלום سلام नमस्ते สวัสดี こんにちは 你好 안녕 Tiếng Việt ქართული አማርኛ ᚠᚢᚦ 𐍈 🌧👩‍👩‍👧"


@pytest.mark.parametrize(("characters", "said"), [(99, "99 of at least 100"), (50_001, "of at most 50,000")])
async def test_a_character_too_few_or_too_many_is_told_with_what_to_do(
    chat: Chat, deps: Deps, characters: int, said: str
) -> None:
    await a_source(chat, deps, "word " * 9_999 if characters > 50_000 else "a" * 49 + " " + "b" * 49)
    if characters > 50_000:
        await a_source(chat, deps, "Seven words that make it too much.")
    card = await chat.say("/podcast")
    if characters > 50_000:
        sources = await pressed(chat, card, "➕ Add a source")
        other = next(label for label in labels(sources) if "word word" in label)
        card = await pressed(chat, await pressed(chat, sources, other), "‹ Done")
    assert said in card.text
    answer = await chat.press_data(card, WriteScript((await podcast_row(chat, deps)).id).encode())
    assert said in str(answer)


async def test_a_title_in_any_letters_stays_as_it_is(chat: Chat, deps: Deps) -> None:
    podcast = await a_ready_one(chat, deps)
    for title in ('<b>Tom & "Jerry"</b> 🌧', MANY_LETTERS):
        one = await pressed(chat, await chat.say("/podcasts"), (await newest_label(chat)))
        await chat.press(one, "✏️ Rename")
        assert f"“{title}”" in (await chat.say(title)).text
        async with deps.sessions() as session:
            assert (await session.get_one(Podcast, podcast.id)).title == title
        assert 1 <= len(file_name(title)) <= 60
    assert file_name("मेंटेनर का मतलब क्या है?") == "मेंटेनर का मतलब क्या है"
    for empty in ("   ", "x" * 121):
        one = await pressed(chat, await chat.say("/podcasts"), (await newest_label(chat)))
        await chat.press(one, "✏️ Rename")
        assert "A title has 1 to 120" in (await chat.say(empty)).text if empty.strip() else True
        await chat.say("/cancel")


async def newest_label(chat: Chat) -> str:
    return next(label for label in labels(await chat.last()) if "4:58" in label)


async def test_a_line_in_any_letters_is_kept_without_what_cannot_be_said(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    assert "Line 2 says that now" in (await chat.say(f"2 {MANY_LETTERS} <b>[laughs]</b>", reply_to=card)).text
    said = Script.from_json((await podcast_row(chat, deps)).script or {}).line(2).text
    assert "Ελλάδα" in said
    assert not {"🌧", "<b>", "[laughs]"} & set(said.split())
    assert (
        "nothing in it that can be said"
        in (await chat.say("2 🌧🌧 [laughs]", reply_to=await chat.person.refresh(card))).text
    )
    assert "600 characters" in (await chat.say("2 " + "far " * 151, reply_to=await chat.person.refresh(card))).text
    assert "There is no line 99" in (await chat.say("99 hello", reply_to=await chat.person.refresh(card))).text


async def with_options(chat: Chat, deps: Deps, **changed: Any) -> Podcast:
    row = await podcast_row(chat, deps)
    async with deps.tx() as tx:
        stored = await tx.session.get_one(Podcast, row.id)
        stored.options = replace(PodcastOptions.from_json(stored.options), **changed).to_json()
    return row


async def test_a_provider_that_is_gone_is_told_wherever_it_is_met(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps)
    podcast = await with_options(chat, deps, provider=Engine.ELEVENLABS)
    for action in (SetProvider(podcast.id, Engine.UNREAL), StraightToAudio(podcast.id)):
        assert "aren't offered any more" in str(await chat.press_data(card, action.encode()))
    assert (await podcast_row(chat, deps)).status == PodcastStatus.DRAFT
    await chat.press_data(card, ChooseVoice(podcast.id, Speaker.HOST, 1).encode())
    choice = await chat.person.refresh(card)
    assert "Whose voices?" in choice.text
    assert "Clara asks, Theo answers." in (await pressed(chat, choice, "Offline voices")).text


async def test_voices_that_are_gone_are_changed_under_a_script(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    podcast = await with_options(chat, deps, host=ChosenVoice("gone", "Gwen"))
    answer = await chat.press_data(card, MakeAudio(podcast.id).encode())
    assert "The voice “Gwen” isn't there any more. Choose another one." in str(answer)
    voices = await pressed(chat, card, "Host: Clara")
    card = await pressed(chat, voices, next(label for label in labels(voices) if label == "Clara"))
    assert "1 Clara: What happened then?" in card.text
    await chat.press_data(card, MakeAudio(podcast.id).encode())
    assert (await podcast_row(chat, deps)).status == PodcastStatus.RENDERING


async def test_a_voice_that_is_gone_is_told_before_anything_is_written(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps)
    podcast = await with_options(chat, deps, host=ChosenVoice("gone", "Gwen"))
    answer = await chat.press_data(card, WriteScript(podcast.id).encode())
    assert "The voice “Gwen” isn't there any more. Choose another one." in str(answer)
    async with deps.sessions() as session:
        assert (await session.scalars(select(Work).where(Work.subject_id == podcast.id))).all() == []
    assert "has changed" in str(await chat.press_data(card, HearVoice(podcast.id, 99, "abcdef").encode()))


async def test_buttons_of_a_podcast_that_is_gone_are_all_answered(chat: Chat, deps: Deps) -> None:
    card = await script_card(chat, deps)
    gone = ids.PodcastId(ids.new())
    for action in (ShowPodcast, MakeAudio, StopPodcast, RetryPodcast, DeletePodcast, UndeletePodcast, WriteScript):
        answer = await chat.press_data(card, action(gone).encode())
        assert "isn't yours" in str(answer), action


async def test_deleting_and_taking_it_back_can_be_pressed_twice(chat: Chat, deps: Deps) -> None:
    podcast = await a_ready_one(chat, deps)
    one = await pressed(chat, await chat.say("/podcasts"), await newest_label(chat))
    for _ in range(2):
        await chat.press_data(one, DeletePodcast(podcast.id).encode())
        assert "is deleted" in (await chat.person.refresh(one)).text
    for _ in range(2):
        await chat.press_data(one, UndeletePodcast(podcast.id).encode())
        assert "Ready" in (await chat.person.refresh(one)).text
