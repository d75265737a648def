"""The client API of README.md: how a person's app (the chat page, the tests) takes part."""

import json

from aiohttp import web

from web.sandbox.errors import invalid
from web.sandbox.events import Event
from web.sandbox.http import WORLD, Body, integer_of, read_json
from web.sandbox.model import Chat
from web.sandbox.people import (
    button_data,
    chat_of,
    check_inside,
    default_person,
    existing_message,
    new_person,
    press,
    say,
    set_blocked,
)
from web.sandbox.state import World
from web.sandbox.views import view_chat, view_message

routes = web.RouteTableDef()
LABEL = "Local sandbox"
KEEP_ALIVE_S = 15.0
PAGE = 50
FAR = 1 << 60


@routes.get("/client/me")
async def me(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    bot = world.default_bot
    shown = {"id": bot.id, "username": bot.username, "first_name": bot.public()["first_name"]}
    texts = {name: bot.texts.get(f"{name}:", "") for name in ("description", "short_description")}
    return web.json_response({"user": default_person(world).public(), "bot": shown, "label": LABEL, **texts})


@routes.get("/client/users")
async def users(request: web.Request) -> web.Response:
    return web.json_response({"users": [user.public() for user in request.app[WORLD].users.values()]})


@routes.post("/client/users")
async def add_user(request: web.Request) -> web.Response:
    body = await read_json(request)
    more = {name: body.optional(name) for name in ("last_name", "username", "language_code")}
    user = new_person(request.app[WORLD], body.text("first_name"), **more)
    return web.json_response(user.public())


@routes.get("/client/users/{user_id}/chats")
async def chats(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    user_id = world.user(integer_of(request.match_info["user_id"])).id
    mine = [chat for chat in world.chats.values() if user_id in world.people_in(chat) and not chat.migrated_to]
    views = [view_chat(world, chat, user_id) for chat in mine]
    views.sort(key=lambda view: view["last_message"]["date"] if view["last_message"] else 0, reverse=True)
    return web.json_response(views)


def chat_in(request: web.Request, body: Body | None = None) -> Chat:
    """The chat of a path; `bot_id` picks the bot of a private one."""
    asked = body.optional("bot_id") if body else None
    bot_id = asked or request.query.get("bot_id")
    number = integer_of(request.match_info["chat_id"])
    return chat_of(request.app[WORLD], number, integer_of(bot_id) if bot_id else None)


@routes.get("/client/chats/{chat_id}/messages")
async def messages(request: web.Request) -> web.Response:
    world, chat = request.app[WORLD], chat_in(request)
    user_id = integer_of(request.query.get("user_id", ""))
    check_inside(world, chat, user_id)
    limit = min(integer_of(request.query.get("limit", str(PAGE))), 500)
    before = request.query.get("before")
    after = chat.cleared_up_to.get(user_id, 0)
    found = world.storage.messages_before(
        chat.key, integer_of(before) if before else FAR, after=after, limit=limit + 1
    )
    page = found[:limit][::-1]
    if page and not before:
        mark_read(world, chat, user_id, page[-1].id)
    views = [view_message(world, message, user_id) for message in page]
    return web.json_response({"messages": views, "has_more": len(found) > limit})


def mark_read(world: World, chat: Chat, user_id: int, up_to: int) -> None:
    if chat.read_up_to.get(user_id, 0) < up_to:
        chat.read_up_to[user_id] = up_to
        world.save_chat(chat)


@routes.get("/client/chats/{chat_id}/messages/{message_id}")
async def message_of(request: web.Request) -> web.Response:
    world, chat = request.app[WORLD], chat_in(request)
    user_id = integer_of(request.query.get("user_id", ""))
    check_inside(world, chat, user_id)
    found = world.storage.message(chat.key, integer_of(request.match_info["message_id"]))
    if found is None:
        raise web.HTTPNotFound
    return web.json_response(view_message(world, found, user_id))


@routes.post("/client/chats/{chat_id}/messages")
async def write(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    contents = [{"text": body.text("text")}]
    posted = say(world, chat, user_id, contents, reply_to=body.maybe_integer("reply_to_message_id"))
    return web.json_response({"messages": [view_message(world, message, user_id) for message in posted]})


@routes.post("/client/chats/{chat_id}/messages/{message_id}/press")
async def press_button(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    message = existing_message(world, chat, integer_of(request.match_info["message_id"]))
    data = body.optional("callback_data")
    if data is None:
        place = body.values.get("button")
        if not isinstance(place, dict):
            raise invalid("say which button")
        data = button_data(message, int(place.get("row", 0)), int(place.get("column", 0)))
    query = press(world, chat, body.integer("user_id"), message.id, data)
    world.storage.commit()
    if not request.query.get("wait"):
        return web.json_response({"query_id": query.id})
    answer = await world.queries.wait(query.id, float(request.query.get("timeout_s", "30")))
    return web.json_response({"query_id": query.id, "answer": answer})


@routes.post("/client/chats/{chat_id}/block")
async def block(request: web.Request) -> web.Response:
    set_blocked(request.app[WORLD], chat_in(request, await read_json(request)), blocked=True)
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/unblock")
async def unblock(request: web.Request) -> web.Response:
    set_blocked(request.app[WORLD], chat_in(request, await read_json(request)), blocked=False)
    return web.json_response({})


@routes.get("/client/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events, until the listener goes."""
    world = request.app[WORLD]
    user_id = world.user(integer_of(request.query.get("user_id", ""))).id
    asked = request.headers.get("Last-Event-ID") or request.query.get("after")
    after = integer_of(asked) if asked else world.events.last_id
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    await response.write(b": here\n\n")
    if not world.events.remembers(after):
        after = world.events.last_id
        await response.write(f"id: {after}\nevent: resync\ndata: {json.dumps({'id': after, 'type': 'resync'})}\n\n".encode())
    async for event in world.events.follow(user_id, after, silence_s=KEEP_ALIVE_S):
        await response.write(_server_sent(event, user_id))
    return response


def _server_sent(event: Event | None, user_id: int) -> bytes:
    if event is None:
        return b": still here\n\n"
    body = json.dumps(event.seen_by(user_id), ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.type}\ndata: {body}\n\n".encode()
