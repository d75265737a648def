import asyncio
import io
import socket
import traceback
from pathlib import Path

import pytest
import telegram
from aiohttp import web
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError, TimedOut

from core.telegram.errors import FloodWait, NotSent, ServerFailed
from tests.core.telegram.fake_telegram import TOKEN, FakeTelegram, open_request
from tests.patience import until

BIG = 8 * 1024 * 1024
"""More than the sockets' buffers hold."""


async def test_a_call_arrives_as_json_with_its_types(bot: telegram.Bot, api: FakeTelegram) -> None:
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Yes", callback_data="y")]])
    message = await bot.send_message(7, "Grüße, мир 👋 \u2028", reply_markup=keyboard, disable_notification=True)
    assert message.message_id == api.last_message_id
    assert api.calls[0].params == {
        "chat_id": 7,
        "text": "Grüße, мир 👋 \u2028",
        "disable_notification": True,
        "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]},
    }


async def test_a_file_is_read_while_it_is_sent(bot: telegram.Bot, api: FakeTelegram, tmp_path: Path) -> None:
    path = tmp_path / "long.bin"
    path.write_bytes(b"0123456789abcdef" * (BIG // 16))
    with path.open("rb") as stored:
        file = telegram.InputFile(stored, filename='мой "file".bin', read_file_handle=False)
        await bot.send_document(7, file, caption="ю")
    call = api.calls[0]
    assert call.params == {"chat_id": "7", "caption": "ю"}
    assert call.files["document"] == ('мой "file".bin', path.read_bytes())


async def test_a_long_poll_may_last_longer_than_the_read_timeout(hasty_bot: telegram.Bot, api: FakeTelegram) -> None:
    api.next.append(api.late(0.8))
    assert await hasty_bot.get_updates(timeout=10) == ()


async def test_a_lone_surrogate_is_left_to_telegram_to_refuse(bot: telegram.Bot, api: FakeTelegram) -> None:
    seen: list[bytes] = []

    async def look(request: web.Request) -> web.Response:
        seen.append(await request.read())
        return web.json_response({"ok": False, "error_code": 400, "description": "Bad Request: bad UTF-8"}, status=400)

    api.next.append(look)
    with pytest.raises(BadRequest):
        await bot.send_message(7, "half \ud83d")
    assert b"half \xed\xa0\xbd" in seen[0]


async def test_refused_connections_send_nothing(api: FakeTelegram) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/bot"
        async with open_request() as request:
            with pytest.raises(NotSent):
                await telegram.Bot(TOKEN, base_url=url, request=request).send_message(7, "Hello")


async def test_an_unknown_host_sends_nothing() -> None:
    async with open_request() as request:
        with pytest.raises(NotSent):
            await telegram.Bot(TOKEN, base_url="http://telegram.invalid/bot", request=request).send_message(7, "Hello")


async def test_waiting_in_vain_for_a_connection_sends_nothing(api: FakeTelegram) -> None:
    api.next.append(api.hang)
    async with open_request(pool_size=1, connect_timeout_s=1, pool_timeout_s=0.1) as request:
        bot = telegram.Bot(TOKEN, base_url=f"{api.url}/bot", request=request)
        first = asyncio.create_task(bot.send_message(7, "first"))
        await until(lambda: api.calls)
        with pytest.raises(NotSent):
            await bot.send_message(7, "second")
        first.cancel()
    assert [call.params["text"] for call in api.calls] == ["first"]


async def test_an_upload_cut_short_sends_nothing(bot: telegram.Bot, api: FakeTelegram) -> None:
    api.next.append(api.break_off_early)
    file = telegram.InputFile(io.BytesIO(bytes(BIG)), filename="big.bin", read_file_handle=False)
    with pytest.raises(NotSent):
        await bot.send_document(7, file)


async def test_an_upload_that_stalls_sends_nothing(api: FakeTelegram) -> None:
    async def stall(request: web.Request) -> web.Response:
        await api.released.wait()
        return web.Response()

    api.next.append(stall)
    async with open_request(
        media_write_timeout_s=0.2, read_timeout_s=0.1, connect_timeout_s=0.1, pool_timeout_s=0.1
    ) as request:
        bot = telegram.Bot(TOKEN, base_url=f"{api.url}/bot", request=request)
        file = telegram.InputFile(io.BytesIO(bytes(BIG)), filename="big.bin", read_file_handle=False)
        with pytest.raises(NotSent):
            await bot.send_document(7, file)


async def test_no_answer_after_the_call_was_written_is_unknown(bot: telegram.Bot, api: FakeTelegram) -> None:
    api.next.append(api.break_off)
    with pytest.raises(NetworkError) as caught:
        await bot.send_message(7, "Hello")
    assert type(caught.value) is NetworkError
    assert len(api.calls) == 1


async def test_silence_after_the_call_was_written_is_a_timeout(hasty_bot: telegram.Bot, api: FakeTelegram) -> None:
    api.next.append(api.hang)
    with pytest.raises(TimedOut):
        await hasty_bot.send_message(7, "Hello")
    assert len(api.calls) == 1


async def test_a_kept_connection_that_breaks_is_never_tried_twice(bot: telegram.Bot, api: FakeTelegram) -> None:
    api.next.extend([api.succeed, api.break_off])
    await bot.send_message(7, "first")
    with pytest.raises(NetworkError):
        await bot.send_message(7, "second")
    assert [call.params["text"] for call in api.calls] == ["first", "second"]


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(bot: telegram.Bot, api: FakeTelegram) -> None:
    api.next.append(api.succeed_and_close)
    await bot.send_message(7, "first")
    await asyncio.sleep(0.05)
    await bot.send_message(7, "second")
    assert [call.params["text"] for call in api.calls] == ["first", "second"]


async def test_connections_are_reused(bot: telegram.Bot, api: FakeTelegram) -> None:
    ports: set[int] = set()

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return await api.succeed(request)

    api.next.extend([note] * 5)
    for _ in range(5):
        await bot.send_message(7, "Hello")
    assert len(ports) == 1


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (403, '{"ok":false,"description":"Forbidden: bot was blocked by the user"}', Forbidden),
        (413, '{"ok":false,"description":"Request Entity Too Large"}', BadRequest),
        (418, "teapot", BadRequest),
        (429, '{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":3}}', FloodWait),
        (429, "slow down", NotSent),
        (302, "", NotSent),
    ],
)
async def test_answers_that_refuse(
    bot: telegram.Bot, api: FakeTelegram, status: int, body: str, expected: type[TelegramError]
) -> None:
    api.next.append(api.answer(status, body, Location=f"{api.url}/bot{TOKEN}/elsewhere"))
    with pytest.raises(expected):
        await bot.send_message(7, "Hello")
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("status", "body", "by_api"),
    [
        (500, '{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}', True),
        (502, "<html>Bad Gateway</html>", False),
        (504, "[]", False),
    ],
)
async def test_a_failing_server_says_who_failed(
    bot: telegram.Bot, api: FakeTelegram, status: int, body: str, by_api: bool
) -> None:
    api.next.append(api.answer(status, body))
    with pytest.raises(ServerFailed) as caught:
        await bot.send_message(7, "Hello")
    assert (caught.value.status, caught.value.by_api) == (status, by_api)


