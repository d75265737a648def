"""Changing messages that the bot sent."""

from collections.abc import Callable

from web.sandbox.access import editable_chat, message_in
from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.formatting import caption, link_preview, message_text
from web.sandbox.markup import inline_markup
from web.sandbox.methods.media import input_media
from web.sandbox.model import Chat, Json, Message
from web.sandbox.posting import change
from web.sandbox.views import message_json

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
TEXT_FIELDS = ("text", "entities", "link_preview_options")
CAPTION_FIELDS = ("caption", "caption_entities", "show_caption_above_media")
MEDIA = frozenset({"photo", "video", "audio", "voice", "document", "animation"})
IGNORED = ("edit_date",)


@method("editMessageText")
def edit_message_text(call: Call) -> Json | bool:
    text = {**message_text(call), **link_preview(call)}
    return edit(call, lambda message: _with_text(message, text))


def _with_text(message: Message, text: Json) -> Json:
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return {**without(message.content, TEXT_FIELDS), **text}


@method("editMessageReplyMarkup")
def edit_message_reply_markup(call: Call) -> Json | bool:
    return edit(call, lambda message: dict(message.content))


def edit(call: Call, make: Callable[[Message], Json]) -> Json | bool:
    """Replace a message's content by what `make` gives, with the call's keyboard in place of the old one."""
    chat, message = editable_message(call)
    content = without(make(message), ("reply_markup",))
    if markup := inline_markup(call, chat):
        content["reply_markup"] = markup
    if without(content, IGNORED) == without(message.content, IGNORED):
        raise bad_request(NOT_MODIFIED)
    call.world.limits.admit_edit(chat.key)
    change(call.world, message, content)
    return message_json(call.world, message)


def editable_message(call: Call) -> tuple[Chat, Message]:
    """The message of a call, when the bot may edit it."""
    if call.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = editable_chat(call)
    message = message_in(call, chat, "message to edit")
    own = message.sender_id == call.bot.id
    if message.is_service or not (own or may_edit_posts(call, chat)):
        raise bad_request("message can't be edited")
    return chat, message


def may_edit_posts(call: Call, chat: Chat) -> bool:
    return chat.is_channel and chat.member(call.bot.id).may("can_edit_messages")


def without(content: Json, names: tuple[str, ...]) -> Json:
    return {name: value for name, value in content.items() if name not in names}


@method("editMessageCaption")
def edit_message_caption(call: Call) -> Json | bool:
    words = caption(call)
    return edit(call, lambda message: {**without(_media_of(message), CAPTION_FIELDS), **words})


def _media_of(message: Message) -> Json:
    if MEDIA.isdisjoint(message.content):
        raise bad_request("there is no caption in the message to edit")
    return message.content


@method("editMessageMedia")
async def edit_message_media(call: Call) -> Json | bool:
    item = call.parsed("media", "can't parse input media JSON object")
    if item is None:
        raise bad_request('parameter "media" is required')
    editable_message(call)
    media = await input_media(call, item)
    return edit(
        call,
        lambda message: {
            **without(message.content, (*TEXT_FIELDS, *CAPTION_FIELDS, "has_media_spoiler", *MEDIA)),
            **media,
        },
    )
