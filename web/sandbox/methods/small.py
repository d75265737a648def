"""Small messages and signs: places, contacts, dice, chat actions, drafts, reactions."""

import random
from typing import Any

from web.sandbox.access import message_in, readable_chat, writable_chat
from web.sandbox.call import Call, leading_integer, method
from web.sandbox.entities.formatted import entities_from_json
from web.sandbox.errors import bad_request
from web.sandbox.formatting import TEXT_LIMIT, fields, formatted_text
from web.sandbox.methods.sending import send
from web.sandbox.model import Json
from web.sandbox.posting import show

ACTIONS = frozenset({
    "cancel", "typing", "record_video", "upload_video", "record_audio", "upload_audio", "record_voice", "upload_voice",
    "upload_photo", "upload_document", "choose_sticker", "pick_up_location", "find_location", "record_video_note",
    "upload_video_note",
})  # fmt: skip
DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}
REACTIONS = frozenset(
    [
        "❤",
        "👍",
        "👎",
        "🔥",
        "🥰",
        "👏",
        "😁",
        "🤔",
        "🤯",
        "😱",
        "🤬",
        "😢",
        "🎉",
        "🤩",
        "🤮",
        "💩",
        "🙏",
        "👌",
        "🕊",
        "🤡",
        "🥱",
        "🥴",
        "😍",
        "🐳",
        "❤\u200d🔥",
        "🌚",
        "🌭",
        "💯",
        "🤣",
        "⚡",
        "🍌",
        "🏆",
        "💔",
        "🤨",
        "😐",
        "🍓",
        "🍾",
        "💋",
        "🖕",
        "😈",
        "😴",
        "😭",
        "🤓",
        "👻",
        "👨\u200d💻",
        "👀",
        "🎃",
        "🙈",
        "😇",
        "😨",
        "🤝",
        "✍",
        "🤗",
        "🫡",
        "🎅",
        "🎄",
        "☃",
        "💅",
        "🤪",
        "🗿",
        "🆒",
        "💘",
        "🙉",
        "🦄",
        "😘",
        "💊",
        "🙊",
        "😎",
        "👾",
        "🤷\u200d♂",
        "🤷",
        "🤷\u200d♀",
        "😡",
    ]
)


@method("sendLocation")
def send_location(call: Call) -> Json:
    return send(call, {"location": _location(call)})


@method("sendVenue")
def send_venue(call: Call) -> Json:
    location = _location(call)
    venue = {"location": location, "title": call.required("title"), "address": call.required("address")}
    return send(call, {"venue": venue, "location": location})


def _location(call: Call) -> Json:
    for name in ("latitude", "longitude"):
        if not call.text(name):
            raise bad_request(f"{name} is empty")
    return {"latitude": call.number("latitude"), "longitude": call.number("longitude")}


@method("sendContact")
def send_contact(call: Call) -> Json:
    contact = {"phone_number": call.required("phone_number"), "first_name": call.required("first_name")}
    contact |= {name: call.text(name) for name in ("last_name", "vcard") if call.text(name)}
    return send(call, {"contact": contact})


@method("sendDice")
def send_dice(call: Call) -> Json:
    emoji = call.text("emoji").replace("\ufe0f", "") or "🎲"
    if emoji not in DICE:
        raise bad_request("EMOTICON_INVALID")
    return send(call, {"dice": {"emoji": emoji, "value": random.randint(1, DICE[emoji])}})


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    action = call.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(call)
    call.world.events.add("typing", chat.key, call.world.people_in(chat), action=action)
    return True


@method("sendMessageDraft")
def send_message_draft(call: Call) -> bool:
    """A streamed text: shown for half a minute, or until the next draft or message."""
    given = entities_from_json(call.text("entities"))
    formatted = formatted_text(call, call.text("text"), call.text("parse_mode"), given)
    if formatted.length > TEXT_LIMIT:
        raise bad_request("message is too long")
    draft_id = leading_integer(call.text("draft_id"))
    if draft_id == 0:
        raise bad_request("RANDOM_ID_INVALID")
    chat = writable_chat(call)
    if not chat.is_private:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    words = {"text": "", "entities": [], **fields(call.world, formatted, "text", "entities")}
    call.world.drafts.show(chat.key, draft_id, words)
    return True


@method("setMessageReaction")
def set_message_reaction(call: Call) -> bool:
    chat = readable_chat(call)
    message = message_in(call, chat, "message to react")
    reactions = [_reaction(value) for value in _reactions(call)]
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.reactions[str(call.bot.id)] = reactions
    call.world.storage.put_message(message)
    show(call.world, message, "edited")
    return True


def _reactions(call: Call) -> list[Any]:
    given = call.parsed("reaction", "can't parse reaction types JSON object")
    if given is None:
        return []
    if not isinstance(given, list):
        raise bad_request("expected an Array of ReactionType")
    return given


def _reaction(value: Any) -> Json:
    if not isinstance(value, dict):
        raise bad_request("can't parse ReactionType: expected an Object")
    if value.get("type") == "emoji":
        emoji = str(value.get("emoji", "")).replace("\ufe0f", "")
        if emoji not in REACTIONS:
            raise bad_request("REACTION_INVALID")
        return {"type": "emoji", "emoji": emoji}
    if value.get("type") == "custom_emoji":
        raise bad_request("REACTION_INVALID")
    raise bad_request("can't parse ReactionType: invalid reaction type specified")
