"""The client API of README.md, as far as it is about inline mode."""

from aiohttp import web

from web.sandbox.errors import invalid, not_found
from web.sandbox.http import WORLD, Body, chat_in, read_json
from web.sandbox.model import Bot, Chat, Message
from web.sandbox.people import check_inside, say
from web.sandbox.queries import Query
from web.sandbox.state import World
from web.sandbox.views import view_message

routes = web.RouteTableDef()
LIFE_S = 30.0
QUERY_LIMIT = 256
"""https://core.telegram.org/bots/api#inlinequery"""


@routes.post("/client/chats/{chat_id}/inline")
async def type_inline(request: web.Request) -> web.Response:
    """Answers when the bot has, or with null after the time."""
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    typed, offset = body.optional("query") or "", body.optional("offset") or ""
    query = ask(world, _bot(world, body), chat, body.integer("user_id"), typed, offset)
    world.storage.commit()
    timeout_s = min(float(request.query.get("timeout_s", "30")), 300.0)
    return web.json_response({"query_id": query.id, "answer": await world.queries.wait(query.id, timeout_s)})


@routes.post("/client/chats/{chat_id}/inline/choose")
async def choose_result(request: web.Request) -> web.Response:
    body = await read_json(request)
    world, chat = request.app[WORLD], chat_in(request, body)
    user_id = body.integer("user_id")
    sent = choose(world, chat, user_id, body.text("query_id"), body.text("result_id"))
    return web.json_response({"messages": [view_message(world, message, user_id) for message in sent]})


def _bot(world: World, body: Body) -> Bot:
    """The default one unless a username says otherwise."""
    name = (body.optional("username") or world.default_bot.username).lower()
    found = next((bot for bot in world.bots.values() if bot.username.lower() == name), None)
    if found is None:
        raise not_found("bot")
    return found


def ask(world: World, bot: Bot, chat: Chat, user_id: int, query: str, offset: str) -> Query:
    """Type behind the bot's name: the bot gets an inline query."""
    check_inside(world, chat, user_id)
    if len(query) > QUERY_LIMIT:
        raise invalid("the query is too long")
    opened = world.queries.open(bot_id=bot.id, user_id=user_id, life_s=LIFE_S, about={"inline": query})
    body = {
        "id": opened.id,
        "from": world.user(user_id).public(),
        "query": query,
        "offset": offset,
        "chat_type": _chat_type(bot, chat),
    }
    world.queues[bot.id].push("inline_query", body, source=str(user_id))
    return opened


def choose(world: World, chat: Chat, user_id: int, query_id: str, result_id: str) -> list[Message]:
    """Send one of the results as one's own message; the bot hears which."""
    asked = world.inline.find(query_id)
    if asked.user_id != user_id:
        raise not_found("answer to that query")
    if (content := asked.contents.get(result_id)) is None:
        raise not_found("result")
    sent = say(world, chat, user_id, [{**content, "via_bot": asked.bot.public()}])
    body = {"result_id": result_id, "from": world.user(user_id).public(), "query": asked.query}
    world.queues[asked.bot.id].push("chosen_inline_result", body, source=str(user_id))
    return sent


def _chat_type(bot: Bot, chat: Chat) -> str:
    if chat.is_private:
        return "sender" if chat.bot_id == bot.id else "private"
    return chat.type
