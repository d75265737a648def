"""The tus protocol, version 1.0: headers as they are to be read and answered. Nothing of ours.

https://tus.io/protocols/resumable-upload
"""

import base64
import binascii
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from aiohttp import web

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,expiration,termination"
PIECE: Final = "application/offset+octet-stream"
NUMBER: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
METADATA_CHARACTERS: Final = 4096
ALWAYS: Final = {"Tus-Resumable": VERSION, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Refused(Exception):
    """A request that isn't as the protocol wants it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def answer(status: int, **headers: str) -> web.Response:
    """Without a body. Names of headers have _ for -."""
    return web.Response(
        status=status, headers=ALWAYS | {name.replace("_", "-"): value for name, value in headers.items()}
    )


def refusal(status: int, reason: str) -> web.Response:
    """`reason` is a code or a few plain words, for whoever writes a client."""
    more = {"Tus-Version": VERSION} if status == web.HTTPPreconditionFailed.status_code else {}
    return web.json_response({"error": {"code": reason}}, status=status, headers=ALWAYS | more)


def options(size_most: int) -> web.Response:
    return answer(204, Tus_Version=VERSION, Tus_Extension=EXTENSIONS, Tus_Max_Size=str(size_most))


def check_version(request: web.Request) -> None:
    """Raises Refused."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Refused(412, "tus_version")


def method_of(request: web.Request) -> str:
    """The method that is meant: some networks let only GET and POST through."""
    return request.headers.get("X-HTTP-Method-Override", request.method).upper()


def length_of(request: web.Request) -> int:
    """How large the whole file is. Raises Refused: it has to be told at the beginning."""
    if "Upload-Defer-Length" in request.headers:
        raise Refused(400, "upload_defer_length")
    return _number(request, "Upload-Length")


def offset_of(request: web.Request) -> int:
    """Where the piece begins. Raises Refused, also for a piece that is sent as anything else."""
    if request.content_type != PIECE:
        raise Refused(415, "content_type")
    return _number(request, "Upload-Offset")


def metadata_of(request: web.Request) -> dict[str, str]:
    """What the client says of the file. Raises Refused."""
    given = request.headers.get("Upload-Metadata", "")
    if len(given) > METADATA_CHARACTERS:
        raise Refused(400, "upload_metadata")
    found: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in given.split(","))):
        name, _, value = pair.partition(" ")
        try:
            told = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as exc:
            raise Refused(400, "upload_metadata") from exc
        if name in found:
            raise Refused(400, "upload_metadata")
        found[name] = told
    return found


def metadata(**told: str) -> str:
    """As the header says it."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())


def expires(at: datetime) -> str:
    """As HTTP writes dates."""
    return format_datetime(at, usegmt=True)


def _number(request: web.Request, name: str) -> int:
    given = request.headers.get(name, "")
    if NUMBER.fullmatch(given) is None:
        raise Refused(400, name.lower().replace("-", "_"))
    return int(given)
