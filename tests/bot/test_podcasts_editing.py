"""Changing scripts in the chat: by a wish, with and without a model, and of finished episodes."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from telegram import Bot

from bot.app import build_application
from bot.podcasts.actions import ChoosePodcastLanguage, RedoSection
from core.deps import Deps
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import PodcastOptions
from core.providers.llm import ChatClient
from core.providers.script_model import ModelScriptWriter
from core.work.models import Work
from tests.bot.chat import Chat
from tests.bot.podcasts import SCRIPT, a_ready_one, labels, options_card, podcast_row, pressed, script_card
from tests.core.providers.fake_model_server import KEY
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import SeenMessage


@pytest.fixture
async def modelled(deps: Deps, bot: Bot, sandbox: RunningSandbox) -> AsyncIterator[Chat]:
    """A chat with a bot that has a model; nothing here asks it anything."""
    async with httpx.AsyncClient() as http:
        client = ChatClient(http, base_url="http://127.0.0.1:9/v1", models=("first",), key=SecretStr(KEY))
        with_model = replace(deps, scripts=ModelScriptWriter(client))
        yield Chat(build_application(with_model, bot), sandbox, await sandbox.client.new_person("Ann"))


async def newest_work(chat: Chat, deps: Deps) -> Work:
    async with deps.sessions() as session:
        podcast = await podcast_row(chat, deps)
        found = await session.scalars(select(Work).where(Work.subject_id == podcast.id).order_by(Work.id.desc()))
        return found.first() or Work()


async def test_focus_and_language_are_offered_with_a_model(modelled: Chat, deps: Deps) -> None:
    card = await options_card(modelled, deps)
    assert "Written offline" not in card.text
    languages = await pressed(modelled, card, "🌐 In English")
    card = await pressed(modelled, languages, "German")
    assert "🌐 In German" in labels(card)
    await modelled.press(card, "🎯 Focus")
    await modelled.person.send_text("What does it cost & <why>?")
    await modelled.handle_updates()
    card = await modelled.person.refresh(card)
    assert "🎯 What does it cost & <why>?" in card.text
    options = PodcastOptions.from_json((await podcast_row(modelled, deps)).options)
    assert (options.language, options.focus) == ("de", "What does it cost & <why>?")


async def test_a_model_may_take_what_was_chosen_whatever_the_text_holds(modelled: Chat, deps: Deps) -> None:
    card = await options_card(modelled, deps)
    assert "about 1 min · uses up to 5 of your 25 minutes" in card.text


async def test_without_a_model_no_language_is_offered_and_an_old_button_says_why(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps)
    assert "Written offline, from your own sentences and in their language." in card.text
    assert "🌐 In English" not in labels(card)
    answer = await chat.press_data(card, ChoosePodcastLanguage((await podcast_row(chat, deps)).id).encode())
    assert "Only a language model can do that" in str(answer)


async def test_without_a_model_a_focus_is_offered(chat: Chat, deps: Deps) -> None:
    card = await options_card(chat, deps)
    await chat.press(card, "🎯 Focus")
    await chat.person.send_text("The bakeries")
    await chat.handle_updates()
    assert "🎯 The bakeries" in (await chat.person.refresh(card)).text


async def test_a_section_is_wished_for_in_place_of_the_script(modelled: Chat, deps: Deps) -> None:
    asking = await pressed(modelled, await script_card(modelled, deps), "♻️ This section anew")
    assert "Section 1 anew: Before" in asking.text
    await modelled.person.send_text("more figures & <b>")
    await modelled.handle_updates()
    work = await newest_work(modelled, deps)
    assert (work.kind, work.payload["section"]) == ("jobs.podcasts.rewrite_section", 1)
    assert work.payload["wish"] == "more figures & <b>"
    assert work.payload["message_id"] == asking.id


async def test_a_section_is_written_anew_without_a_wish_or_not_at_all(modelled: Chat, deps: Deps) -> None:
    asking = await pressed(modelled, await script_card(modelled, deps), "♻️ This section anew")
    card = await pressed(modelled, asking, "‹ Back")
    assert "1 Clara: What happened then?" in card.text
    asking = await pressed(modelled, card, "♻️ This section anew")
    await modelled.press(asking, "♻️ Just write it anew")
    assert (await newest_work(modelled, deps)).payload["wish"] == ""


async def test_offline_a_section_is_written_anew_at_once(chat: Chat, deps: Deps) -> None:
    await chat.press(await script_card(chat, deps), "♻️ This section anew")
    assert (await newest_work(chat, deps)).payload["section"] == 1
    answer = await chat.press_data(await chat.last(), RedoSection((await podcast_row(chat, deps)).id, 1, 0).encode())
    assert "isn't at rest" in str(answer)


async def test_a_line_is_wished_for(chat: Chat, deps: Deps) -> None:
    lines = await pressed(chat, await script_card(chat, deps), "✏️ Change a line")
    line = await pressed(chat, lines, "2")
    await chat.press(line, "🪄 Tell me what to change")
    asking = await chat.last()
    assert "The offline writer knows: shorter" in asking.text
    assert "500 characters are enough" in (await chat.say("x" * 501)).text
    await chat.person.send_text("shorter")
    await chat.handle_updates()
    work = await newest_work(chat, deps)
    assert (work.payload["line"], work.payload["wish"], work.payload["message_id"]) == (2, "shorter", line.id)


async def finished_script(chat: Chat, deps: Deps) -> SeenMessage:
    """The script of an episode whose audio says it."""
    podcast = await a_ready_one(chat, deps)
    names = {"host": "Clara", "guest": "Theo"}
    async with deps.tx() as tx:
        row = await tx.session.get_one(Podcast, podcast.id)
        cues = [{"start_ms": 0, "speaker": names[line.speaker], "text": line.text} for line in SCRIPT.lines]
        row.parts, row.audio_version = [{**row.parts[0], "cues": cues}], 0
    shelf = await chat.say("/podcasts")
    one = await pressed(chat, shelf, "🎧 Rain & <b> · 4:58")
    return await pressed(chat, one, "📜 Script")


async def test_an_edited_episode_tells_what_making_it_again_takes(chat: Chat, deps: Deps) -> None:
    script = await finished_script(chat, deps)
    assert "The audio says this script." in script.text
    assert "‹ Back to the episode" in labels(script)
    await chat.say("4 Now the city is dry.", reply_to=script)
    script = await chat.person.refresh(script)
    assert "1 line is new · uses 1 of your 25 minutes · no further episode" in script.text
    shown = await pressed(chat, await chat.say("/podcasts"), "🎧 Rain & <b> · 4:58")
    assert "The script has changed since the audio was made." in shown.text
    await chat.press(script, "🎙 Make the audio again")
    assert (await podcast_row(chat, deps)).status == PodcastStatus.RENDERING


async def test_leaving_a_line_out_of_an_episode_is_free(chat: Chat, deps: Deps) -> None:
    script = await finished_script(chat, deps)
    line = await pressed(chat, await pressed(chat, script, "✏️ Change a line"), "2")
    script = await pressed(chat, line, "🗑 Leave it out")
    assert "nothing has to be spoken, so it is free" in script.text
