"""Reading a Bot API request: query string, JSON, urlencoded form, or multipart with files, all into one shape."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from web.sandbox.errors import ApiError, bad_request
from web.sandbox.files import Upload
from web.sandbox.state import World

BOT_UPLOAD_LIMIT = 50 * 1024 * 1024
FIELD_LIMIT = 4 * 1024 * 1024
CHUNK = 256 * 1024


@dataclass(slots=True)
class Arguments:
    """Parameters as strings, and files by field name."""

    params: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def discard(self) -> None:
        """Remove the uploads that nobody kept."""
        for upload in self.uploads.values():
            upload.path.unlink(missing_ok=True)


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


async def read_arguments(world: World, request: web.Request) -> Arguments:
    """Raises the Bot API's refusals for what can't be read."""
    arguments = Arguments(dict(request.query))
    kind = request.content_type
    if not request.body_exists:
        return arguments
    if kind == "multipart/form-data":
        await _read_multipart(world, request, arguments)
    elif kind == "application/json":
        arguments.params |= _json_params(await _body(request))
    else:
        text = (await _body(request)).decode(errors="replace")
        arguments.params |= dict(parse_qsl(text, keep_blank_values=True))
    return arguments


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > FIELD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
    return bytes(body)


def _json_params(body: bytes) -> dict[str, str]:
    try:
        values = json.loads(body) if body.strip() else {}
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise bad_request("expected JSON object")
    return {name: as_text(value) for name, value in values.items() if value is not None}


async def _read_multipart(world: World, request: web.Request, arguments: Arguments) -> None:
    try:
        reader = await request.multipart()
        async for part in reader:
            if isinstance(part, BodyPartReader) and part.name:
                await _read_part(world, part, part.name, arguments)
    except ValueError:
        arguments.discard()
        raise bad_request("can't parse multipart form data") from None
    except BaseException:
        arguments.discard()
        raise


async def _read_part(world: World, part: BodyPartReader, name: str, arguments: Arguments) -> None:
    if part.filename is None:
        body = await part.read()
        if len(body) > FIELD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        arguments.params[name] = body.decode(errors="replace")
        return
    arguments.uploads[name] = await receive(world, part, limit=BOT_UPLOAD_LIMIT)


async def receive(world: World, part: BodyPartReader, *, limit: int) -> Upload:
    """Stream one file of a form to disk. Raises 413 when it is larger than `limit` bytes."""
    path = world.files.incoming()
    size = 0
    with path.open("wb") as target:
        while chunk := await part.read_chunk(CHUNK):
            size += len(chunk)
            if size > limit:
                break
            target.write(chunk)
    if size > limit:
        path.unlink()
        raise ApiError(413, "Request Entity Too Large")
    mime = part.headers.get("Content-Type", "application/octet-stream")
    return Upload(Path(part.filename or "file").name, mime, path, size)
