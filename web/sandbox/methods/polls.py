"""Polls and quizzes."""

from typing import Any

from web.sandbox.access import editable_chat, message_in, writable_chat
from web.sandbox.call import Call, method
from web.sandbox.entities.formatted import entities_from_json
from web.sandbox.errors import bad_request
from web.sandbox.formatting import fields, formatted_text
from web.sandbox.markup import inline_markup
from web.sandbox.methods.editing import without
from web.sandbox.methods.sending import send
from web.sandbox.model import Json, Message
from web.sandbox.posting import change
from web.sandbox.state import World

QUESTION_LIMIT = 300
OPTION_LIMIT = 100
MOST_OPTIONS = 12
EXPLANATION_LIMIT = 200


@method("sendPoll")
def send_poll(call: Call) -> Json:
    question = formatted_text(
        call,
        call.text("question"),
        call.text("question_parse_mode"),
        entities_from_json(call.text("question_entities")),
    )
    if not question.text:
        raise bad_request("poll question must be non-empty")
    if question.length > QUESTION_LIMIT:
        raise bad_request(f"poll question length must not exceed {QUESTION_LIMIT}")
    chat = writable_chat(call)
    anonymous = call.flag("is_anonymous") if call.text("is_anonymous") else True
    if chat.is_channel and not anonymous:
        raise bad_request("non-anonymous polls can't be sent to channel chats")
    poll: Json = {
        "id": str(5_000_000_000_000_000_000 + call.world.new_id()),
        **fields(call.world, question, "question", "question_entities"),
        "options": _options(call),
        "total_voter_count": 0,
        "is_closed": call.flag("is_closed"),
        "is_anonymous": anonymous,
        "allows_multiple_answers": call.flag("allows_multiple_answers"),
        "allows_revoting": call.text("type") != "quiz",
        "members_only": False,
        **_kind(call),
    }
    sent = send(call, {"poll": poll})
    place = {"chat_id": chat.id, "bot_id": chat.bot_id, "message_id": sent["message_id"], "votes": {}}
    call.world.polls[poll["id"]] = place
    call.world.storage.put("poll", poll["id"], place)
    return sent


def _options(call: Call) -> list[Json]:
    given = call.parsed("options", "can't parse options JSON object")
    if not isinstance(given, list):
        raise bad_request("expected an Array of String as options")
    if not 2 <= len(given) <= MOST_OPTIONS:
        few = (
            "poll must have at least 2 options"
            if len(given) < 2
            else f"poll can't have more than {MOST_OPTIONS} options"
        )
        raise bad_request(few)
    return [_option(call, value, str(number)) for number, value in enumerate(given)]


def _option(call: Call, value: Any, option_id: str) -> Json:
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        raise bad_request("expected an option to be of type String")
    formatted = formatted_text(
        call, str(value.get("text", "")), str(value.get("text_parse_mode", "")), value.get("text_entities")
    )
    if not formatted.text:
        raise bad_request("poll options must be non-empty")
    if formatted.length > OPTION_LIMIT:
        raise bad_request(f"poll options length must not exceed {OPTION_LIMIT}")
    return {"persistent_id": option_id, **fields(call.world, formatted, "text", "text_entities"), "voter_count": 0}


def _kind(call: Call) -> Json:
    kind = call.text("type") or "regular"
    if kind == "regular":
        return {"type": "regular"}
    if kind != "quiz":
        raise bad_request("unsupported poll type specified")
    correct = call.integer("correct_option_id", -1)
    options = call.parsed("options", "can't parse options JSON object")
    if not 0 <= correct < len(options):
        raise bad_request("wrong correct option ID specified")
    explained = formatted_text(
        call,
        call.text("explanation"),
        call.text("explanation_parse_mode"),
        entities_from_json(call.text("explanation_entities")),
    )
    if explained.length > EXPLANATION_LIMIT:
        raise bad_request(f"poll explanation length must not exceed {EXPLANATION_LIMIT}")
    words = fields(call.world, explained, "explanation", "explanation_entities")
    return {"type": "quiz", "correct_option_id": correct, "correct_option_ids": [correct], **words}


@method("stopPoll")
def stop_poll(call: Call) -> Json:
    chat = editable_chat(call)
    message = message_in(call, chat, "message with poll to stop")
    if "poll" not in message.content or message.sender_id != call.bot.id:
        raise bad_request("message with poll to stop not found")
    if message.content["poll"]["is_closed"]:
        raise bad_request("poll has already been closed")
    content = without(message.content, ("reply_markup",))
    if markup := inline_markup(call, chat):
        content["reply_markup"] = markup
    content["poll"] = {**content["poll"], "is_closed": True}
    change(call.world, message, content, edited=False)
    poll: Json = content["poll"]
    return poll


def vote(world: World, message: Message, user_id: int, option_ids: list[int]) -> None:
    """A person's vote; an empty list takes it back. Bots hear of the new counts, and who voted when it is public."""
    poll: Json = message.content["poll"]
    place = world.polls[poll["id"]]
    votes: dict[str, list[int]] = place["votes"]
    votes[str(user_id)] = option_ids
    world.storage.put("poll", poll["id"], place)
    counts = [sum(1 for chosen in votes.values() if number in chosen) for number in range(len(poll["options"]))]
    options = [{**option, "voter_count": count} for option, count in zip(poll["options"], counts, strict=True)]
    poll = {**poll, "options": options, "total_voter_count": sum(1 for chosen in votes.values() if chosen)}
    change(world, message, {**message.content, "poll": poll}, edited=False)
    queue = world.queues.get(message.sender_id)
    if queue is None:
        return
    queue.push("poll", poll, source=f"poll{poll['id']}")
    if not poll["is_anonymous"]:
        persistent = [options[number]["persistent_id"] for number in option_ids]
        answer = {"poll_id": poll["id"], "user": world.user(user_id).public(), "option_ids": option_ids,
                  "option_persistent_ids": persistent}  # fmt: skip
        queue.push("poll_answer", answer, source=str(user_id))
