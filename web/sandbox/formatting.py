"""Texts as they come in, and the text with entities that Telegram makes of them."""

from web.sandbox.call import Call
from web.sandbox.errors import bad_request
from web.sandbox.model import Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def utf16_length(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def message_text(call: Call) -> Json:
    """`text` and `entities` of a call, checked."""
    if not call.text("text"):
        raise bad_request("message text is empty")
    text = call.text("text").strip()
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text}


def link_preview(call: Call) -> Json:
    """`link_preview_options`, when given."""
    options = call.parsed("link_preview_options", "can't parse link preview options JSON object")
    if options is None:
        return {"link_preview_options": {"is_disabled": True}} if call.flag("disable_web_page_preview") else {}
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    return {"link_preview_options": options} if options else {}
