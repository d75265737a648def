"""Hello, help, settings and the time zone, as a person meets them."""

from tests.bot.chat import Chat


async def test_start_says_what_to_send_and_offers_an_example(chat: Chat) -> None:
    answer = await chat.say("/start")
    assert answer.text.startswith("👋 Hello Ann!")
    assert "Send me" in answer.text
    assert [button.text for button in answer.buttons] == ["✨ Show me"]
