"""Inline mode in the sandbox: as strict as Telegram, with the messages that come of it."""

import asyncio
import json
from typing import Any

import pytest
from telegram import Bot, InlineQueryResultArticle, InputTextMessageContent

from tests.sandbox_server import RunningSandbox
from web.sandbox import SANDBOX_TOKEN
from web.sandbox.client import Person
from web.sandbox.inline_client import InlineAnswer, choose_result, type_inline

ARTICLE = {"type": "article", "id": "1", "title": "One", "input_message_content": {"message_text": "<b>One</b>"}}
KINDS = ["inline_query", "chosen_inline_result", "message"]
VOICE = {"type": "voice", "id": "1", "title": "V", "voice_file_id": "AgAD"}


async def asked(sandbox: RunningSandbox, bot: Bot, person: Person, query: str = "x") -> tuple[Any, "asyncio.Task[Any]"]:
    typing = asyncio.create_task(type_inline(person, query))
    (update,) = await bot.get_updates(offset=-1, timeout=5, allowed_updates=KINDS)
    while update.inline_query is None:
        (update,) = await bot.get_updates(offset=update.update_id + 1, timeout=5, allowed_updates=KINDS)
    await bot.get_updates(offset=update.update_id + 1)
    return update.inline_query, typing


async def refused(sandbox: RunningSandbox, query_id: str, results: Any, **more: Any) -> str:
    answer = await sandbox.client.bot_call(
        SANDBOX_TOKEN, "answerInlineQuery", inline_query_id=query_id, results=json.dumps(results), **more
    )
    assert answer["ok"] is False
    return str(answer["description"])


async def test_a_query_is_answered_once_and_a_result_becomes_a_message(
    sandbox: RunningSandbox, bot: Bot, person: Person
) -> None:
    query, typing = await asked(sandbox, bot, person, "bread")
    assert (query.query, query.offset, query.chat_type, query.from_user.id) == ("bread", "", "sender", person.id)
    content = InputTextMessageContent("<b>One</b>", parse_mode="HTML")
    await bot.answer_inline_query(query.id, [InlineQueryResultArticle("1", "One", content)], is_personal=True)
    answer: InlineAnswer = await typing
    sent = await choose_result(person, answer)
    assert (sent.text, sent.outgoing, sent.body["via_bot"]["id"]) == ("One", True, bot.id)
    updates = await bot.get_updates(allowed_updates=KINDS)
    chosen = next(update.chosen_inline_result for update in updates if update.chosen_inline_result)
    assert (chosen.result_id, chosen.query) == ("1", "bread")
    assert next(update.message for update in updates if update.message).to_dict()["via_bot"]["id"] == bot.id
    assert "too old" in await refused(sandbox, query.id, [])


@pytest.mark.parametrize(
    ("results", "more", "words"),
    [
        ([ARTICLE, ARTICLE], {}, "RESULT_ID_DUPLICATE"),
        ([{**ARTICLE, "id": ""}], {}, "RESULT_ID_INVALID"),
        ([{**ARTICLE, "id": "x" * 65}], {}, "RESULT_ID_INVALID"),
        ([{**ARTICLE, "id": str(number)} for number in range(51)], {}, "RESULTS_TOO_MUCH"),
        ([{**ARTICLE, "title": ""}], {}, 'Can\'t find field "title"'),
        ([{**ARTICLE, "input_message_content": None}], {}, 'Can\'t find field "input_message_content"'),
        ([{**ARTICLE, "input_message_content": {"message_text": "x" * 4097}}], {}, "message is too long"),
        ([{**ARTICLE, "input_message_content": {"message_text": "<b>x", "parse_mode": "HTML"}}], {}, "parse entities"),
        ([{**ARTICLE, "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}], {}, "Text buttons are unallowed"),
        ([{"type": "sticker", "id": "1"}], {}, "unsupported"),
        ([VOICE], {}, "wrong remote file identifier"),
        ({}, {}, "expected an Array"),
        ([], {"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ([], {"button": '{"text": "Go", "start_parameter": "a b"}'}, "START_PARAM_INVALID"),
        ([], {"button": '{"text": "Go", "start_parameter": ""}'}, "START_PARAM_INVALID"),
        ([], {"button": '{"start_parameter": "a"}'}, 'Can\'t find field "text"'),
    ],
)
async def test_what_telegram_refuses_is_refused(
    sandbox: RunningSandbox, bot: Bot, person: Person, results: Any, more: dict[str, str], words: str
) -> None:
    query, typing = await asked(sandbox, bot, person)
    assert words in await refused(sandbox, query.id, results, **more)
    await bot.answer_inline_query(query.id, [])
    assert (await typing).results == []


async def test_whoever_is_not_in_a_chat_can_type_nothing_there(sandbox: RunningSandbox, person: Person) -> None:
    other = await sandbox.client.new_person("Other")
    group = await other.make_chat("supergroup", "Elsewhere")
    with pytest.raises(Exception, match="not in the chat"):
        await type_inline(person, "x", chat_id=group["id"])


async def test_the_bot_says_that_it_can_be_asked(bot: Bot) -> None:
    assert (await bot.get_me()).supports_inline_queries
