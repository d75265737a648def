"""What Telegram refuses, with its words."""

import io
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person
from web.sandbox.model import Json

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


def keyboard(**button: Any) -> Json:
    return {"inline_keyboard": [[{"text": "b", **button}]]}


async def refusal(sandbox: RunningSandbox, method: str, **params: Any) -> tuple[int, str]:
    answer = await sandbox.client.bot_call(sandbox.token, method, **params)
    assert answer["ok"] is False, answer
    return answer["error_code"], answer["description"]


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "é" * 16385}, "text is too long"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 0}]},
            'can\'t parse MessageEntity: Can\'t find field "length"',
        ),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": keyboard(callback_data="x" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": keyboard()},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": keyboard(url="https://nodots")},
            "inline keyboard button URL 'https://nodots' is invalid: Wrong HTTP URL",
        ),
    ],
)  # fmt: skip
async def test_a_text_is_refused(sandbox: RunningSandbox, person: Person, params: Json, description: str) -> None:
    assert await refusal(sandbox, "sendMessage", chat_id=person.id, **params) == (400, f"Bad Request: {description}")


async def test_4096_units_after_parsing_pass(sandbox: RunningSandbox, person: Person) -> None:
    text = "<b>" + "😀" * 2048 + "</b>"
    answer = await sandbox.client.bot_call(
        sandbox.token, "sendMessage", chat_id=person.id, text=text, parse_mode="HTML"
    )
    assert answer["ok"]


async def test_64_bytes_of_callback_data_pass(sandbox: RunningSandbox, person: Person) -> None:
    markup = keyboard(callback_data="é" * 32)
    answer = await sandbox.client.bot_call(
        sandbox.token, "sendMessage", chat_id=person.id, text="x", reply_markup=markup
    )
    assert answer["ok"]


async def test_tokens_and_methods(sandbox: RunningSandbox) -> None:
    unknown = await sandbox.client.bot_call("4242:wrong", "getMe")
    assert unknown == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    malformed = await sandbox.client.bot_call("nonsense", "getMe")
    assert malformed["description"] == "Unauthorized: invalid token specified"
    assert await refusal(sandbox, "makeCoffee") == (404, "Not Found: method not found")


async def test_chats_that_cannot_be_written_to(sandbox: RunningSandbox, person: Person) -> None:
    assert await refusal(sandbox, "sendMessage", chat_id=1, text="x") == (400, "Bad Request: chat not found")
    assert await refusal(sandbox, "sendMessage", chat_id="@nobody", text="x") == (400, "Bad Request: chat not found")
    assert await refusal(sandbox, "sendMessage", text="x") == (400, "Bad Request: chat_id is empty")
    stranger = await sandbox.client.new_person("Stranger")
    assert await refusal(sandbox, "sendMessage", chat_id=stranger.id, text="x") == (
        403, "Forbidden: bot can't initiate conversation with a user",
    )  # fmt: skip
    await person.block()
    assert await refusal(sandbox, "sendMessage", chat_id=person.id, text="x") == (
        403, "Forbidden: bot was blocked by the user",
    )  # fmt: skip
    await sandbox.client.deactivate(person.id)
    assert await refusal(sandbox, "sendMessage", chat_id=person.id, text="x") == (403, "Forbidden: user is deactivated")


@pytest.mark.parametrize("type_", ["channel", "supergroup", "group"])
async def test_gatherings_without_the_bot(sandbox: RunningSandbox, person: Person, type_: str) -> None:
    chat = await person.make_chat(type_, "Gathering")
    ask = {"chat_id": chat["id"], "text": "x"}
    assert await refusal(sandbox, "sendMessage", **ask) == (400, "Bad Request: chat not found")
    await person.add_bot(chat["id"])
    await person.add_bot(chat["id"], status="left")
    assert await refusal(sandbox, "sendMessage", **ask) == (403, f"Forbidden: bot is not a member of the {type_} chat")
    await person.add_bot(chat["id"])
    await person.add_bot(chat["id"], status="kicked")
    assert await refusal(sandbox, "sendMessage", **ask) == (403, f"Forbidden: bot was kicked from the {type_} chat")


