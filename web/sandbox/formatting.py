"""A call's text or caption, checked as Telegram checks it, in the shape of a message's fields."""

from collections.abc import Callable
from typing import Any

from web.sandbox.call import Call
from web.sandbox.entities import FormatError, Formatted, from_entities, from_html, from_markdown, from_markdown_v2
from web.sandbox.entities.formatted import entities_from_json, is_blank
from web.sandbox.entities.model import Entity
from web.sandbox.errors import ApiError, bad_request
from web.sandbox.model import Json
from web.sandbox.state import World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
"""What is formatted beyond it, Telegram leaves plain without a word."""
INPUT_LIMIT_BYTES = 1 << 15
PARSERS: dict[str, Callable[[str], Formatted]] = {
    "html": from_html,
    "markdown": from_markdown,
    "markdownv2": from_markdown_v2,
}


def message_text(call: Call) -> Json:
    """`text` and `entities` of a call, checked."""
    if not call.text("text"):
        raise bad_request("message text is empty")
    formatted = formatted_text(
        call, call.text("text"), call.text("parse_mode"), entities_from_json(call.text("entities"))
    )
    return text_fields(call.world, formatted)


def text_fields(world: World, formatted: Formatted, *, name: str = "text", entities_name: str = "entities") -> Json:
    if is_blank(formatted.text):
        raise bad_request("text must be non-empty")
    if formatted.length > TEXT_LIMIT:
        raise bad_request("message is too long")
    return fields(world, formatted, name, entities_name)


def caption(call: Call) -> Json:
    """`caption`, `caption_entities` and `show_caption_above_media` of a call; nothing when it has none."""
    given = entities_from_json(call.text("caption_entities"))
    return caption_fields(call, call.text("caption"), call.text("parse_mode"), given) | above_media(
        call.flag("show_caption_above_media")
    )


def above_media(above: bool) -> Json:
    return {"show_caption_above_media": True} if above else {}


def caption_fields(call: Call, text: str, parse_mode: str, given: Any) -> Json:
    formatted = formatted_text(call, text, parse_mode, given)
    if formatted.length > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return fields(call.world, formatted, "caption", "caption_entities")


def formatted_text(call: Call, text: str, parse_mode: str, given: Any) -> Formatted:
    if len(text.encode()) > INPUT_LIMIT_BYTES:
        raise bad_request("text is too long")
    mode = parse_mode.lower()
    if not text or mode in {"", "none"}:
        return _from_entities(text, given)
    if mode not in PARSERS:
        raise bad_request("unsupported parse_mode")
    try:
        return PARSERS[mode](text)
    except FormatError as refusal:
        raise bad_request(f"can't parse entities: {refusal}") from None


def _from_entities(text: str, given: Any) -> Formatted:
    try:
        return from_entities(text, given)
    except FormatError as refusal:
        raise _entity_refusal(str(refusal)) from None


def _entity_refusal(words: str) -> ApiError:
    if words.startswith(("expected", "Can't find", "Unsupported")):
        return bad_request(f"can't parse MessageEntity: {words}")
    return bad_request(words[0].lower() + words[1:])


def fields(world: World, formatted: Formatted, name: str, entities_name: str) -> Json:
    """Nothing when the text is empty."""
    if not formatted.text:
        return {}
    entities = [shown for entity in formatted.entities[:ENTITY_LIMIT] if (shown := _shown(world, entity))]
    return {name: formatted.text, **({entities_name: entities} if entities else {})}


def _shown(world: World, entity: Entity) -> Json | None:
    """A mention by id carries the whole user; one of an unknown user is dropped."""
    if entity.type != "text_mention":
        return entity.to_json()
    account = world.account(int(entity.more["user"]["id"]))
    return {**entity.to_json(), "user": account.public()} if account else None


def link_preview(call: Call) -> Json:
    """`link_preview_options`, when given."""
    options = call.parsed("link_preview_options", "can't parse link preview options JSON object")
    if options is None:
        return {"link_preview_options": {"is_disabled": True}} if call.flag("disable_web_page_preview") else {}
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    return {"link_preview_options": options} if options else {}
