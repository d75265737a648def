"""The upload address: chunks one after another, each counted when all of it is there."""

import hmac
import re
from functools import partial
from typing import Final

from aiohttp import web

from web.sandbox.networks.api import Call
from web.sandbox.networks.media import complete, receive
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Upload
from web.sandbox.networks.tiktok.publishing import judge
from web.sandbox.networks.tiktok.sources import next_chunk

_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_TYPES: Final = ("video/mp4", "video/quicktime", "video/webm")


async def put_chunk(call: Call) -> web.Response:
    """PUT <upload_url>: 206 while more is expected, 201 at the end. `Content-Range` of the answer tells how much is
    there, also with a 416, which a chunk gets that isn't the next one: too early, or sent again."""
    upload = _upload(call)
    first, last = _announced(call, upload)
    if (first, last) != _expected(upload):
        raise _out_of_step(upload)
    came = await receive(call, upload, at=first, at_most=last - first + 1)
    if came != last - first + 1:
        raise Refused(400, "invalid_param", "The body is not as long as announced.")
    if upload.received_bytes != first:  # the same chunk came in by another connection meanwhile
        raise _out_of_step(upload)
    if last + 1 == upload.size_bytes:
        judge_it = partial(judge, call.networks, call.network)
        await complete(call.networks, upload, inspect=call.rules["inspects"], judge=judge_it)
        return web.Response(status=201, headers=_progress(upload))
    upload.received_bytes = last + 1
    call.networks.uploads.put(upload)
    return web.Response(status=206, headers=_progress(upload))


def refusal(refused: Refused) -> web.Response:
    """A status says it all; the progress stands in the headers."""
    headers = {name: str(value) for name, value in refused.details.items()}
    return web.Response(status=refused.status, text=refused.message, headers=headers)


def _upload(call: Call) -> Upload:
    upload = call.networks.uploads.get(call.request.query.get("upload_id", ""))
    token = call.request.query.get("upload_token", "")
    if upload is None or upload.network != call.network.name or not _same(token, upload.details["token"]):
        raise Refused(404, "not_found", "No upload task for this upload_url.")
    call.note(publish_id=upload.details["publish_id"], username=call.networks.owner(upload).username)
    if upload.made_at + call.rules["upload_url_s"] <= call.networks.now():
        raise Refused(403, "expired", "The upload_url has expired.")
    return upload


def _same(token: str, known: str) -> bool:
    return hmac.compare_digest(token.encode(), known.encode())


def _announced(call: Call, upload: Upload) -> tuple[int, int]:
    """The bytes that the headers name."""
    request = call.request
    named = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
    call.note(content_range=request.headers.get("Content-Range"))
    if request.content_type not in _TYPES:
        raise Refused(400, "invalid_param", f"Content-Type must be one of {', '.join(_TYPES)}")
    if named is None:
        raise Refused(400, "invalid_param", "Content-Range must be bytes <first>-<last>/<total>")
    first, last, total = map(int, named.groups())
    if request.content_length != last - first + 1 or total != upload.size_bytes:
        raise Refused(400, "invalid_param", "Content-Length or the total doesn't fit")
    return first, last


def _expected(upload: Upload) -> tuple[int, int] | None:
    if upload.received_bytes == upload.size_bytes:
        return None
    return next_chunk(upload.size_bytes, upload.details["chunk_size"], upload.received_bytes)


def _out_of_step(upload: Upload) -> Refused:
    return Refused(
        416, "out_of_step", "Content-Range does not reflect the actual upload progress.", **_progress(upload)
    )


def _progress(upload: Upload) -> dict[str, str]:
    if not upload.received_bytes:
        return {"Content-Range": f"bytes */{upload.size_bytes}"}
    return {"Content-Range": f"bytes 0-{upload.received_bytes - 1}/{upload.size_bytes}"}
