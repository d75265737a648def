"""The client API of README.md, as far as it is about people, messages and what happens to them."""

from aiohttp import web

from web.sandbox.client_uploads import read_form, uploaded
from web.sandbox.errors import invalid, not_found
from web.sandbox.http import WORLD, Body, chat_in, integer_of, read_json
from web.sandbox.methods.polls import vote
from web.sandbox.model import Chat, Message
from web.sandbox.payments import invoice_called, invoice_in, pay
from web.sandbox.people import (
    button_data,
    check_inside,
    check_may_write,
    default_person,
    existing_message,
    forward,
    new_person,
    own_message,
    press,
    react,
    rewrite,
    say,
    written,
)
from web.sandbox.posting import remove
from web.sandbox.state import World
from web.sandbox.views import view_message

routes = web.RouteTableDef()
LABEL = "Local sandbox"
PAGE = 50
MOST_ON_A_PAGE = 500
FAR = 1 << 60
LONGEST_WAIT_S = 300.0


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
    return web.json_response(new_person(request.app[WORLD], body.text("first_name"), **more).public())


@routes.get("/client/chats/{chat_id}/messages")
async def messages(request: web.Request) -> web.Response:
    world, chat = request.app[WORLD], chat_in(request)
    user_id = integer_of(request.query.get("user_id", ""))
    check_inside(world, chat, user_id)
    limit = max(1, min(integer_of(request.query.get("limit", str(PAGE))), MOST_ON_A_PAGE))
    before = request.query.get("before")
    after = chat.cleared_up_to.get(user_id, 0)
    upto = integer_of(before) if before else FAR
    found = world.storage.messages_before(chat.key, upto, after=after, limit=limit + 1)
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
async def one_message(request: web.Request) -> web.Response:
    world, chat = request.app[WORLD], chat_in(request)
    user_id = integer_of(request.query.get("user_id", ""))
    check_inside(world, chat, user_id)
    message = world.storage.message(chat.key, _message_id(request))
    if message is None:
        raise not_found("message")
    return web.json_response(view_message(world, message, user_id))


@routes.post("/client/chats/{chat_id}/messages")
async def write(request: web.Request) -> web.Response:
    if request.content_type == "multipart/form-data":
        return await _send_files(request)
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    contents = written(
        world, body.text("text"), parse_mode=body.optional("parse_mode"), entities=body.values.get("entities")
    )
    user_id = body.integer("user_id")
    return posted(
        world, user_id, say(world, chat, user_id, contents, reply_to=body.maybe_integer("reply_to_message_id"))
    )


async def _send_files(request: web.Request) -> web.Response:
    form = await read_form(request)
    try:
        world, chat = request.app[WORLD], chat_in(request, form.body)
        user_id = form.body.integer("user_id")
        check_may_write(world, chat, user_id)
        contents = await uploaded(world, form)
        reply_to = form.body.maybe_integer("reply_to_message_id")
        return posted(world, user_id, say(world, chat, user_id, contents, reply_to=reply_to))
    finally:
        form.discard()


def posted(world: World, user_id: int, found: list[Message]) -> web.Response:
    return web.json_response({"messages": [view_message(world, message, user_id) for message in found]})


@routes.patch("/client/chats/{chat_id}/messages/{message_id}")
async def edit(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    message = own_message(world, chat, _message_id(request), user_id)
    parse_mode, entities = body.optional("parse_mode"), body.values.get("entities")
    rewrite(world, message, body.text("text"), parse_mode=parse_mode, entities=entities)
    return web.json_response(view_message(world, message, user_id))


@routes.delete("/client/chats/{chat_id}/messages/{message_id}")
async def delete(request: web.Request) -> web.Response:
    world, chat = request.app[WORLD], chat_in(request)
    user_id = integer_of(request.query.get("user_id", ""))
    check_inside(world, chat, user_id)
    message = existing_message(world, chat, _message_id(request))
    if not chat.is_private and not chat.member(user_id).may("can_delete_messages"):
        own_message(world, chat, message.id, user_id)
    remove(world, [message])
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/messages/{message_id}/press")
async def press_button(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    message = existing_message(world, chat, _message_id(request))
    query = press(world, chat, body.integer("user_id"), message.id, _pressed(body, message))
    if not request.query.get("wait"):
        return web.json_response({"query_id": query.id})
    world.storage.commit()
    timeout_s = min(float(request.query.get("timeout_s", "30")), LONGEST_WAIT_S)
    return web.json_response({"query_id": query.id, "answer": await world.queries.wait(query.id, timeout_s)})


def _pressed(body: Body, message: Message) -> str:
    """The data in the body (also of a keyboard that is gone: an old button), or of the button that it points at."""
    if (data := body.optional("callback_data")) is not None:
        return data
    place = body.values.get("button")
    if not isinstance(place, dict):
        raise invalid("say which button")
    return button_data(message, integer_of(place.get("row", 0)), integer_of(place.get("column", 0)))


@routes.post("/client/chats/{chat_id}/messages/{message_id}/vote")
async def vote_in_poll(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    check_inside(world, chat, user_id)
    message = existing_message(world, chat, _message_id(request))
    if message.content.get("poll", {"is_closed": True})["is_closed"]:
        raise invalid("there is no open poll")
    chosen = [integer_of(value) for value in body.values.get("option_ids") or []]
    if any(not 0 <= number < len(message.content["poll"]["options"]) for number in chosen):
        raise invalid("there is no such option")
    vote(world, message, user_id, chosen)
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/messages/{message_id}/react")
async def react_to(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    check_inside(world, chat, user_id)
    react(world, existing_message(world, chat, _message_id(request)), user_id, body.optional("emoji"))
    return web.json_response({})


@routes.post("/client/chats/{chat_id}/messages/{message_id}/pay")
async def pay_invoice(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    check_inside(world, chat, user_id)
    message = existing_message(world, chat, _message_id(request))
    return web.json_response(await pay(world, user_id, invoice_in(world, message)))


@routes.get("/client/invoices/{slug}")
async def see_invoice(request: web.Request) -> web.Response:
    return web.json_response(invoice_called(request.app[WORLD], request.match_info["slug"]))


@routes.post("/client/invoices/{slug}/pay")
async def pay_invoice_link(request: web.Request) -> web.Response:
    user_id = (await read_json(request)).integer("user_id")
    return web.json_response(await pay(request.app[WORLD], user_id, request.match_info["slug"]))


@routes.post("/client/chats/{chat_id}/forward")
async def forward_to(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, target = request.app[WORLD], chat_in(request, body)
    source = chat_in(request, body, body.integer("from_chat_id"))
    ids = [integer_of(value) for value in body.values.get("message_ids") or []]
    user_id = body.integer("user_id")
    return posted(world, user_id, forward(world, source, target, user_id, ids))


@routes.post("/client/chats/{chat_id}/location")
async def send_location(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    location = {name: float(body.values.get(name) or 0) for name in ("latitude", "longitude")}
    user_id = body.integer("user_id")
    return posted(world, user_id, say(world, chat, user_id, [{"location": location}]))


@routes.post("/client/chats/{chat_id}/contact")
async def send_contact(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user = world.user(body.integer("user_id"))
    contact = {"phone_number": body.optional("phone_number") or "+15550100", "first_name": user.first_name,
               "user_id": user.id}  # fmt: skip
    if user.last_name:
        contact["last_name"] = user.last_name
    return posted(world, user.id, say(world, chat, user.id, [{"contact": contact}]))


def _message_id(request: web.Request) -> int:
    return integer_of(request.match_info["message_id"])
