"""What addresses of media lead to: from real servers on this machine."""

from collections.abc import Mapping
from functools import partial

import pytest

from core.http import ANYWHERE, PUBLIC, Fetched, fetch_public
from core.posts import linked_media
from core.posts.linked_media import BEGINNING_BYTES, FILE_BYTES, PHOTO_BYTES, Look, judged, look_at
from core.telegram.content import MediaKind
from tests.file_server import File, serving_files
from tests.pictures import picture

MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41"
FETCH = partial(fetch_public, reach=ANYWHERE, limit_bytes=FILE_BYTES, only_bytes=BEGINNING_BYTES, timeout_s=5.0)


async def looks(urls: list[str]) -> Mapping[str, Look]:
    return await look_at(urls, FETCH, tell=lambda done: None, again_s=0.01)


@pytest.mark.parametrize(
    ("body", "type_", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg", MediaKind.PHOTO),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png", MediaKind.PHOTO),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", MediaKind.PHOTO),
        (b"GIF89a", "image/gif", MediaKind.DOCUMENT),
        (b"%PDF-1.7\n", "application/pdf", MediaKind.DOCUMENT),
        (b"PK\x03\x04\x14", "application/zip", MediaKind.DOCUMENT),
        (MP4, "video/mp4", MediaKind.VIDEO),
        (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4", MediaKind.AUDIO),
        (b"ID3\x04\x00", "audio/mpeg", MediaKind.AUDIO),
        (b"\xff\xfb\x90\x00", "audio/mpeg", MediaKind.AUDIO),
    ],
)
def test_what_telegram_fetches_is_known_by_how_it_begins(body: bytes, type_: str, kind: MediaKind) -> None:
    assert judged(Fetched("https://x.org/whatever.bin", type_, None, body, len(body))) == Look(kind)


@pytest.mark.parametrize(
    ("body", "type_", "code"),
    [
        (b"<!doctype html>", "text/html", linked_media.IS_PAGE),
        (b"\n <svg xmlns=", "image/svg+xml", linked_media.IS_PAGE),
        (b"\x00\x00\x00\x20ftypheic\x00", "image/heic", linked_media.UNKNOWN_KIND),
        (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument", linked_media.UNKNOWN_KIND),
        (b"", "image/png", linked_media.UNKNOWN_KIND),
        (b"just text", "image/png", linked_media.UNKNOWN_KIND),
    ],
)
def test_what_telegram_doesnt_fetch_is_a_problem(body: bytes, type_: str, code: str) -> None:
    assert judged(Fetched("https://x.org/a.png", type_, None, body, len(body))).problem == code


def test_a_file_by_another_name_is_taken_and_doubted() -> None:
    seen = judged(Fetched("https://x.org/a", "application/octet-stream", None, picture(), 300))
    assert (seen.kind, seen.doubt) == (MediaKind.PHOTO, linked_media.MISLABELLED)


async def test_each_address_is_looked_at_once_and_told() -> None:
    told: list[int] = []
    async with serving_files({"/a.png": File(picture())}) as site:
        found = await look_at([f"{site}/a.png", f"{site}/b.png", f"{site}/a.png"], FETCH, tell=told.append)
    assert found[f"{site}/a.png"] == Look(MediaKind.PHOTO)
    assert (found[f"{site}/b.png"].problem, found[f"{site}/b.png"].params) == (linked_media.GONE, {"status": 404})
    assert sorted(told) == [1, 2]


async def test_what_is_too_big_is_told_with_the_limit_of_its_kind() -> None:
    files = {
        "/photo.png": File(picture(), size_bytes=PHOTO_BYTES + 1),
        "/fits.png": File(picture(), size_bytes=PHOTO_BYTES),
        "/film.mp4": File(MP4, "video/mp4", size_bytes=FILE_BYTES + 1),
    }
    async with serving_files(files) as site:
        found = await looks([site + path for path in files])
    assert [look.problem for look in found.values()].count(linked_media.TOO_BIG) == 2
    assert found[f"{site}/photo.png"].params == {"limit_bytes": PHOTO_BYTES}
    assert found[f"{site}/film.mp4"].params == {"limit_bytes": FILE_BYTES}
    assert found[f"{site}/fits.png"] == Look(MediaKind.PHOTO)


async def test_what_may_pass_is_tried_again_and_then_only_doubted() -> None:
    async with serving_files({"/a.png": File(status=503), "/b.png": File(status=403)}) as site:
        found = await looks([f"{site}/a.png", f"{site}/b.png"])
    assert found[f"{site}/a.png"].doubt == linked_media.SILENT
    assert (found[f"{site}/b.png"].problem, found[f"{site}/b.png"].params) == (linked_media.REFUSED, {"status": 403})


async def test_private_addresses_are_a_problem_where_they_arent_allowed() -> None:
    public = partial(fetch_public, reach=PUBLIC, only_bytes=BEGINNING_BYTES)
    found = await look_at(["http://localhost/a.png"], public, tell=lambda done: None)
    assert found["http://localhost/a.png"].problem == linked_media.PRIVATE


async def test_what_takes_too_long_is_left_out() -> None:
    async with serving_files({"/a.png": File(status=503)}) as site:
        assert await look_at([f"{site}/a.png"], FETCH, tell=lambda done: None, within_s=0.0) == {}
