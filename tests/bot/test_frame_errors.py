"""The error ladder and the flood limit: whatever goes wrong ends in one clear answer."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from structlog.testing import capture_logs
from telegram import Bot

from bot.accounts.actions import ShowPlatforms
from bot.app import Application, build_application
from bot.context import Context
from bot.errors import sentence_of
from bot.middleware import ActionCounter
from bot.router import Router
from bot.screens import Screen
from bot.texts import Texts
from core import metrics
from core.deps import Deps
from core.errors import AppError, Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, ProviderError
from core.limits import RateLimit
from tests.bot.chat import Chat
from tests.sandbox_server import RunningSandbox

T = Texts("en")


def fail_with(chat: Chat, error: Exception) -> None:
    """Let /fail and the settings button raise it."""

    async def fail(*_: object) -> None:
        raise error

    chat.application.router.command("fail", fail)
    chat.application.router.press(ShowPlatforms, fail)


@pytest.mark.parametrize(
    ("error", "beginning"),
    [
        (NotFound(), "That isn't there any more, or it isn't yours."),
        (NotAllowed(), "You may not do that."),
        (Conflict(), "That has changed meanwhile."),
        (InvalidInput(), "I can't use that."),
        (ProviderError(provider="x", retryable=True), "A service that I need doesn't answer right now."),
        (LimitReached("rate_limited", retry_after_s=61), "That was a lot at once. Please go on in 2 minutes"),
        (AppError("never.registered"), "That didn't work."),
    ],
)
async def test_an_error_without_a_sentence_of_its_own_has_one_for_its_kind(
    chat: Chat, error: AppError, beginning: str
) -> None:
    fail_with(chat, error)
    assert (await chat.say("/fail")).text.startswith(beginning)
    pressed = await chat.press(await chat.say("/settings"), "Platforms")
    assert pressed is not None
    assert pressed.show_alert
    assert pressed.text.startswith(beginning)


def test_the_sentence_of_a_code_goes_before_that_of_its_kind() -> None:
    router = Router()
    router.error("video.too_long", lambda t, params: t("At most {limit} s.", limit=params["limit"]))
    assert sentence_of(router, InvalidInput("video.too_long", limit=600), T) == "At most 600 s."


async def test_a_crash_is_logged_once_with_the_reference_that_the_user_sees(chat: Chat) -> None:
    fail_with(chat, ValueError("a bug"))
    with capture_logs() as logs:
        answer = await chat.say("/fail")
    crashes = [entry for entry in logs if entry["event"] == "bot.crashed"]
    assert len(crashes) == 1
    assert answer.text.endswith(f"tell us {crashes[0]['reference']}.")
    assert "a bug" not in answer.text


@pytest.mark.parametrize("data", ["no.such", "ac.lg", "ac.tz:a:b", "x" * 64])
async def test_an_old_button_says_so(chat: Chat, data: str) -> None:
    answer = await chat.press_data(await chat.say("/settings"), data)
    assert answer is not None
    assert answer.show_alert
    assert answer.text.startswith("This button is out of date.")


async def test_a_press_is_always_answered_once(chat: Chat, sandbox: RunningSandbox) -> None:
    settings = await chat.say("/settings")
    await chat.press(settings, "Platforms")
    await chat.press(settings, "Language")
    answers = await sandbox.client.calls("answerCallbackQuery")
    queries = [call["params"]["callback_query_id"] for call in answers]
    assert len(queries) == len(set(queries))


async def test_somebody_who_has_blocked_the_bot_is_noted_and_comes_back_with_a_message(chat: Chat) -> None:
    await chat.say("/start")
    await chat.person.send_text("/help")
    await chat.person.block()
    await chat.handle_updates()
    assert (await chat.user()).blocked_at is not None
    await chat.person.unblock()
    await chat.handle_updates()
    assert (await chat.user()).blocked_at is None


async def test_a_message_that_telegram_does_not_take_is_answered_with_another(
    chat: Chat, sandbox: RunningSandbox
) -> None:
    await sandbox.client.add_fault("error", "sendMessage", chat_id=chat.person.id, error_code=500)
    answer = await chat.say("/help")
    assert answer.text == "Telegram didn't take my answer just now. Please try again."


async def test_when_even_the_apology_fails_the_bot_goes_on(chat: Chat, sandbox: RunningSandbox) -> None:
    await sandbox.client.add_fault("error", "sendMessage", chat_id=chat.person.id, error_code=500, times=2)
    await chat.person.send_text("/help")
    await chat.handle_updates()
    assert (await chat.say("/cancel")).text.startswith("There is nothing to cancel")


async def test_while_the_database_is_away_the_user_is_told(deps: Deps, bot: Bot, sandbox: RunningSandbox) -> None:
    nowhere = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    away = replace(deps, sessions=async_sessionmaker(nowhere))
    chat = Chat(build_application(away, bot), sandbox, await sandbox.client.new_person("Ann"))
    assert (await chat.say("/start")).text.startswith("Something went wrong on our side.")


async def test_a_press_in_a_group_is_answered_over_the_chat(chat: Chat) -> None:
    group = await chat.person.make_chat("supergroup", "Friends")
    await chat.person.add_bot(group["id"])
    hint = await chat.say("/help@postaify_sandbox_bot", chat_id=group["id"])
    other = Chat(chat.application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    await chat.sandbox.client.request(
        "POST", f"/client/chats/{group['id']}/members", json={"user_id": other.person.id, "status": "member"}
    )
    answer = await other.press_data(hint, "ac.set")
    assert answer is not None
    assert answer.text == "These buttons work in our private chat."


async def test_a_flood_is_answered_once_and_then_dropped(chat: Chat, deps: Deps, sandbox: RunningSandbox) -> None:
    few = ActionCounter(deps.redis, limit=RateLimit("actions", most=2, window_s=60))
    chat.application = replace(chat.application, actions=few)
    for _ in range(2):
        assert (await chat.say("/cancel")).text.startswith("There is nothing to cancel")
    told = await chat.say("/cancel")
    assert told.text == "That was a lot at once. Please go on in a minute; nothing is lost."
    for _ in range(3):
        await chat.person.send_text("/help")
    await chat.handle_updates()
    assert (await chat.last()).id == told.id
    other = Chat(chat.application, sandbox, await sandbox.client.new_person("Bob"))
    assert (await other.say("/cancel")).text.startswith("There is nothing to cancel")


async def test_an_error_with_a_screen_is_told_by_a_message_of_its_own(chat: Chat, application: Application) -> None:
    def screen(context: Context, params: dict[str, object]) -> Screen:
        return Screen(context.texts("Too {what}.", what=params["what"]))

    application.router.error_screen("test.too_much", screen)
    fail_with(chat, InvalidInput("test.too_much", what="<much>"))
    assert (await chat.say("/fail")).text == "Too <much>."
    settings = await chat.say("/settings")
    pressed = await chat.press(settings, "Platforms")
    assert pressed is not None
    assert pressed.text == ""
    assert (await chat.last()).text == "Too <much>."


async def test_updates_are_counted_by_kind_and_outcome(chat: Chat, deps: Deps) -> None:
    await deps.redis.delete(metrics.KEY)
    await chat.say("/help")
    await chat.say("Too short")
    fail_with(chat, ZeroDivisionError("oops"))
    await chat.say("/fail")
    await chat.application.meter.flush()
    counted = (await metrics.collected(deps.redis)).collect()
    samples = [sample for family in counted for sample in family.samples if "update_seconds" in sample.name]
    found = {(sample.labels["kind"], sample.labels["outcome"]) for sample in samples}
    assert {("command", "answered"), ("message", "refused"), ("command", "crashed")} <= found
