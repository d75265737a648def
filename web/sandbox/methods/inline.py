"""Answers to inline queries. https://core.telegram.org/bots/api#inline-mode"""

import re
from typing import Any

from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.formatting import above_media, caption_fields, formatted_text, text_fields
from web.sandbox.inline import Asked
from web.sandbox.markup import markup_of
from web.sandbox.media import known_media
from web.sandbox.model import Chat, Json

MOST_RESULTS = 50
OFFSET_BYTES = 64
ID_BYTES = 64
START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")
CACHED = {
    "photo": ("photo_file_id", "photo"),
    "gif": ("gif_file_id", "animation"),
    "mpeg4_gif": ("mpeg4_file_id", "animation"),
    "video": ("video_file_id", "video"),
    "audio": ("audio_file_id", "audio"),
    "voice": ("voice_file_id", "voice"),
    "document": ("document_file_id", "document"),
}
"""Types of results with files that Telegram has: the field of the file, and its kind. Those by address aren't there."""
TITLED = frozenset({"article", "video", "voice", "document"})


@method("answerInlineQuery")
def answer_inline_query(call: Call) -> bool:
    items = _results(call)
    next_offset = call.text("next_offset")
    if len(next_offset.encode()) > OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = _button(call)
    contents = {str(item["id"]): _content(call, item) for item in items}
    query = call.world.queries.answer(call.text("inline_query_id"), call.bot.id)
    typed = str(query.about.get("inline", ""))
    call.world.inline.keep(query.id, Asked(call.bot, query.user_id, typed, contents))
    shown = [_shown(item, contents[str(item["id"])]) for item in items]
    answer: Json = {"results": shown, "next_offset": next_offset, "button": button}
    call.world.queries.deliver(query.id, {**answer, "is_personal": call.flag("is_personal")})
    return True


def _results(call: Call) -> list[Json]:
    items = call.parsed("results", "can't parse inline query results JSON object")
    if items is None:
        raise bad_request('parameter "results" is required')
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request("expected an Array of InlineQueryResult")
    if len(items) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [str(item.get("id") or "") for item in items]
    if not all(1 <= len(each.encode()) <= ID_BYTES for each in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    return items


def _button(call: Call) -> Json | None:
    button = call.parsed("button", "can't parse inline query results button JSON object")
    if button is None:
        return None
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline query results button: Can't find field \"text\"")
    if "web_app" in button:
        raise bad_request("can't parse inline query results button: there are no Web Apps here")
    if not START_PARAMETER.fullmatch(str(button.get("start_parameter") or "")):
        raise bad_request("START_PARAM_INVALID")
    return {"text": button["text"], "start_parameter": button["start_parameter"]}


def _content(call: Call, item: Json) -> Json:
    """The message that a result becomes."""
    kind = item.get("type")
    if kind != "article" and kind not in CACHED:
        raise bad_request(f'can\'t parse inline query result: type "{kind}" is unsupported for the inline query result')
    if kind in TITLED and not item.get("title"):
        raise bad_request("can't parse inline query result: Can't find field \"title\"")
    given = item.get("input_message_content")
    words = _text(call, given) if given is not None else _media(call, str(kind), item)
    markup = _markup(call, item)
    return {**words, **({"reply_markup": markup} if markup else {})}


def _text(call: Call, given: Any) -> Json:
    if not isinstance(given, dict) or not given.get("message_text"):
        raise bad_request("message text is empty")
    formatted = formatted_text(
        call, str(given["message_text"]), str(given.get("parse_mode") or ""), given.get("entities")
    )
    options = given.get("link_preview_options")
    return text_fields(call.world, formatted) | ({"link_preview_options": options} if options else {})


def _media(call: Call, kind: str, item: Json) -> Json:
    if kind == "article":
        raise bad_request("can't parse inline query result: Can't find field \"input_message_content\"")
    field, file_kind = CACHED[kind]
    media = known_media(call.world.files, file_kind, str(item.get(field) or ""))
    words = caption_fields(
        call, str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities")
    )
    return {**media, **words, **above_media(bool(item.get("show_caption_above_media")))}


def _markup(call: Call, item: Json) -> Json | None:
    value = item.get("reply_markup")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    markup = markup_of(value, Chat(0, 0, "supergroup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _shown(item: Json, content: Json) -> Json:
    """What apps show in the list."""
    text = content.get("text") or content.get("caption") or ""
    title = item.get("title") or item.get("caption") or str(item["type"])
    return {"id": str(item["id"]), "type": item["type"], "title": title,
            "description": item.get("description") or "", "text": text}  # fmt: skip
