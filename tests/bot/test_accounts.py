"""Hello, help, settings, and the answers to what leads nowhere."""

import re

import pytest

from bot.accounts import screens
from bot.app import Application
from bot.router import Command
from bot.texts import LANGUAGES, Texts
from tests.bot.chat import Chat
from tests.sandbox_server import RunningSandbox

T = Texts("en")


async def _nothing(_: object) -> None:
    """A handler that is never called."""


async def test_start_says_what_to_send_and_offers_an_example(chat: Chat) -> None:
    answer = await chat.say("/start")
    assert answer.text.startswith("👋 Hello Ann!")
    assert "Send me text, a link, a voice message, audio, a video, a PDF, a Word or text file" in answer.text
    assert [button.text for button in answer.buttons] == ["✨ Show me"]


async def test_a_name_that_looks_like_html_is_shown_as_it_is(application: Application, sandbox: RunningSandbox) -> None:
    person = await sandbox.client.new_person("<b>&Ann</b>")
    answer = await Chat(application, sandbox, person).say("/start")
    assert "Hello <b>&Ann</b>!" in answer.text


@pytest.mark.parametrize("payload", ["ref-42", "x", "-", "A_b-C-9"])
async def test_a_start_link_that_nobody_knows_is_just_a_hello(chat: Chat, payload: str) -> None:
    assert "Hello Ann" in (await chat.say(f"/start {payload}")).text


async def test_a_start_link_leads_to_who_has_registered_its_name(chat: Chat, application: Application) -> None:
    followed: list[str] = []

    async def follow(_: object, rest: str) -> None:
        followed.append(rest)

    application.router.link("pay", follow)
    await chat.person.send_text("/start pay-a-b")
    await chat.handle_updates()
    assert followed == ["a-b"]
    assert await chat.answers() == []


async def test_the_example_becomes_a_source_whose_posts_can_be_written(chat: Chat) -> None:
    hello = await chat.say("/start")
    await chat.press(hello, "Show me")
    card = await chat.last()
    assert "Why our bakery stopped baking at noon" in card.text
    assert card.button("Write posts")
    await chat.press(hello, "Show me")
    assert (await chat.last()).id > card.id, "pressing again shows the same source again"


async def test_help_lists_each_command_once_in_few_lines(chat: Chat, application: Application) -> None:
    answer = await chat.say("/help")
    for name, command in application.router.commands.items():
        hidden = command.for_admins or name == "help"
        assert len(re.findall(rf"/{name}\b", answer.text)) == (0 if hidden else 1), name
    assert len(answer.text.splitlines()) <= 28


def test_help_shows_a_command_of_a_new_feature_though_no_group_names_it() -> None:
    shown = screens.help_screen([Command("fly", _nothing, "Fly away"), Command("sit", _nothing)], T).text
    assert "/fly – Fly away" in shown
    assert "Also: /sit" in shown


async def test_a_mistyped_command_is_answered_with_the_nearest_one(chat: Chat) -> None:
    assert (await chat.say("/setings")).text == "I don't know /setings. Did you mean /settings?"
    assert (await chat.say("/HELPP")).text == "I don't know /helpp. Did you mean /help?"


async def test_a_command_like_no_other_is_answered_with_help(chat: Chat) -> None:
    assert (await chat.say("/xyzzy")).text == "I don't know /xyzzy. All that I can do is in /help."


async def test_commands_of_admins_are_there_for_admins_only(chat: Chat, application: Application) -> None:
    application.router.command("adminpanel", _nothing, menu="Rule", for_admins=True)
    assert (await chat.say("/adminpanel")).text.startswith("I don't know /adminpanel.")
    assert "adminpanel" not in (await chat.say("/adminpane")).text.replace("/adminpane.", "")
    assert "adminpanel" not in (await chat.say("/help")).text


async def test_cancel_says_when_there_is_nothing_to_cancel(chat: Chat) -> None:
    assert (await chat.say("/cancel")).text == "There is nothing to cancel: I wasn't waiting for anything."


async def test_cancel_says_what_was_cancelled(chat: Chat) -> None:
    settings = await chat.say("/settings")
    await chat.press(settings, "Time zone")
    assert (await chat.say("/cancel")).text == "Cancelled: choosing a time zone."
    assert "nothing to cancel" in (await chat.say("/cancel")).text