async def test_an_unreadable_answer_is_told_but_not_logged(
    bot: telegram.Bot, api: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    api.next.append(api.answer(200, '{"result": {"text": "private'))
    with pytest.raises(TelegramError, match="Invalid server response"):
        await bot.send_message(7, "Hello")
    assert "private" not in caplog.text


@pytest.mark.parametrize("trouble", ["hang", "break_off", "refused", "invalid", "upload"])
async def test_no_exception_shows_the_token(api: FakeTelegram, trouble: str) -> None:
    if trouble in {"hang", "break_off"}:
        api.next.append(getattr(api, trouble))
    if trouble == "upload":
        api.next.append(api.break_off_early)
    base = {"refused": "http://127.0.0.1:1", "invalid": "http://[bad"}.get(trouble, api.url)
    async with open_request(read_timeout_s=0.1) as request:
        bot = telegram.Bot(TOKEN, base_url=f"{base}/bot", request=request)
        file = telegram.InputFile(io.BytesIO(bytes(BIG)), filename="big.bin", read_file_handle=False)
        with pytest.raises(NetworkError) as caught:
            await (bot.send_document(7, file) if trouble == "upload" else bot.send_message(7, "Hello"))
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in f"{error} {error!r} {error.args}"
        assert "".join(traceback.format_exception(error)).count(TOKEN) == 0
        error = error.__cause__ or error.__context__


async def test_before_initialize_and_after_shutdown_nothing_is_sent(api: FakeTelegram) -> None:
    async with open_request() as request:
        pass
    with pytest.raises(NotSent):
        await telegram.Bot(TOKEN, base_url=f"{api.url}/bot", request=request).send_message(7, "Hello")
