"""People's uploads: forms with files, which become one message or an album."""

from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from web.sandbox.errors import ApiError, ClientError, invalid
from web.sandbox.files import Upload
from web.sandbox.http import WORLD, Body
from web.sandbox.media import PHOTO_LIMIT, make_media, mime_of
from web.sandbox.model import Json
from web.sandbox.people import captioned
from web.sandbox.reading import FIELD_LIMIT, receive
from web.sandbox.state import World

PERSON_UPLOAD_LIMIT = 2000 * 1024 * 1024
KINDS = ("auto", "photo", "video", "audio", "voice", "document", "animation", "video_note")
ALBUM_LIMIT = 10
IN_ALBUMS = frozenset({"photo", "video", "audio", "document"})
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")


@dataclass(slots=True)
class Form:
    """What a form brought: plain fields, and files in order."""

    body: Body
    uploads: list[Upload] = field(default_factory=list)

    def discard(self) -> None:
        for upload in self.uploads:
            upload.path.unlink(missing_ok=True)


async def read_form(request: web.Request) -> Form:
    """Files are streamed to disk. Raises 413 for what is larger than Telegram takes."""
    world = request.app[WORLD]
    form = Form(Body({}))
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                await _read_part(world, part, part.name, form)
    except ApiError:
        form.discard()
        raise ClientError(413, "too_large", "the file is larger than 2000 MB") from None
    except BaseException:
        form.discard()
        raise
    return form


async def _read_part(world: World, part: BodyPartReader, name: str, form: Form) -> None:
    if part.filename is not None:
        form.uploads.append(await receive(world, part, limit=PERSON_UPLOAD_LIMIT))
        return
    value = await part.read()
    if len(value) > FIELD_LIMIT:
        raise invalid(f"{name} is too long")
    form.body.values[name] = value.decode(errors="replace")


async def uploaded(world: World, form: Form) -> list[Json]:
    """The contents of the messages to post: albums of up to ten of a kind, everything else by itself."""
    kind = form.body.optional("kind") or "auto"
    if kind not in KINDS:
        raise invalid(f"kind must be one of {', '.join(KINDS)}")
    if not 1 <= len(form.uploads) <= ALBUM_LIMIT:
        raise invalid(f"send 1 to {ALBUM_LIMIT} files")
    try:
        contents = [await make_media(world.files, _kind_of(upload, kind), upload) for upload in form.uploads]
    except ApiError as refusal:
        raise invalid(refusal.description.removeprefix("Bad Request: ")) from None
    contents[0] |= captioned(world, form.body.optional("caption") or "")
    if len(contents) > 1 and all(not IN_ALBUMS.isdisjoint(content) for content in contents):
        group = str(13_000_000_000_000_000 + world.new_id())
        contents = [{**content, "media_group_id": group} for content in contents]
    return contents


def _kind_of(upload: Upload, asked: str) -> str:
    if asked != "auto":
        return asked
    mime = mime_of(upload)
    if mime in PHOTO_TYPES and upload.size <= PHOTO_LIMIT:
        return "photo"
    if mime == "image/gif":
        return "animation"
    if mime in {"video/mp4", "video/quicktime", "video/webm"}:
        return "video"
    return "audio" if mime in {"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/flac"} else "document"
