"""Forwarding and copying."""

from web.sandbox.access import message_in, readable_chat, writable_chat
from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.formatting import caption
from web.sandbox.forwards import copied, forwarded
from web.sandbox.methods.sending import send
from web.sandbox.model import Chat, Json, Message
from web.sandbox.posting import post
from web.sandbox.views import message_json

CAPTION_FIELDS = frozenset({"caption", "caption_entities", "show_caption_above_media"})
MEDIA = frozenset({"photo", "video", "audio", "voice", "document", "animation"})


@method("forwardMessage")
def forward_message(call: Call) -> Json:
    source = _source(call)
    message = message_in(call, source, "message to forward")
    _check_passable(message, "forwarded")
    target = writable_chat(call)
    call.world.limits.admit_send(call.bot.id, target.key)
    posted = post(call.world, target, call.bot.id, _protected(call, forwarded(call.world, message)))
    return message_json(call.world, posted)


@method("forwardMessages")
def forward_messages(call: Call) -> list[Json]:
    """What can't be forwarded is passed over."""
    messages = _many(call, "forward")
    return _post_all(call, [forwarded(call.world, message) for message in messages])


@method("copyMessage")
def copy_message(call: Call) -> Json:
    source = _source(call)
    new_words = caption(call) if "caption" in call.params else None
    message = message_in(call, source, "message to copy")
    _check_passable(message, "copied")
    content = copied(message)
    if new_words is not None and not MEDIA.isdisjoint(content):
        content = {name: value for name, value in content.items() if name not in CAPTION_FIELDS} | new_words
    return {"message_id": send(call, content)["message_id"]}


@method("copyMessages")
def copy_messages(call: Call) -> list[Json]:
    contents = [copied(message) for message in _many(call, "copy")]
    if call.flag("remove_caption"):
        contents = [{name: value for name, value in each.items() if name not in CAPTION_FIELDS} for each in contents]
    return _post_all(call, contents)


def _source(call: Call) -> Chat:
    call.required("from_chat_id")
    return readable_chat(call, "from_chat_id")


def _check_passable(message: Message, done: str) -> None:
    if message.is_service or message.content.get("has_protected_content"):
        raise bad_request(f"the message can't be {done}")


def _many(call: Call, verb: str) -> list[Message]:
    ids = call.message_ids()
    if not ids:
        raise bad_request("message identifiers are not specified")
    if ids != sorted(set(ids)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    source = _source(call)
    found = [call.world.storage.message(source.key, message_id) for message_id in ids]
    usable = [
        message
        for message in found
        if message
        and not message.deleted
        and not message.is_service
        and not message.content.get("has_protected_content")
    ]
    if not usable:
        raise bad_request(f"there are no messages to {verb}")
    return usable


def _post_all(call: Call, contents: list[Json]) -> list[Json]:
    target = writable_chat(call)
    call.world.limits.admit_send(call.bot.id, target.key, count=len(contents))
    groups = {each["media_group_id"] for each in contents if "media_group_id" in each}
    renamed = {group: str(13_000_000_000_000_000 + call.world.new_id()) for group in groups}
    posted = []
    for content in contents:
        if "media_group_id" in content:
            content = {**content, "media_group_id": renamed[content["media_group_id"]]}
        posted.append(post(call.world, target, call.bot.id, _protected(call, content)))
    return [{"message_id": message.id} for message in posted]


def _protected(call: Call, content: Json) -> Json:
    return {**content, "has_protected_content": True} if call.flag("protect_content") else content
