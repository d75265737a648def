"""The Bot API's HTTP side: who calls, what came with the call, faults, the answer."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable
from typing import Any

from aiohttp import web

from web.sandbox import methods  # noqa: F401 - registers the methods
from web.sandbox.answers import answer_json, refusal_json
from web.sandbox.call import METHODS, Call
from web.sandbox.calls import RecordedCall
from web.sandbox.errors import ApiError, TooManyRequests
from web.sandbox.faults import Fault
from web.sandbox.methods.files import download
from web.sandbox.model import Bot, Json
from web.sandbox.reading import Arguments, as_text, read_arguments
from web.sandbox.state import World

PATH = re.compile(r"/bot(?P<token>[^/]+)(?:/test)?/(?P<method>[^/]*)$")
FILE_PATH = re.compile(r"/file/bot(?P<token>[^/]+)/(?P<path>.+)$")
KEPT_PARAM_LENGTH = 20_000
NOT_BY_WEBHOOK = frozenset({"setwebhook", "deletewebhook", "close", "logout"})


class AnswerDropped(Exception):
    """The connection closes without an answer."""


async def answer_bot(world: World, request: web.Request) -> web.StreamResponse:
    """Carry out one call, and answer it as the Bot API does."""
    try:
        return answer_json(await _call_of(world, request))
    except ApiError as refusal:
        return refusal_json(refusal)
    except AnswerDropped:
        if request.transport:
            request.transport.abort()
        raise web.HTTPServiceUnavailable from None  # goes nowhere: the connection is closed
    finally:
        world.storage.commit()


def download_for_bot(world: World, request: web.Request) -> web.StreamResponse:
    """A file by its file_path."""
    found = FILE_PATH.match(request.path)
    try:
        authorize(world, found["token"] if found else "")
        return download(world, found["path"] if found else "")
    except ApiError as refusal:
        return refusal_json(refusal)


async def _call_of(world: World, request: web.Request) -> Any:
    found = PATH.match(request.path)
    if not found:
        raise ApiError(404, "Not Found")
    bot = authorize(world, found["token"])
    arguments = await read_arguments(world, request)
    try:
        return await run_call(world, bot, found["method"], arguments)
    finally:
        arguments.discard()


def authorize(world: World, token: str) -> Bot:
    if bot := world.bot_with_token(token):
        return bot
    number, colon, secret = token.partition(":")
    if not (colon and secret and number.isdecimal() and not number.startswith("0") and len(token) <= 80):
        raise ApiError(401, "Unauthorized: invalid token specified")
    raise ApiError(401, "Unauthorized")


async def run_call(world: World, bot: Bot, name: str, arguments: Arguments) -> Any:
    """Record the call, let faults strike, and carry it out."""
    known_name, handler = METHODS.get(name.lower(), (name, None))
    record = _record(world, bot, known_name, arguments)
    started = time.perf_counter()
    try:
        fault = world.faults.strike(known_name, arguments.params.get("chat_id"))
        await _before(world, fault)
        if handler is None:
            raise ApiError(404, "Not Found: method not found")
        outcome = handler(Call(world, bot, known_name, arguments.params, arguments.uploads))
        result = await outcome if isinstance(outcome, Awaitable) else outcome
        record.accepted = True
        record.result = _short(result)
        world.storage.commit()
        await _after(fault)
    except ApiError as refusal:
        record.answered = refusal.code
        record.limit = refusal.limit if isinstance(refusal, TooManyRequests) else ""
        raise
    else:
        record.answered = 200
        return result
    finally:
        record.took_ms = round((time.perf_counter() - started) * 1000, 3)


def _record(world: World, bot: Bot, name: str, arguments: Arguments) -> RecordedCall:
    params = {key: value[:KEPT_PARAM_LENGTH] for key, value in arguments.params.items()}
    files = {key: {"name": upload.name, "size": upload.size} for key, upload in arguments.uploads.items()}
    record = RecordedCall(bot.id, name, params, files, world.now())
    world.calls.add(record)
    return record


def _short(result: Any) -> Json:
    """What of a result is worth keeping in the record."""
    if isinstance(result, dict) and "message_id" in result:
        return {"message_id": result["message_id"]}
    if isinstance(result, list) and result and isinstance(result[0], dict) and "message_id" in result[0]:
        return {"message_ids": [message["message_id"] for message in result]}
    return {}


async def _before(world: World, fault: Fault | None) -> None:
    if world.latency_s:
        await asyncio.sleep(world.latency_s)
    if fault is None:
        return
    if fault.kind == "hang":
        await asyncio.sleep(fault.delay_s or 3600)
        raise AnswerDropped
    if fault.kind == "error":
        raise ApiError(fault.error_code, fault.description)
    if fault.kind == "rate_limit":
        raise TooManyRequests(fault.retry_after, limit="fault")


async def _after(fault: Fault | None) -> None:
    if fault and fault.kind == "delay":
        await asyncio.sleep(fault.delay_s)
    if fault and fault.kind == "drop_answer":
        raise AnswerDropped


async def answer_of_webhook(world: World, bot: Bot, call: Json) -> None:
    """Carry out the method that a webhook answered with. Nobody hears how that went."""
    params = {name: as_text(value) for name, value in call.items() if name != "method" and value is not None}
    name = str(call["method"])
    if name.lower().startswith("get") or name.lower() in NOT_BY_WEBHOOK:
        return
    with contextlib.suppress(ApiError, AnswerDropped):
        await run_call(world, bot, name, Arguments(params))
