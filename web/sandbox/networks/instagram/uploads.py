"""rupload.facebook.com: a container's bytes, sent from where they broke off.
https://developers.facebook.com/documentation/instagram-platform/content-publishing/resumable-uploads"""

from typing import Final

from aiohttp import web

from web.sandbox.networks.api import Call
from web.sandbox.networks.instagram.access import Caller, known_by
from web.sandbox.networks.instagram.containers import EXPIRED, arrived, container_of, status_of
from web.sandbox.networks.media import receive
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Upload

SCHEME: Final = "oauth"


async def upload(call: Call) -> web.Response:
    """POST /ig-api-upload/{container}: the header `offset` says where the body begins, `file_size` how long the whole
    file is. All that is missing has to come in one body; what came of a broken one stays, as `video_status` tells."""
    container = _container(call, _caller(call))
    offset, size = _header(call, "offset"), _header(call, "file_size")
    if container.complete_at is not None:
        raise Refused(400, "ProcessingFailedError", "Request processing failed")
    if offset != container.received_bytes or offset >= size:
        raise Refused(412, "OffsetInvalidError", "Request starting offset is invalid", retriable=True)
    came = await receive(call, container, at=offset, at_most=size - offset)
    if container.received_bytes != offset:  # the same bytes came in by another connection meanwhile
        raise Refused(412, "OffsetInvalidError", "Request starting offset is invalid", retriable=True)
    container.size_bytes = size
    container.received_bytes = min(offset + came, size)
    call.networks.uploads.put(container)
    if offset + came != size:
        said = "Partial request (did not match length of file)"
        raise Refused(400, "PartialRequestError", said, retriable=True)
    await arrived(call, container)
    return web.json_response({"success": True, "message": "Upload successful."})


def _caller(call: Call) -> Caller:
    scheme, _, token = call.request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != SCHEME:
            raise Refused(400, "104", "no OAuth token")
        return known_by(call, token.strip(), {})
    except Refused:
        raise Refused(400, "NotAuthorizedError", "User is not authorized for this upload") from None


def _container(call: Call, caller: Caller) -> Upload:
    found = container_of(call.networks, caller, call.request.match_info["container"])
    if found is None or found.details["given"].get("upload_type") != "resumable":
        raise Refused(400, "ProcessingFailedError", "Request processing failed")
    if status_of(call.networks, found, lives_s=call.rules["container_s"]) == EXPIRED:
        raise Refused(400, "ProcessingFailedError", "Request processing failed")
    call.note(container=found.id)
    return found


def _header(call: Call, name: str) -> int:
    text = call.request.headers.get(name, "")
    if not text.isascii() or not text.isdecimal():
        raise Refused(400, "ProcessingFailedError", f"The header {name} is missing or no number")
    return int(text)
