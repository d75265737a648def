"""Webhooks: pushed with the secret, in order, and again until taken."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest

from tests.patience import until
from web.sandbox.client import Person
from web.sandbox.model import Json


@dataclass
class Hook:
    """A bot's web server: answers with the statuses it was told, then with 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answer: Json | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        return web.json_response(self.answer) if self.answer else web.Response()

    async def wait_for(self, count: int) -> None:
        await until(lambda: len(self.bodies) >= count)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def test_updates_are_pushed_with_the_secret_and_confirmed_by_a_200(bot: Bot, person: Person, hook: Hook) -> None:
    await bot.set_webhook(hook.url, secret_token="s3cret")
    await person.send_text("hello")
    await hook.wait_for(2)
    assert [body["message"]["text"] for body in hook.bodies] == ["/start", "hello"]
    assert hook.secrets == ["s3cret", "s3cret"]

    async def confirmed() -> bool:
        return (await bot.get_webhook_info()).pending_update_count == 0

    await until(confirmed)
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections) == (hook.url, 40)


async def test_an_update_comes_again_after_an_error_and_holds_back_its_chat(
    bot: Bot, person: Person, hook: Hook
) -> None:
    hook.statuses = [500]
    await bot.set_webhook(hook.url)
    await person.send_text("second")
    await hook.wait_for(3)
    assert [body["message"]["text"] for body in hook.bodies] == ["/start", "/start", "second"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    assert info.last_error_date


async def test_the_answer_may_be_a_call(bot: Bot, person: Person, hook: Hook) -> None:
    hook.answer = {"method": "sendMessage", "chat_id": person.id, "text": "from the webhook"}
    await bot.set_webhook(hook.url)
    assert (await person.wait_for_message("from the webhook")).text == "from the webhook"


async def test_pending_updates_can_be_dropped(bot: Bot, person: Person, hook: Hook) -> None:
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    await person.send_text("only this")
    await hook.wait_for(1)
    assert hook.bodies[0]["message"]["text"] == "only this"
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("nonsense", "", "Invalid webhook url specified"),
        ("http://192.0.2.1/x", "", "An https url must be provided for webhook"),
        ("http://127.0.0.1/x", "no spaces", "Secret token contains unallowed characters"),
    ],
)
async def test_webhooks_that_are_refused(bot: Bot, url: str, secret: str, words: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){words}"):
        await bot.set_webhook(url, secret_token=secret)
