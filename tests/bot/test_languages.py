"""The language of the bot: Telegram's, until somebody chooses one; and the menu in it."""

import pytest
from telegram import BotCommandScopeChat

from bot.app import Application
from bot.menus import publish_menu
from bot.texts import LANGUAGES, Texts, supported_language
from core.accounts.service import choose_language, follow_language, welcome_user
from core.db import TelegramId
from core.tx import Tx
from tests.bot.chat import Chat
from tests.texts.speaking import english_in

ARABIC = Texts("ar")


async def test_the_language_follows_telegram_until_one_is_chosen(tx: Tx) -> None:
    async def seen(language: str | None) -> tuple[str, bool]:
        user = await welcome_user(
            tx, telegram_user_id=TelegramId(77), first_name="Eva", username=None, language=language
        )
        return user.language, user.language_chosen

    assert await seen(None) == ("en", False)
    assert await seen("de") == ("de", False)
    assert await seen(None) == ("de", False)
    user = await welcome_user(tx, telegram_user_id=TelegramId(77), first_name="Eva", username=None, language="de")
    await choose_language(tx, user_id=user.id, language="fr", offered=("en", "fr"))
    assert await seen("de") == ("fr", True)
    await follow_language(tx, user_id=user.id, language="uk")
    assert await seen("es") == ("es", False)


def test_a_code_leads_to_the_nearest_language_that_is_offered() -> None:
    assert [supported_language(code) for code in (None, "", "en-GB", "EN_us", "tlh")] == ["en"] * 5


async def test_what_is_chosen_is_ticked_and_menus_follow(chat: Chat, application: Application) -> None:
    await publish_menu(application.bot, application.router)
    settings = await chat.say("/settings")
    await chat.press(settings, "Language")
    shown = await chat.person.refresh(settings)
    assert shown.buttons[0].text == "✓ As in Telegram"
    assert "English" in [button.text for button in shown.buttons]
    await chat.press(shown, "English")
    assert (await chat.user()).language_chosen
    assert await _own_menu(chat), "a menu of their own, whatever their Telegram speaks"
    await chat.press(await chat.person.refresh(settings), "Language")
    await chat.press(await chat.person.refresh(settings), "As in Telegram")
    assert not (await chat.user()).language_chosen
    assert not await _own_menu(chat)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
async def test_every_command_answers_in_the_language(chat: Chat, application: Application, language: str) -> None:
    """And every button below the answer has its label in it."""
    person = await chat.sandbox.client.new_person("Ann", language_code=language)
    theirs = Chat(application, chat.sandbox, person)
    answers = [await theirs.say(f"/{name}") for name in application.router.commands]
    shown = [text for each in answers for text in (each.text, *(button.text for button in each.buttons))]
    assert english_in(shown, language) == []


async def _own_menu(chat: Chat) -> bool:
    return bool(await chat.application.bot.get_my_commands(scope=BotCommandScopeChat(chat.person.id)))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("مرحبا {name}!", "مرحبا \u2068Ann &lt;3\u2069!"),
        ("<b>{name}</b>: نص", "<b>\u2068Ann &lt;3\u2069</b>: نص"),
        ("انظر /help.", "انظر \u2068/help\u2069."),
        ("<code>{name}</code> نص", "<code>Ann &lt;3</code> نص"),
        ('<a href="{name}">نص</a>', '<a href="Ann &lt;3">نص</a>'),
        ("@{name} نص", "\u2068@Ann &lt;3\u2069 نص"),
        ("بقي {n} من 10، {n}/10 أو {n}×", "بقي 7 من 10، 7/10 أو 7×"),
    ],
)
def test_names_dont_turn_an_arabic_sentence_around(message: str, shown: str) -> None:
    assert str(ARABIC(message, name="Ann <3", n=7)) == shown
    assert "\u2068" not in Texts("de")(message, name="Ann", n=7)
