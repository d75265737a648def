"""What both storages promise."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from core import ids
from core.clock import FixedClock
from core.errors import NotFound
from core.ids import UserId
from core.storage import FileTooLarge, Storage, new_key
from core.storage.contract import CHUNK_BYTES
from core.storage.s3 import PART_BYTES

CONTENTS = secrets.token_bytes(100_000)
IN_PARTS = PART_BYTES * 5 + 1
"""More parts than are sent at once, and one byte."""


async def contents(storage: Storage, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in storage.read(key, start=start, end=end)])


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def breaking(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    raise ConnectionResetError("the source went away")


async def test_bytes_files_and_streams_are_stored(storage: Storage, key: str, tmp_path: Path) -> None:
    file = tmp_path / "song.mp3"
    file.write_bytes(CONTENTS)
    for source in (CONTENTS, file, stream(CONTENTS[:1], b"", CONTENTS[1:])):
        assert await storage.put(key, source) == len(CONTENTS)
        assert await contents(storage, key) == CONTENTS


async def test_a_file_that_is_taken_over_is_gone_from_where_it_was(storage: Storage, key: str, tmp_path: Path) -> None:
    path = tmp_path / "here"
    path.write_bytes(b"moved, not copied")
    await storage.put(key, b"an earlier one")
    assert await storage.take(key, path) == 17
    assert b"".join([chunk async for chunk in storage.read(key)]) == b"moved, not copied"
    assert not path.exists()


async def test_an_empty_file_is_a_file(storage: Storage, key: str) -> None:
    assert await storage.put(key, b"") == 0
    assert (await storage.stat(key)).size_bytes == 0
    assert await contents(storage, key, 0, 10) == b""


async def test_a_large_stream_goes_through_in_pieces(storage: Storage, key: str) -> None:
    block = secrets.token_bytes(1 << 20)

    async def large() -> AsyncIterator[bytes]:
        left = IN_PARTS
        while left > 0:
            yield block[:left]
            left -= len(block)

    assert await storage.put(key, large()) == IN_PARTS
    assert (await storage.stat(key)).size_bytes == IN_PARTS
    around = PART_BYTES * 4
    assert await contents(storage, key, around - 3, around + 3) == (block[-3:] + block[:3])
    assert max([len(chunk) async for chunk in storage.read(key)]) <= CHUNK_BYTES


@pytest.mark.parametrize("size", [PART_BYTES, PART_BYTES * 4, PART_BYTES + 1])
async def test_sizes_at_the_edges_of_parts(storage: Storage, key: str, size: int) -> None:
    assert await storage.put(key, stream(b"a" * (size - 1), b"b")) == size
    assert await contents(storage, key, size - 2) == b"ab"


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (99_999, None), (99_999, 200_000), (5, 5), (7, 3), (100_000, None), (200_000, 300_000)]
)
async def test_a_range_is_what_lies_in_the_file(storage: Storage, key: str, start: int, end: int | None) -> None:
    await storage.put(key, CONTENTS)
    assert await contents(storage, key, start, end) == CONTENTS[start:end]


async def test_a_file_can_be_replaced_and_its_tag_changes(storage: Storage, key: str) -> None:
    await storage.put(key, b"old")
    before = await storage.stat(key)
    await storage.put(key, b"newer")
    after = await storage.stat(key)
    assert (await contents(storage, key), after.size_bytes) == (b"newer", 5)
    assert after.etag != before.etag
    assert after.stored_at >= before.stored_at


async def test_puts_side_by_side_leave_one_of_them_whole(storage: Storage, key: str) -> None:
    versions = [bytes([letter]) * 300_000 for letter in range(8)]
    sources = (stream(version[:1000], version[1000:]) for version in versions)
    await asyncio.gather(*(storage.put(key, source) for source in sources))
    assert await contents(storage, key) in versions


@pytest.mark.parametrize("before", [b"", b"a" * PART_BYTES * 5], ids=["small", "in parts"])
async def test_a_source_that_breaks_leaves_what_was_there(storage: Storage, key: str, before: bytes) -> None:
    with pytest.raises(ConnectionResetError):
        await storage.put(key, breaking(before, b"half"))
    with pytest.raises(NotFound):
        await storage.stat(key)
    await storage.put(key, b"old")
    with pytest.raises(ConnectionResetError):
        await storage.put(key, breaking(before, b"half"))
    assert await contents(storage, key) == b"old"


@pytest.mark.parametrize("size", [11, PART_BYTES * 2])
async def test_what_is_over_the_limit_is_refused_and_not_kept(storage: Storage, key: str, size: int) -> None:
    assert await storage.put(key, b"a" * 10, limit_bytes=10) == 10
    with pytest.raises(FileTooLarge) as caught:
        await storage.put(key, stream(b"a" * (size - 1), b"a"), limit_bytes=size - 1)
    assert caught.value.params == {"limit_bytes": size - 1}
    assert (await storage.stat(key)).size_bytes == 10


async def test_a_put_that_is_cancelled_leaves_nothing(storage: Storage, key: str) -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def hanging() -> AsyncIterator[bytes]:
        yield b"a" * PART_BYTES * 2
        begun.set()
        await never.wait()

    putting = asyncio.create_task(storage.put(key, hanging()))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    with pytest.raises(NotFound):
        await storage.stat(key)


async def test_what_isnt_there_is_not_found(storage: Storage, key: str) -> None:
    with pytest.raises(NotFound):
        await storage.stat(key)
    for start, end in ((0, None), (4, 4)):
        with pytest.raises(NotFound):
            await contents(storage, key, start, end)
    with pytest.raises(NotFound):
        async with storage.local(key):
            pytest.fail("there is no file")


async def test_deleting_twice_is_the_same_as_once(storage: Storage, key: str) -> None:
    neighbour = new_key(UserId(ids.new()), "episodes", "mp3")
    for stored in (key, neighbour):
        await storage.put(stored, CONTENTS)
    await storage.delete(key)
    await storage.delete(key)
    with pytest.raises(NotFound):
        await storage.stat(key)
    assert await contents(storage, neighbour) == CONTENTS


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "a",
        "../secrets/links.txt",
        "a/b/../../c.mp3",
        "/etc/x/passwd.txt",
        "a/b/c",
        "a/b/c.html",
        "a/b/.c.mp3",
        "a/b/c.mp3\n",
        "a/b/c\x00.mp3",
        "a//c.mp3",
        "a/b/c/d.mp3",
        ".incoming/b/c.mp3",
        "a/b/ü.mp3",
        "a/b/" + "c" * 300 + ".mp3",
    ],
)
async def test_nothing_is_kept_under_a_key_that_we_would_not_make(storage: Storage, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir(exist_ok=True)
    (tmp_path / "secrets" / "links.txt").write_text("secret")
    for act in (storage.put(wrong, b"x"), storage.stat(wrong), storage.delete(wrong), contents(storage, wrong)):
        with pytest.raises(NotFound):
            await act
    with pytest.raises(NotFound):
        await storage.url(wrong, expires_in=timedelta(hours=1))


async def test_a_program_can_read_a_local_file(storage: Storage, key: str) -> None:
    await storage.put(key, CONTENTS)
    async with storage.local(key) as path:
        assert (path.suffix, path.read_bytes()) == (".mp3", CONTENTS)
    assert await contents(storage, key) == CONTENTS


async def test_a_link_lasts_a_week_at_most(storage: Storage, key: str) -> None:
    assert key in await storage.url(key, expires_in=timedelta(days=7))
    with pytest.raises(ValueError, match="at most 7 days"):
        await storage.url(key, expires_in=timedelta(days=7, seconds=1))


async def test_tidying_leaves_what_is_whole_or_young(storage: Storage, key: str, clock: FixedClock) -> None:
    await storage.put(key, CONTENTS)
    assert await storage.tidy() == 0
    clock.advance(timedelta(days=365))
    assert await storage.tidy() == 0
    assert await contents(storage, key) == CONTENTS


async def test_all_files_of_some_kinds_are_listed(storage: Storage) -> None:
    owners = [UserId(ids.new()) for _ in range(2)]
    wanted = {new_key(owner, kind, "mp3") for owner in owners for kind in ("episodes", "music")}
    other = new_key(owners[0], "covers", "jpg")
    for each in (*wanted, other):
        await storage.put(each, CONTENTS)
    found = [file async for page in storage.pages(["episodes", "music"]) for file in page]
    mine = [file for file in found if UUID(file.key.partition("/")[0]) in owners]
    assert {file.key for file in mine} == wanted
    assert mine[0] == await storage.stat(mine[0].key)