async def test_a_channel_needs_the_right_to_post(sandbox: RunningSandbox, person: Person) -> None:
    chat = await person.make_chat("channel", "News")
    await person.add_bot(chat["id"], rights={"can_edit_messages": True})
    assert await refusal(sandbox, "sendMessage", chat_id=chat["id"], text="x") == (
        400, "Bad Request: need administrator rights in the channel chat",
    )  # fmt: skip


async def test_a_migrated_group_names_its_successor(sandbox: RunningSandbox, person: Person) -> None:
    group = await person.make_chat("group", "Friends")
    await person.add_bot(group["id"], status="member")
    fresh = await sandbox.client.request("POST", f"/client/chats/{group['id']}/migrate", json={"user_id": person.id})
    answer = await sandbox.client.bot_call(sandbox.token, "sendMessage", chat_id=group["id"], text="x")
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": fresh["id"]},
    }


async def test_edits_that_change_nothing_or_find_nothing(sandbox: RunningSandbox, person: Person) -> None:
    sent = await sandbox.client.bot_call(sandbox.token, "sendMessage", chat_id=person.id, text="same")
    here = {"chat_id": person.id, "message_id": sent["result"]["message_id"]}
    assert await refusal(sandbox, "editMessageText", **here, text="same ") == (400, NOT_MODIFIED)
    assert await refusal(sandbox, "editMessageReplyMarkup", **here) == (400, NOT_MODIFIED)
    assert await refusal(sandbox, "editMessageText", chat_id=person.id, message_id=99, text="x") == (
        400, "Bad Request: message to edit not found",
    )  # fmt: skip
    assert await refusal(sandbox, "editMessageCaption", **here, caption="x") == (
        400, "Bad Request: there is no caption in the message to edit",
    )  # fmt: skip
    assert await refusal(sandbox, "editMessageText", chat_id=person.id, message_id=1, text="x") == (
        400, "Bad Request: message can't be edited",
    )  # fmt: skip


async def test_deleting_what_is_not_there_or_too_old(sandbox: RunningSandbox, person: Person) -> None:
    sent = await sandbox.client.bot_call(sandbox.token, "sendMessage", chat_id=person.id, text="old")
    here = {"chat_id": person.id, "message_id": sent["result"]["message_id"]}
    assert await refusal(sandbox, "deleteMessage", chat_id=person.id, message_id=99) == (
        400, "Bad Request: message to delete not found",
    )  # fmt: skip
    await sandbox.client.advance(48 * 3600 + 1)
    assert await refusal(sandbox, "deleteMessage", **here) == (
        400, "Bad Request: message can't be deleted for everyone",
    )  # fmt: skip


async def test_files_that_are_refused(sandbox: RunningSandbox, person: Person) -> None:
    async def photo(**params: Any) -> str:
        return (await refusal(sandbox, "sendPhoto", chat_id=person.id, **params))[1].removeprefix("Bad Request: ")

    assert await photo() == "there is no photo in the request"
    assert await photo(photo="AgACAgIAAxkBAAM") == (
        "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"
    )
    assert await photo(photo="http://192.0.2.1/a.png") == "failed to get HTTP URL content"
    assert await photo(photo="ftp://127.0.0.1/a.png") == "wrong HTTP URL specified"
    assert await photo(photo="x", caption="c" * 1025) == "message caption is too long"
    document = await sandbox.client.bot_call(sandbox.token, "sendMessage", chat_id=person.id, text="x")
    assert document["ok"]
    assert await refusal(sandbox, "getFile", file_id="nonsense") == (400, "Bad Request: invalid file_id")


async def test_uploads_that_are_refused(sandbox: RunningSandbox, person: Person) -> None:
    async def upload(method: str, field: str, content: bytes) -> str:
        form = aiohttp.FormData({"chat_id": str(person.id)})
        form.add_field(field, io.BytesIO(content), filename="file.png")
        url = f"{sandbox.base_url}/bot{sandbox.token}/{method}"
        async with sandbox.client.session.post(url, data=form) as response:
            return str((await response.json())["description"])

    assert await upload("sendPhoto", "photo", b"not a picture") == "Bad Request: IMAGE_PROCESS_FAILED"
    assert await upload("sendDocument", "document", b"") == "Bad Request: file must be non-empty"
    target = io.BytesIO()
    Image.new("RGB", (2000, 50)).save(target, "PNG")
    assert await upload("sendPhoto", "photo", target.getvalue()) == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert await upload("sendPhoto", "photo", b"\0" * (10 * 1024 * 1024 + 1)) == "Bad Request: file is too big"
    assert await upload("sendDocument", "document", b"\0" * (50 * 1024 * 1024 + 1)) == "Request Entity Too Large"


