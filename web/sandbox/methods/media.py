"""Sending photos, films, sounds, documents and albums."""

from typing import Any

from web.sandbox.access import writable_chat
from web.sandbox.call import Call, method
from web.sandbox.errors import ApiError, bad_request
from web.sandbox.fetching import fetch
from web.sandbox.files import Upload
from web.sandbox.formatting import above_media, caption, caption_fields
from web.sandbox.media import Told, known_media, make_media
from web.sandbox.methods.sending import send, send_all
from web.sandbox.model import Json

ATTACHED = "attach://"
TOLD = ("duration", "width", "height", "length")
SPOILER_KINDS = frozenset({"photo", "video", "animation"})
NO_CAPTION = frozenset({"video_note"})
ALBUM_KINDS = frozenset({"photo", "video", "audio", "document"})
MOST_IN_ALBUM = 10
TITLES = {"document": "Document", "audio": "Audio"}
"""Kinds that stand only among their own, as Telegram's refusals call them."""


@method("sendPhoto")
async def send_photo(call: Call) -> Json:
    return await _send_one(call, "photo")


@method("sendVideo")
async def send_video(call: Call) -> Json:
    return await _send_one(call, "video")


@method("sendAnimation")
async def send_animation(call: Call) -> Json:
    return await _send_one(call, "animation")


@method("sendAudio")
async def send_audio(call: Call) -> Json:
    return await _send_one(call, "audio")


@method("sendVoice")
async def send_voice(call: Call) -> Json:
    return await _send_one(call, "voice")


@method("sendVideoNote")
async def send_video_note(call: Call) -> Json:
    return await _send_one(call, "video_note")


@method("sendDocument")
async def send_document(call: Call) -> Json:
    return await _send_one(call, "document")


async def _send_one(call: Call, kind: str) -> Json:
    if not (call.text(kind) or kind in call.uploads):
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    words = {} if kind in NO_CAPTION else caption(call)
    writable_chat(call)
    values: Json = {name: call.integer(name) for name in TOLD if call.text(name)}
    values |= {name: call.text(name) for name in ("performer", "title") if call.text(name)}
    media = await _media(call, kind, call.text(kind), kind, Told(values, _thumbnail(call, call.text("thumbnail"))))
    if media is None:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    return send(call, {**media, **words, **_spoiler(kind, call.flag("has_spoiler"))})


def _spoiler(kind: str, hidden: bool) -> Json:
    return {"has_media_spoiler": True} if hidden and kind in SPOILER_KINDS else {}


def _thumbnail(call: Call, value: str) -> Upload | None:
    """A thumbnail must be uploaded; anything else is passed over."""
    if value.startswith(ATTACHED):
        return call.uploads.get(value.removeprefix(ATTACHED))
    return call.uploads.get("thumbnail") or call.uploads.get("thumb")


async def _media(call: Call, kind: str, value: str, field: str, told: Told) -> Json | None:
    """The file a parameter means: uploaded under its name or an attachment's, by address, or known by its id."""
    upload = call.uploads.get(value.removeprefix(ATTACHED) if value.startswith(ATTACHED) else field)
    store = call.world.files
    if upload:
        return await make_media(store, kind, upload, told)
    if not value or value.startswith(ATTACHED):
        return None
    if "." in value:
        return await make_media(store, kind, await fetch(store, value, kind), told)
    return known_media(store, kind, value)


@method("sendMediaGroup")
async def send_media_group(call: Call) -> list[Json]:
    items = call.parsed("media", "can't parse media JSON object")
    if items is None:
        raise bad_request('parameter "media" is required')
    if not isinstance(items, list):
        raise bad_request("expected an Array of InputMedia")
    contents = [await input_media(call, item, in_album=True) for item in items]
    _check_album(contents)
    group = {"media_group_id": str(13_000_000_000_000_000 + call.world.new_id())} if len(contents) > 1 else {}
    return send_all(call, [{**content, **group} for content in contents])


def _check_album(contents: list[Json]) -> None:
    if len(contents) > MOST_IN_ALBUM:
        raise bad_request("too many messages to send as an album")
    if not contents:
        raise bad_request("there are no messages to send")
    kinds = {kind for content in contents for kind in ALBUM_KINDS if kind in content}
    for kind, title in TITLES.items():
        if kind in kinds and len(kinds) > 1:
            raise bad_request(f"{title} can't be mixed with other media types")
    if len({content.get("show_caption_above_media", False) for content in contents}) > 1:
        raise bad_request("parameter show_caption_above_media must be the same for all messages")


async def input_media(call: Call, item: Any, *, in_album: bool = False) -> Json:
    """The content that an InputMedia object stands for."""
    try:
        return await _input_media(call, item, in_album=in_album)
    except _Unreadable as refusal:
        raise bad_request(f"can't parse InputMedia: {refusal}") from None


class _Unreadable(Exception):
    """What is wrong with an InputMedia object."""


async def _input_media(call: Call, item: Any, *, in_album: bool) -> Json:
    if not isinstance(item, dict):
        raise _Unreadable("expected an Object")
    try:
        words = caption_fields(
            call, str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities")
        )
    except ApiError as refusal:
        if "can't parse entities" in refusal.description:
            raise _Unreadable(refusal.description.removeprefix("Bad Request: ")) from None
        raise
    kind = item.get("type")
    if kind == "animation" and in_album:
        raise _Unreadable('type "animation" can\'t be used in sendMediaGroup')
    if kind not in {*ALBUM_KINDS, "animation"}:
        raise _Unreadable(f'type "{kind}" is unsupported' if kind else 'Can\'t find field "type"')
    values = {name: item[name] for name in (*TOLD, "performer", "title") if item.get(name)}
    told = Told(values, _thumbnail(call, str(item.get("thumbnail") or ATTACHED)))
    media = await _media(call, kind, str(item.get("media") or ""), "", told)
    if media is None:
        raise _Unreadable("media not found")
    above = above_media(bool(item.get("show_caption_above_media")))
    return {**media, **words, **above, **_spoiler(kind, bool(item.get("has_spoiler")))}
