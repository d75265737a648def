"""Choosing a time zone: by button, by typing, by location; and going on with what needed it."""

from datetime import UTC, datetime

import pytest

from bot.accounts import ask_time_zone
from bot.accounts import time_zone_screens as screens
from bot.actions import Action, action
from bot.app import Application
from bot.context import Context
from bot.screens import Button, Screen
from bot.texts import Texts
from core.when.zones import CITY_ZONES
from tests.bot.chat import Chat
from tests.factories import ARTICLE
from web.sandbox.client import SeenMessage

T = Texts("en")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@action("t.pick")
class PickTime(Action):
    """Stands for a feature's button that needs the user's zone first."""

    number: int


async def pick_time(context: Context, press: PickTime) -> None:
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    await context.show(Screen(T("Time {n} in {zone}", n=press.number, zone=context.actor.time_zone)))


async def send_card(context: Context) -> None:
    number = int(context.arguments)
    await context.send(Screen(T("A post"), [[Button("Schedule", PickTime(number))]]))


@pytest.fixture(autouse=True)
def scheduling(application: Application) -> None:
    application.router.command("testpost", send_card)
    application.router.press(PickTime, pick_time)


async def zone_question(chat: Chat) -> SeenMessage:
    """The settings' question."""
    settings = await chat.say("/settings")
    await chat.press(settings, "Time zone")
    return await chat.person.refresh(settings)


def test_each_city_shows_its_time_and_the_present_one_is_ticked() -> None:
    shown = screens.choose("Europe/Berlin", NOON, T)
    labels = [str(button.label) for row in shown.keyboard for button in row]
    assert len(labels) == len(CITY_ZONES) + 1
    assert "✓ Berlin 13:00" in labels
    assert "Tokyo 21:00" in labels
    assert "Europe/Berlin (UTC+1), it is 13:00 there" in shown.text


async def test_a_city_button_sets_the_zone_and_settings_show_the_time_there(chat: Chat) -> None:
    question = await zone_question(chat)
    answer = await chat.press(question, "Berlin 13:00")
    assert answer is not None
    assert answer.text == "Europe/Berlin (UTC+1), it is 13:00 there"
    assert (await chat.user()).time_zone == "Europe/Berlin"
    assert "🕐 Time zone: Europe/Berlin (UTC+1), it is 13:00 there" in (await chat.person.refresh(question)).text
    assert "nothing to cancel" in (await chat.say("/cancel")).text


async def test_a_typed_city_sets_the_zone_and_ends_the_question(chat: Chat) -> None:
    question = await zone_question(chat)
    answer = await chat.say("lisboa")
    assert "⚙️ Settings" in answer.text
    assert "Europe/Lisbon (UTC), it is 12:00 there" in answer.text
    settled = await chat.person.refresh(question)
    assert settled.text == "🕐 Europe/Lisbon (UTC), it is 12:00 there."
    assert settled.buttons == []


async def test_a_city_that_is_in_two_zones_is_asked_about(chat: Chat) -> None:
    await zone_question(chat)
    which = await chat.say("Springfield")
    assert which.text == "Which one is yours?"
    assert len(which.buttons) > 1
    await chat.press(which, which.buttons[1].text)
    assert (await chat.user()).time_zone == (which.buttons[1].data or "").removeprefix("ac.tz:")


async def test_an_unknown_city_is_asked_for_again_until_it_is_known(chat: Chat) -> None:
    await zone_question(chat)
    answer = await chat.say("Xyzzyplugh <i>")
    assert "I don't know a city called “Xyzzyplugh <i>”" in answer.text
    assert "Europe/Rome" in (await chat.say("Roma")).text


@pytest.mark.parametrize("text", [ARTICLE, f"{'very ' * 20}long"])
async def test_something_to_write_from_is_no_answer_and_the_question_stays(chat: Chat, text: str) -> None:
    await zone_question(chat)
    assert (await chat.say(text)).button("Write posts")
    assert "Europe/Rome" in (await chat.say("Roma")).text


async def test_a_file_is_no_answer_and_the_question_stays(chat: Chat) -> None:
    await zone_question(chat)
    await chat.person.upload(("note.txt", ARTICLE.encode()))
    await chat.handle_updates()
    assert (await chat.last()).button("Write posts")
    assert "Europe/Rome" in (await chat.say("Roma")).text


async def test_a_location_sets_the_zone_and_the_button_goes_away(chat: Chat) -> None:
    question = await zone_question(chat)
    await chat.press(question, "Find it by my location")
    assert await chat.reply_keyboard() == [["📍 Share my location"]]
    answer = await chat.share_location(19.43, -99.13)
    assert "America/Mexico_City" in answer.text
    assert await chat.reply_keyboard() == []
    assert (await chat.user()).time_zone == "America/Mexico_City"


async def test_cancel_takes_the_location_button_away(chat: Chat) -> None:
    await chat.press(await zone_question(chat), "Find it by my location")
    await chat.say("/cancel")
    assert await chat.reply_keyboard() == []


async def test_a_location_that_nobody_asked_for_sets_the_zone_too(chat: Chat) -> None:
    await chat.say("/start")
    answer = await chat.share_location(35.68, 139.69)
    assert "Asia/Tokyo" in answer.text


async def test_after_a_button_the_act_that_needed_the_zone_goes_on_in_place(chat: Chat) -> None:
    card = await chat.say("/testpost 7")
    await chat.press(card, "Schedule")
    assert "Where do you live?" in (await chat.person.refresh(card)).text
    await chat.press(await chat.person.refresh(card), "London 12:00")
    assert (await chat.person.refresh(card)).text == "Time 7 in Europe/London"


async def test_after_a_typed_city_the_act_goes_on_in_a_new_message(chat: Chat) -> None:
    card = await chat.say("/testpost 8")
    await chat.press(card, "Schedule")
    assert (await chat.say("Oslo")).text == "Time 8 in Europe/Oslo"


async def test_after_a_slip_the_act_still_goes_on(chat: Chat) -> None:
    card = await chat.say("/testpost 9")
    await chat.press(card, "Schedule")
    await chat.say("Qqqqqqqq")
    assert (await chat.say("Oslo")).text == "Time 9 in Europe/Oslo"


async def test_a_zone_that_was_chosen_is_not_asked_for_again(chat: Chat) -> None:
    await chat.press(await zone_question(chat), "London 12:00")
    card = await chat.say("/testpost 6")
    await chat.press(card, "Schedule")
    assert (await chat.person.refresh(card)).text == "Time 6 in Europe/London"


async def test_each_question_remembers_its_own_act_whatever_comes_between(chat: Chat) -> None:
    first = await chat.say("/testpost 1")
    await chat.press(first, "Schedule")
    second = await chat.say("/testpost 2")
    await chat.press(second, "Schedule")
    await chat.say("/help")
    await chat.press(await chat.person.refresh(first), "London 12:00")
    assert (await chat.person.refresh(first)).text == "Time 1 in Europe/London"


async def test_a_zone_that_does_not_exist_is_refused(chat: Chat) -> None:
    question = await zone_question(chat)
    answer = await chat.press_data(question, "ac.tz:Mars/Olympus")
    assert answer is not None
    assert answer.text == "I don't know that time zone."
    assert (await chat.user()).time_zone is None
