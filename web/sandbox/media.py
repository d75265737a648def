"""Making media of files: sizes of photos, lengths of sounds and films, and the Bot API's JSON for each kind.

The heavy libraries are imported where they are used: most sandboxes never see a film.
"""

import asyncio
import mimetypes
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from web.sandbox.errors import bad_request
from web.sandbox.files import FileStore, Upload
from web.sandbox.model import Json, StoredFile

PHOTO_LIMIT = 10 * 1024 * 1024
PHOTO_SIDES = (90, 320, 800, 1280)
MOST_SIDES_SUM = 10_000
MOST_RATIO = 20
VAGUE = "application/octet-stream"
USUAL_TYPES = {
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "animation": "video/mp4",
}
"""What a file is taken for when neither its name nor its sender tells."""
VOICE_TYPES = ("audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a", "application/ogg")
NAMED_KINDS = ("document", "audio", "video", "animation")
TYPE_NAMES = {
    "photo": "Photo", "video": "Video", "audio": "Audio", "voice": "VoiceNote", "document": "Document",
    "animation": "Animation", "video_note": "VideoNote", "thumbnail": "Thumbnail",
}  # fmt: skip
"""How Telegram's refusals call the kinds of files."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the sender says about a file, and the picture for it."""

    values: Json = field(default_factory=dict)
    thumbnail: Upload | None = None


async def make_media(store: FileStore, kind: str, upload: Upload, told: Told | None = None) -> Json:
    """Keep an upload as a photo, film, sound, ... and give the message field(s) for it."""
    told = told or Told()
    if upload.size == 0:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        return {"photo": await _make_photo(store, upload)}
    mime = mime_of(upload)
    mime = USUAL_TYPES.get(kind, mime) if mime == VAGUE else mime
    if kind == "voice" and mime not in VOICE_TYPES:
        kind = "audio" if mime.startswith("audio/") else "document"
    if kind == "document" and mime == "image/gif":
        kind = "animation"
    file = await _make_file(store, kind, upload, mime, told)
    return media_fields(file)


def mime_of(upload: Upload) -> str:
    if upload.mime not in {"", VAGUE}:
        return upload.mime
    return mimetypes.guess_type(upload.name)[0] or VAGUE


def media_fields(file: StoredFile) -> Json:
    """The message field(s) of a file that is known. Animations stand as documents, too, for old clients."""
    shown = file.details["shown"]
    if file.kind == "animation":
        names = ("file_name", "mime_type", "thumbnail", "thumb", "file_id", "file_unique_id", "file_size")
        return {"animation": shown, "document": {name: shown[name] for name in names if name in shown}}
    return {file.kind: shown}


def known_media(store: FileStore, kind: str, file_id: str) -> Json:
    """The message field(s) for a file_id that a bot sends again. Its kind stays what it was."""
    file = store.find(file_id)
    if file is None or "shown" not in file.details:
        raise bad_request(wrong_file_id(file_id))
    if (file.kind == "photo") != (kind == "photo"):
        raise bad_request(f"can't use file of type {TYPE_NAMES[file.kind]} as {TYPE_NAMES[kind]}")
    return media_fields(file)


def wrong_file_id(file_id: str) -> str:
    """Telegram's words for an identifier that it never gave out."""
    wrong = "wrong remote file identifier specified: "
    if not all(character.isascii() and (character.isalnum() or character in "-_=") for character in file_id):
        return wrong + "Wrong character in the string"
    if len(file_id.rstrip("=")) % 4 == 1:
        return wrong + "Wrong string length"
    return wrong + "can't unserialize it. Wrong last symbol"


async def _make_file(store: FileStore, kind: str, upload: Upload, mime: str, told: Told) -> StoredFile:
    probed = await asyncio.to_thread(_probe, kind, upload.path)
    shown: Json = {**_about(kind, {**probed, **told.values})}
    if kind in NAMED_KINDS:
        shown |= {"file_name": upload.name}
    if kind != "video_note":
        shown |= {"mime_type": mime}
    if told.thumbnail:
        thumbnail = await _make_thumbnail(store, told.thumbnail)
        shown |= {"thumbnail": thumbnail, "thumb": thumbnail}
    file = store.keep(upload.path, kind=kind, name=upload.name, mime=mime)
    shown |= {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}
    file.details["shown"] = shown
    store.update(file)
    return file


