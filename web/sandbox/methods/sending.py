"""What every sending method shares: where to, in reply to what, with which keyboard, within which limit."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.sandbox.access import writable_chat
from web.sandbox.call import Call, leading_integer
from web.sandbox.errors import bad_request
from web.sandbox.markup import reply_markup
from web.sandbox.model import Chat, Json, Message
from web.sandbox.posting import post, set_reply_keyboard
from web.sandbox.views import message_json


@dataclass(frozen=True, slots=True)
class Reply:
    """The message that is answered, and what was quoted of it."""

    message_id: int | None = None
    quote: Json | None = None


def send(call: Call, content: Json) -> Json:
    """Post one message, and answer it as the Bot API does."""
    return send_all(call, [content])[0]


def send_all(call: Call, contents: Sequence[Json]) -> list[Json]:
    """Post one message or an album."""
    chat = writable_chat(call)
    reply = _reply(call, chat)
    markup = reply_markup(call, chat)
    extra = _extra(call, reply)
    call.world.limits.admit_send(call.bot.id, chat.key, count=len(contents))
    if markup and "inline_keyboard" in markup:
        extra["reply_markup"] = markup
    posted = [post(call.world, chat, call.bot.id, {**each, **extra}, reply_to=reply.message_id) for each in contents]
    if markup and "inline_keyboard" not in markup and not chat.is_channel:
        set_reply_keyboard(call.world, chat, markup)
    return [message_json(call.world, message) for message in posted]


def _extra(call: Call, reply: Reply) -> Json:
    extra: Json = {}
    if call.flag("protect_content"):
        extra["has_protected_content"] = True
    if call.text("message_effect_id"):
        extra["effect_id"] = call.text("message_effect_id")
    if reply.quote:
        extra["quote"] = reply.quote
    return extra


def _reply(call: Call, chat: Chat) -> Reply:
    parameters = call.parsed("reply_parameters", "can't parse reply parameters JSON object")
    if parameters is None:
        optional = call.flag("allow_sending_without_reply")
        return Reply(_replied(call, chat, call.integer("reply_to_message_id"), optional=optional))
    if not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    elsewhere = leading_integer(str(parameters.get("chat_id") or chat.id)) != chat.id
    if elsewhere:
        return Reply()
    message_id = leading_integer(str(parameters.get("message_id", 0)))
    optional = bool(parameters.get("allow_sending_without_reply"))
    found = _replied(call, chat, message_id, optional=optional)
    return Reply(found, _quote(call, chat, found, parameters))


def _replied(call: Call, chat: Chat, message_id: int, *, optional: bool) -> int | None:
    if message_id <= 0:
        return None
    message = call.world.storage.message(chat.key, message_id)
    if message and not message.deleted:
        return message_id
    if optional:
        return None
    raise bad_request("message to be replied not found")


def _quote(call: Call, chat: Chat, message_id: int | None, parameters: Json) -> Json | None:
    quote = parameters.get("quote")
    if not quote or message_id is None:
        return None
    message = call.world.storage.message(chat.key, message_id)
    position = _text_of(message).find(quote)
    if position < 0:
        raise bad_request("QUOTE_TEXT_INVALID")
    return {"text": quote, "position": position, "is_manual": True}


def _text_of(message: Message | None) -> str:
    content = message.content if message else {}
    return str(content.get("text") or content.get("caption") or "")
