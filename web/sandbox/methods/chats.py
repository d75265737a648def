"""What a bot can learn about chats and their members, and leaving them."""

from web.sandbox.access import readable_chat
from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.model import Chat, Json, Member
from web.sandbox.posting import set_member
from web.sandbox.views import chat_json, member_json, message_json

PERMISSIONS = (
    "can_send_messages", "can_send_media_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip
GIFT_TYPES = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
MOST_REACTIONS = 11
ADMINS_ONLY = "member list is inaccessible"


@method("getChat")
def get_chat(call: Call) -> Json:
    """ChatFullInfo."""
    chat = readable_chat(call)
    body = chat_json(call.world, chat)
    if chat.username:
        body["active_usernames"] = [chat.username]
    if "username" in body and chat.is_private:
        body["active_usernames"] = [body["username"]]
    if chat.type in {"group", "supergroup"}:
        body["permissions"] = dict.fromkeys(PERMISSIONS, True)
    pinned = call.world.storage.message(chat.key, chat.pinned[-1]) if chat.pinned else None
    if pinned and not pinned.deleted:
        body["pinned_message"] = message_json(call.world, pinned, with_reply=False)
    gifts = dict.fromkeys(GIFT_TYPES, chat.is_private)
    return {**body, "accepted_gift_types": gifts, "max_reaction_count": MOST_REACTIONS,
            "accent_color_id": abs(chat.id) % 7}  # fmt: skip


@method("getChatMember")
def get_chat_member(call: Call) -> Json:
    chat = readable_chat(call)
    user_id = call.user_id()
    account = call.world.account(user_id)
    if account is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if chat.is_private:
        if user_id not in {chat.id, chat.bot_id}:
            raise bad_request("user not found")
        return member_json(call.world, chat, Member(user_id, "member"))
    _check_may_list(call, chat, user_id)
    return member_json(call.world, chat, chat.member(user_id))


def _check_may_list(call: Call, chat: Chat, user_id: int) -> None:
    if chat.is_channel and user_id != call.bot.id and not chat.member(call.bot.id).is_in:
        raise bad_request(ADMINS_ONLY)


@method("getChatAdministrators")
def get_chat_administrators(call: Call) -> list[Json]:
    """The owner first. Other bots are left out."""
    chat = readable_chat(call)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    _check_may_list(call, chat, 0)
    admins = [member for member in chat.members.values() if member.status in {"creator", "administrator"}]
    shown = [each for each in admins if each.user_id not in call.world.bots or each.user_id == call.bot.id]
    shown.sort(key=lambda member: member.status != "creator")
    return [member_json(call.world, chat, member) for member in shown]


@method("getChatMemberCount", "getChatMembersCount")
def get_chat_member_count(call: Call) -> int:
    chat = readable_chat(call)
    return 2 if chat.is_private else len(chat.audience)


@method("leaveChat")
def leave_chat(call: Call) -> bool:
    chat = readable_chat(call)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    if chat.member(call.bot.id).is_in:
        set_member(call.world, chat, Member(call.bot.id, "left"), by_user_id=call.bot.id)
    return True
