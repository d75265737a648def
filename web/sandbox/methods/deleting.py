"""Deleting and pinning."""

from web.sandbox.access import editable_chat, message_in, not_enough_rights, writable_chat
from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.model import Chat, Message
from web.sandbox.posting import post, remove, show_chat

DELETABLE_S = 48 * 3600


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    if not call.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    if call.integer("message_id") <= 0:
        raise bad_request("message identifier is not specified")
    chat = editable_chat(call)
    message = message_in(call, chat, "message to delete")
    _check_deletable(call, chat, message)
    remove(call.world, [message])
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    """Messages that are gone already are passed over."""
    ids = call.message_ids()
    chat = editable_chat(call)
    found = [call.world.storage.message(chat.key, message_id) for message_id in ids]
    messages = [message for message in found if message and not message.deleted]
    for message in messages:
        _check_deletable(call, chat, message)
    remove(call.world, messages)
    return True


def _check_deletable(call: Call, chat: Chat, message: Message) -> None:
    own = message.sender_id == call.bot.id
    member = chat.member(call.bot.id)
    if member.may("can_delete_messages"):
        return
    if not (chat.is_private or (own and (not chat.is_channel or member.may("can_post_messages")))):
        raise bad_request("message can't be deleted")
    if message.date < call.world.now() - DELETABLE_S:
        raise bad_request("message can't be deleted for everyone")


@method("pinChatMessage")
def pin_chat_message(call: Call) -> bool:
    chat = _chat_to_pin_in(call)
    message = message_in(call, chat, "message to pin")
    if message.is_service:
        raise bad_request("message can't be pinned")
    chat.pinned = [*(pinned for pinned in chat.pinned if pinned != message.id), message.id]
    call.world.save_chat(chat)
    post(call.world, chat, call.bot.id, {"pinned_message": {"message_id": message.id}})
    show_chat(call.world, chat)
    return True


@method("unpinChatMessage")
def unpin_chat_message(call: Call) -> bool:
    """The named message, or the one pinned last."""
    chat = _chat_to_pin_in(call)
    message_id = call.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    call.world.save_chat(chat)
    show_chat(call.world, chat)
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(call: Call) -> bool:
    chat = _chat_to_pin_in(call)
    chat.pinned = []
    call.world.save_chat(chat)
    show_chat(call.world, chat)
    return True


def _chat_to_pin_in(call: Call) -> Chat:
    chat = writable_chat(call)
    right = "can_edit_messages" if chat.is_channel else "can_pin_messages"
    if not chat.is_private and not chat.member(call.bot.id).may(right):
        raise not_enough_rights("manage pinned messages in the chat")
    return chat
