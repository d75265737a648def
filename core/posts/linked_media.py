"""What the addresses of media lead to: whether Telegram can be expected to fetch it, and as what. Only beginnings are
read.

What is surely wrong has a code that stops; what may pass or can't be told from here is a doubt.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from core.db import Json
from core.http import ANYWHERE, PUBLIC, Fetched, LinkFailed, fetch_public
from core.settings import Settings
from core.telegram.content import MediaKind

PHOTO_BYTES: Final = 5 * 1024 * 1024
FILE_BYTES: Final = 20 * 1024 * 1024
"""What Telegram fetches from an address. https://core.telegram.org/bots/api#sending-files"""
BEGINNING_BYTES: Final = 4096
AT_ONCE: Final = 8
ONE_WITHIN_S: Final = 15.0
ALL_WITHIN_S: Final = 180.0
TRIES: Final = 2
AGAIN_S: Final = 1.0

GONE, REFUSED, PRIVATE, BAD_ADDRESS = "media.gone", "media.refused", "media.private", "media.bad_address"
TOO_BIG, IS_PAGE, UNKNOWN_KIND = "media.too_big", "media.is_page", "media.unknown_kind"
SILENT, MISLABELLED, NOT_LOOKED = "media.silent", "media.mislabelled", "media.not_looked"
_STOPPING: Final = {
    "link.not_found": GONE,
    "link.refused": REFUSED,
    "link.private_address": PRIVATE,
    "link.too_big": TOO_BIG,
    "link.bad_certificate": REFUSED,
    "link.too_many_redirects": REFUSED,
}


@dataclass(frozen=True, slots=True)
class Look:
    """`kind`: as what it goes out. `problem` stops it, `doubt` doesn't; `params` belong to whichever is there."""

    kind: MediaKind | None = None
    problem: str | None = None
    doubt: str | None = None
    params: Json = field(default_factory=dict)


class FetchBeginning(Protocol):
    """`fetch_public` for the beginning of a file, or a stand-in. Raises LinkFailed."""

    async def __call__(self, url: str) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class _Sign:
    """How files of one kind begin, and what servers should call them: Telegram goes by that, too."""

    kind: MediaKind
    begins: Callable[[bytes], bool]
    types: Collection[str]


ARCHIVE: Final = b"PK\x03\x04"
_FILMS: Final = (b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VP", b"qt  ", b"dash", b"MSNV", b"f4v ", b"mmp4")
_SIGNS: Final = (
    _Sign(MediaKind.PHOTO, lambda head: head.startswith(b"\xff\xd8\xff"), ("image/jpeg", "image/jpg")),
    _Sign(MediaKind.PHOTO, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), ("image/png",)),
    _Sign(MediaKind.PHOTO, lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", ("image/webp",)),
    _Sign(MediaKind.DOCUMENT, lambda head: head.startswith(b"GIF8"), ("image/gif",)),
    _Sign(MediaKind.DOCUMENT, lambda head: head.startswith(b"%PDF-"), ("application/pdf",)),
    _Sign(
        MediaKind.DOCUMENT, lambda head: head.startswith(ARCHIVE), ("application/zip", "application/x-zip-compressed")
    ),
    _Sign(MediaKind.AUDIO, lambda head: _brand(head) in (b"M4A ", b"M4B "), ("audio/mp4", "audio/x-m4a", "audio/m4a")),
    _Sign(MediaKind.VIDEO, lambda head: _brand(head) in _FILMS or _brand(head)[:3] in (b"iso", b"3gp"), ("video/mp4",)),
    _Sign(MediaKind.AUDIO, lambda head: _is_mp3(head), ("audio/mpeg", "audio/mp3")),
)
_NOTHING_SAID: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})


def beginnings(settings: Settings) -> FetchBeginning:
    """From the public internet, or from anywhere where that is allowed."""
    reach = ANYWHERE if settings.allow_private_urls else PUBLIC

    async def fetch(url: str) -> Fetched:
        return await fetch_public(
            url, limit_bytes=FILE_BYTES, timeout_s=ONE_WITHIN_S, reach=reach, only_bytes=BEGINNING_BYTES
        )

    return fetch


async def look_at(
    urls: Collection[str],
    fetch: FetchBeginning,
    *,
    tell: Callable[[int], None],
    within_s: float = ALL_WITHIN_S,
    again_s: float = AGAIN_S,
) -> Mapping[str, Look]:
    """What each address leads to, a few at once. `tell` hears how many are done; what takes too long is left out."""
    found: dict[str, Look] = {}
    room = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> None:
        async with room:
            found[url] = await _look(url, fetch, again_s)
            tell(len(found))

    try:
        async with asyncio.timeout(within_s), asyncio.TaskGroup() as looking:
            for url in dict.fromkeys(urls):
                looking.create_task(one(url))
    except TimeoutError:
        return found
    return found


async def _look(url: str, fetch: FetchBeginning, again_s: float) -> Look:
    """What may pass is tried once more."""
    for left in reversed(range(TRIES)):
        try:
            return judged(await fetch(url))
        except LinkFailed as failure:
            if not (failure.retryable and left):
                return _not_fetched(failure)
        await asyncio.sleep(again_s)
    raise AssertionError("the last try gives an answer")


def _not_fetched(failure: LinkFailed) -> Look:
    params: Json = {name: failure.params[name] for name in ("status", "limit_bytes") if name in failure.params}
    if failure.retryable or failure.error_code in ("link.unreachable", "link.timeout", "link.broken_reply"):
        return Look(doubt=SILENT, params=params)
    return Look(problem=_STOPPING.get(failure.error_code, BAD_ADDRESS), params=params)


def judged(file: Fetched) -> Look:
    """By how it begins: neither names nor servers are to be trusted in that."""
    sign = next((each for each in _SIGNS if each.begins(file.body)), None)
    if sign is None or _is_office(sign, file):
        return Look(problem=IS_PAGE if _is_page(file) else UNKNOWN_KIND, params={"type": file.content_type[:60]})
    limit = PHOTO_BYTES if sign.kind is MediaKind.PHOTO else FILE_BYTES
    if file.size_bytes > limit:
        return Look(problem=TOO_BIG, params={"limit_bytes": limit})
    if file.content_type not in sign.types:
        return Look(sign.kind, doubt=MISLABELLED, params={"type": file.content_type[:60] or "?"})
    return Look(sign.kind)


def _is_page(file: Fetched) -> bool:
    return file.content_type in ("text/html", "application/xhtml+xml") or file.body.lstrip()[:1] == b"<"


def _is_office(sign: _Sign, file: Fetched) -> bool:
    """Text documents and spreadsheets are archives, too, and Telegram doesn't fetch them."""
    archive = sign.begins(ARCHIVE)
    return archive and file.content_type not in sign.types and file.content_type not in _NOTHING_SAID


def _brand(head: bytes) -> bytes:
    """Of a file in the ISO base media format."""
    return head[8:12] if head[4:8] == b"ftyp" else b""


def _is_mp3(head: bytes) -> bool:
    return head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] in (0xFB, 0xF3, 0xF2, 0xFA))