async def test_albums_that_are_refused(sandbox: RunningSandbox, person: Person) -> None:
    async def album(media: list[Json]) -> str:
        return (await refusal(sandbox, "sendMediaGroup", chat_id=person.id, media=media))[1]

    (sent,) = await person.upload(("a.txt", b"x"))
    document = {"type": "document", "media": sent.body["document"]["file_id"]}
    assert await album([]) == "Bad Request: there are no messages to send"
    assert await album([document] * 11) == "Bad Request: too many messages to send as an album"
    assert await album([{"type": "animation", "media": "x"}]) == (
        "Bad Request: can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup"
    )
    assert await album([{"type": "photo"}]) == "Bad Request: can't parse InputMedia: media not found"
    assert await album([{"type": "photo", "media": document["media"]}]) == (
        "Bad Request: can't use file of type Document as Photo"
    )


async def test_a_file_over_20_mb_cannot_be_fetched_by_the_bot(sandbox: RunningSandbox, person: Person) -> None:
    (sent,) = await person.upload(("big.bin", b"\0" * (20 * 1024 * 1024 + 1)))
    file_id = sent.body["document"]["file_id"]
    assert await refusal(sandbox, "getFile", file_id=file_id) == (400, "Bad Request: file is too big")
    assert len(await sandbox.client.download(sent.body["file_urls"]["document"])) == 20 * 1024 * 1024 + 1


async def test_callback_queries_are_answered_once_and_in_time(sandbox: RunningSandbox, person: Person) -> None:
    too_old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert await refusal(sandbox, "answerCallbackQuery", callback_query_id="1") == too_old
    markup = keyboard(callback_data="x")
    sent = await sandbox.client.bot_call(sandbox.token, "sendMessage", chat_id=person.id, text="x", reply_markup=markup)
    path = f"/client/chats/{person.id}/messages/{sent['result']['message_id']}/press"
    body = {"user_id": person.id, "button": {"row": 0, "column": 0}}
    first = (await sandbox.client.request("POST", path, json=body))["query_id"]
    answer = await sandbox.client.bot_call(sandbox.token, "answerCallbackQuery", callback_query_id=first)
    assert answer["result"] is True
    assert await refusal(sandbox, "answerCallbackQuery", callback_query_id=first) == too_old
    second = (await sandbox.client.request("POST", path, json=body))["query_id"]
    await sandbox.client.advance(31)
    assert await refusal(sandbox, "answerCallbackQuery", callback_query_id=second) == too_old


async def test_commands_that_are_refused(sandbox: RunningSandbox) -> None:
    async def commands(**params: Any) -> str:
        return (await refusal(sandbox, "setMyCommands", **params))[1]

    assert await commands(commands=[{"command": "Bad", "description": "d"}]) == "Bad Request: BOT_COMMAND_INVALID"
    assert await commands(commands=[{"command": "a", "description": ""}]) == (
        "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
    )
    many = [{"command": f"c{number}", "description": "d"} for number in range(101)]
    assert await commands(commands=many) == "Bad Request: BOT_COMMANDS_TOO_MUCH"
    assert await commands(commands=[], scope={"type": "galaxy"}) == (
        "Bad Request: can't parse BotCommandScope: Unsupported type specified"
    )


async def test_drafts_are_for_private_chats(sandbox: RunningSandbox, person: Person) -> None:
    chat = await person.make_chat("channel", "News")
    await person.add_bot(chat["id"])
    assert (await refusal(sandbox, "sendMessageDraft", chat_id=chat["id"], draft_id=1, text="x"))[0] == 400
    assert (await refusal(sandbox, "sendMessageDraft", chat_id=person.id, draft_id=0, text="x"))[0] == 400