@pytest.mark.parametrize("command", ["/terms", "/privacy", "/paysupport"])
async def test_the_small_print_is_short(chat: Chat, command: str) -> None:
    answer = await chat.say(command)
    assert 0 < len(answer.text) < 700
    assert not answer.text.startswith("I don't know")


async def test_privacy_says_where_posts_are_written(chat: Chat) -> None:
    assert "your texts are sent to nobody else" in (await chat.say("/privacy")).text
    assert "(vendor/model)" in screens.privacy("vendor/model", T)


async def test_settings_show_what_is_chosen(chat: Chat) -> None:
    answer = await chat.say("/settings")
    assert answer.text.splitlines() == [
        "⚙️ Settings",
        "",
        "🗣 Language: English",
        "🕐 Time zone: not chosen yet",
        "📣 New posts are for: Telegram",
        "🔌 After I was down: 🚀 Send it late",
        "✉️ E-mail: none",
    ]


async def test_platforms_are_switched_on_and_off_in_place(chat: Chat) -> None:
    settings = await chat.say("/settings")
    await chat.press(settings, "Platforms")
    shown = await chat.person.refresh(settings)
    assert shown.button("✓ Telegram")
    await chat.press(shown, "LinkedIn")
    assert (await chat.user()).platforms == ["linkedin", "telegram"]
    shown = await chat.person.refresh(settings)
    await chat.press(shown, "✓ Telegram")
    assert (await chat.user()).platforms == ["linkedin"]
    await chat.press(await chat.person.refresh(settings), "‹ Settings")
    assert "New posts are for: LinkedIn" in (await chat.person.refresh(settings)).text


async def test_pressing_a_platform_twice_ends_in_the_state_that_was_pressed(chat: Chat) -> None:
    settings = await chat.say("/settings")
    await chat.press(settings, "Platforms")
    shown = await chat.person.refresh(settings)
    first = await chat.press(shown, "LinkedIn")
    data = shown.button("LinkedIn").data
    assert data is not None
    second = await chat.press_data(shown, data)
    assert first is not None
    assert second is not None
    assert (first.text, second.text) == ("Saved.", "Saved.")
    assert (await chat.user()).platforms == ["linkedin", "telegram"]


async def test_the_last_platform_stays(chat: Chat) -> None:
    settings = await chat.say("/settings")
    await chat.press(settings, "Platforms")
    answer = await chat.press(await chat.person.refresh(settings), "✓ Telegram")
    assert answer is not None
    assert answer.show_alert
    assert answer.text == "Keep at least one: that is what new posts are written for."
    assert (await chat.user()).platforms == ["telegram"]


async def test_the_shipped_languages_are_offered_and_no_other(chat: Chat) -> None:
    settings = await chat.say("/settings")
    await chat.press(settings, "Language")
    shown = await chat.person.refresh(settings)
    offered = [button.data for button in shown.buttons if (button.data or "").startswith("ac.lg:")]
    assert offered == [f"ac.lg:{code}" for code in LANGUAGES]
    await chat.press(shown, "English")
    assert "Language: English" in (await chat.person.refresh(settings)).text
    answer = await chat.press_data(shown, "ac.lg:tlh")
    assert answer is not None
    assert answer.text == "I don't speak that language yet."
    assert (await chat.user()).language == "en"


async def test_in_a_group_a_command_leads_to_the_private_chat(chat: Chat) -> None:
    group = await chat.person.make_chat("supergroup", "Friends")
    await chat.person.add_bot(group["id"])
    answer = await chat.say("/settings@postaify_sandbox_bot", chat_id=group["id"])
    assert answer.text == "That is between you and me: let's talk in private."
    assert answer.buttons[0].url == "https://t.me/postaify_sandbox_bot?start=group"


@pytest.mark.parametrize("text", ["/settings@another_bot", "/roll", "hello everybody", "/var/log is full"])
async def test_in_a_group_what_is_meant_for_others_is_left_alone(chat: Chat, text: str) -> None:
    group = await chat.person.make_chat("supergroup", "Friends")
    await chat.person.add_bot(group["id"])
    await chat.person.send_text(text, chat_id=group["id"])
    await chat.handle_updates()
    assert await chat.answers(chat_id=group["id"]) == []
