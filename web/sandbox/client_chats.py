"""The client API of README.md, as far as it is about chats, files and the stream of events."""

import json
from contextlib import suppress

from aiohttp import web

from web.sandbox.client_api import mark_read, posted
from web.sandbox.errors import not_found
from web.sandbox.events import Event
from web.sandbox.gatherings import found, migrate, put_member, share
from web.sandbox.http import WORLD, chat_in, integer_of, read_json
from web.sandbox.menus import commands_for
from web.sandbox.methods.files import served
from web.sandbox.people import check_inside, set_blocked
from web.sandbox.views import member_json, view_chat

routes = web.RouteTableDef()
KEEP_ALIVE_S = 15.0
STREAM_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@routes.get("/client/users/{user_id}/chats")
async def chats(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    user_id = world.user(integer_of(request.match_info["user_id"])).id
    mine = [chat for chat in world.chats.values() if user_id in world.people_in(chat) and not chat.migrated_to]
    views = [view_chat(world, chat, user_id) for chat in mine]
    views.sort(key=lambda view: view["last_message"]["date"] if view["last_message"] else 0, reverse=True)
    return web.json_response(views)


@routes.post("/client/chats")
async def add_chat(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, owner_id = request.app[WORLD], body.integer("owner_id")
    chat = found(
        world, body.text("type"), title=body.text("title"), owner_id=owner_id, username=body.optional("username")
    )
    return web.json_response(view_chat(world, chat, owner_id))


@routes.get("/client/chats/{chat_id}/members")
async def members(request: web.Request) -> web.Response:
    world, chat = request.app[WORLD], chat_in(request)
    return web.json_response([member_json(world, chat, member) for member in chat.members.values()])


@routes.post("/client/chats/{chat_id}/members")
async def change_member(request: web.Request) -> web.Response:
    body = await read_json(request)
    world = request.app[WORLD]
    chat = chat_in(request)
    a_bot = body.values.get("bot")
    account_id = (body.maybe_integer("bot_id") or world.default_bot.id) if a_bot else body.integer("user_id")
    by_user_id = body.maybe_integer("by_user_id")
    put_member(world, chat, account_id, body.text("status"), body.values.get("rights"), by_user_id=by_user_id)
    return web.json_response(view_chat(world, chat, by_user_id or account_id))


@routes.post("/client/chats/{chat_id}/block")
async def block(request: web.Request) -> web.Response:
    set_blocked(request.app[WORLD], chat_in(request, await read_json(request)), blocked=True)
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/unblock")
async def unblock(request: web.Request) -> web.Response:
    set_blocked(request.app[WORLD], chat_in(request, await read_json(request)), blocked=False)
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/clear")
async def clear(request: web.Request) -> web.Response:
    """Hides everything so far from this person. Bots are not told."""
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    check_inside(world, chat, user_id)
    if last := world.last_message(chat):
        chat.cleared_up_to[user_id] = last.id
        world.save_chat(chat)
        world.events.add("chat", chat.key, frozenset({user_id}), chat=view_chat(world, chat, user_id))
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/read")
async def read(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    check_inside(world, chat, user_id)
    if last := world.last_message(chat):
        mark_read(world, chat, user_id, last.id)
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/migrate")
async def upgrade(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request)
    user_id = body.integer("user_id")
    check_inside(world, chat, user_id)
    return web.json_response(view_chat(world, migrate(world, chat, user_id), user_id))


@routes.post("/client/chats/{chat_id}/share")
async def share_with_bot(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    people = [integer_of(value) for value in body.values.get("shared_user_ids") or []]
    request_id, chat_id = body.integer("request_id"), body.maybe_integer("shared_chat_id")
    return posted(world, user_id, share(world, chat, user_id, request_id, chat_id=chat_id, user_ids=people))


@routes.get("/client/chats/{chat_id}/commands")
async def commands(request: web.Request) -> web.Response:
    world, chat = request.app[WORLD], chat_in(request)
    return web.json_response(commands_for(world, chat, integer_of(request.query.get("user_id", ""))))


@routes.get("/client/files/{file_id}")
async def file(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    stored = world.files.find(request.match_info["file_id"])
    if stored is None:
        raise not_found("file")
    return served(world, stored, as_is=True)


@routes.get("/client/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events, until the listener goes."""
    world = request.app[WORLD]
    user_id = world.user(integer_of(request.query.get("user_id", ""))).id
    asked = request.headers.get("Last-Event-ID") or request.query.get("after")
    after = integer_of(asked) if asked else world.events.last_id
    response = web.StreamResponse(headers=STREAM_HEADERS)
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    if not world.events.remembers(after):
        after = world.events.last_id
        await response.write(_server_sent(after, "resync", {"id": after, "type": "resync"}))
    with suppress(ConnectionResetError):  # the listener has gone
        async for event in world.events.follow(user_id, after, silence_s=KEEP_ALIVE_S):
            await response.write(_line(event, user_id))
    return response


def _line(event: Event | None, user_id: int) -> bytes:
    return _server_sent(event.id, event.type, event.seen_by(user_id)) if event else b": still here\n\n"


def _server_sent(event_id: int, type_: str, body: dict[str, object]) -> bytes:
    return f"id: {event_id}\nevent: {type_}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