def _about(kind: str, values: Json) -> Json:
    """The fields that a kind has, with zeros for what nobody knows."""
    needed: dict[str, tuple[str, ...]] = {
        "video": ("width", "height", "duration"),
        "animation": ("width", "height", "duration"),
        "video_note": ("length", "duration"),
        "audio": ("duration",),
        "voice": ("duration",),
    }
    about: Json = {name: int(values.get(name) or 0) for name in needed.get(kind, ())}
    if kind == "video_note":
        about["length"] = about["length"] or int(values.get("width") or 240)
    if kind == "audio":
        about |= {name: values[name] for name in ("performer", "title") if values.get(name)}
    return about


def _probe(kind: str, path: Path) -> Json:
    """What the file itself tells; nothing when it can't be read."""
    if kind in {"audio", "voice"}:
        return _probe_sound(path)
    return _probe_film(path) if kind in {"video", "animation", "video_note"} else {}


def _probe_sound(path: Path) -> Json:
    import mutagen

    try:
        found = mutagen.File(path, easy=True)
    except (mutagen.MutagenError, OSError):
        return {}
    if found is None or found.info is None:
        return {}
    tags = found.tags or {}
    named = {name: str(tags[tag][0]) for name, tag in (("title", "title"), ("performer", "artist")) if tags.get(tag)}
    return {"duration": round(getattr(found.info, "length", 0)), **named}


def _probe_film(path: Path) -> Json:
    import av

    try:
        with av.open(str(path)) as film:
            stream = film.streams.video[0] if film.streams.video else None
            seconds = (film.duration or 0) / 1_000_000
            size = {"width": stream.width, "height": stream.height} if stream else {}
            return {"duration": round(seconds), **size}
    except (av.error.FFmpegError, OSError, ValueError):
        return {}


async def _make_photo(store: FileStore, upload: Upload) -> list[Json]:
    if upload.size > PHOTO_LIMIT:
        raise bad_request("file is too big")
    pictures = await asyncio.to_thread(_resize, upload.path, store.incoming, PHOTO_SIDES)
    kept = [
        (store.keep(path, kind="photo", name=None, mime="image/jpeg"), width, height)
        for path, width, height in pictures
    ]
    sizes = [
        {"file_id": file.file_id, "file_unique_id": file.unique_id, "width": width, "height": height,
         "file_size": file.size}
        for file, width, height in kept
    ]  # fmt: skip
    for file, _, _ in kept:
        file.details["shown"] = sizes
        store.update(file)
    return sizes


async def _make_thumbnail(store: FileStore, upload: Upload) -> Json:
    path, width, height = (await asyncio.to_thread(_resize, upload.path, store.incoming, (320,)))[-1]
    file = store.keep(path, kind="thumbnail", name=None, mime="image/jpeg")
    return {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size, "width": width,
            "height": height}  # fmt: skip


def _resize(path: Path, fresh: Callable[[], Path], sides: tuple[int, ...]) -> list[tuple[Path, int, int]]:
    """JPEGs that fit each side, smallest first; none is larger than the original. (path, width, height) of each."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            untouched = opened.format == "JPEG" and max(opened.size) <= sides[-1]
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    width, height = picture.size
    if width + height > MOST_SIDES_SUM or max(width, height) > MOST_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    fitting = [side for side in sides if side < max(width, height)]
    made = [_saved(picture, side, fresh()) for side in fitting]
    if len(fitting) < len(sides):
        target = fresh()
        if untouched:
            shutil.copyfile(path, target)
        else:
            picture.save(target, "JPEG", quality=87)
        made.append((target, width, height))
    return made


def _saved(picture: Any, side: int, target: Path) -> tuple[Path, int, int]:
    smaller = picture.copy()
    smaller.thumbnail((side, side))
    smaller.save(target, "JPEG", quality=87)
    return target, smaller.width, smaller.height
