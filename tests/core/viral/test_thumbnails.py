"""Pictures from outside: fetched once, checked by what they are, kept small, missed by nobody."""

import asyncio
import io
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core import ids
from core.deps import Deps
from core.errors import InvalidInput
from core.http import Fetched, LinkFailed
from core.pictures.thumbnails import PIXELS_MOST, thumbnail_jpeg
from core.pictures.tiles import COLUMNS, WIDTH, Tile, tiles_jpeg
from core.storage.s3 import Bucket, S3Storage
from core.viral.keeping import keep_page
from core.viral.models import Video
from core.viral.thumbnails import NONE_FOR_S, keep_thumbnails, stored_picture
from tests.bench.redis_server import free_port
from tests.core.viral.worlds import video

PICTURES = Path(__file__).parent / "pictures"


def picture(width: int = 720, height: int = 1280, *, kind: str = "PNG", color: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).save(file, kind)
    return file.getvalue()


class Site:
    """Gives what stands under an address; nothing for others. Addresses that hang never answer."""

    def __init__(self, **bodies: bytes) -> None:
        self.bodies = bodies
        self.asked: list[str] = []

    async def __call__(self, url: str, *, types: Collection[str] | None = None) -> Fetched:
        name = url.rpartition("/")[2]
        self.asked.append(name)
        if name == "hangs":
            await asyncio.Event().wait()
        if name not in self.bodies:
            raise LinkFailed("link.not_found")
        return Fetched(url, "text/html", None, self.bodies[name])


async def kept(deps: Deps, *names: str | None) -> list[ids.VideoId]:
    async with deps.tx() as tx:
        found = [video(thumbnail_url=None if name is None else f"https://pictures.example/{name}") for name in names]
        return await keep_page(tx, found, sample=False)


async def keys_of(deps: Deps, video_ids: list[ids.VideoId]) -> list[str | None]:
    async with deps.sessions() as session:
        return [(await session.get_one(Video, each, populate_existing=True)).thumbnail_key for each in video_ids]


async def test_a_picture_is_kept_small_once_and_not_fetched_again(deps: Deps) -> None:
    video_ids = await kept(deps, "a", "same", None, "gone", "page")
    site = Site(a=picture(), same=picture(), page=b"<html>not a picture</html>")
    assert await keep_thumbnails(deps, video_ids, fetch=site) == 2
    first, second, *none = await keys_of(deps, video_ids)
    assert first == second
    assert none == [None, None, None]
    stored = await stored_picture(deps.storage, first)
    assert stored is not None
    with Image.open(io.BytesIO(stored)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (540, 960))
    site.asked.clear()
    assert await keep_thumbnails(deps, video_ids, fetch=site) == 0
    assert site.asked == [], "not even those that gave none"


async def test_an_address_that_gave_no_picture_is_asked_again_after_a_while(deps: Deps) -> None:
    video_ids = await kept(deps, "late")
    assert await keep_thumbnails(deps, video_ids, fetch=Site()) == 0
    [noted] = [key async for key in deps.redis.scan_iter("viral:no_picture:*")]
    assert 0 < await deps.redis.ttl(noted) <= NONE_FOR_S
    await deps.redis.delete(noted)
    assert await keep_thumbnails(deps, video_ids, fetch=Site(late=picture())) == 1


async def test_what_doesnt_come_in_time_is_left_out_and_not_waited_for_again(deps: Deps) -> None:
    video_ids = await kept(deps, "hangs", "a")
    site = Site(a=picture())
    assert await keep_thumbnails(deps, video_ids, within_s=0.5, fetch=site) == 1
    site.asked.clear()
    assert await keep_thumbnails(deps, video_ids, within_s=0.5, fetch=site) == 0
    assert site.asked == []


async def test_a_storage_that_is_away_says_nothing_about_an_address(deps: Deps, tmp_path: Path) -> None:
    away = Bucket("away", f"http://127.0.0.1:{free_port()}", "auto", "test", "test", attempts=1)
    storage = S3Storage(away, scratch=tmp_path, clock=deps.clock)
    video_ids = await kept(deps, "a")
    site = Site(a=picture())
    assert await keep_thumbnails(replace(deps, storage=storage), video_ids, fetch=site) == 0
    await storage.close()
    assert await keep_thumbnails(deps, video_ids, fetch=site) == 1


async def test_a_picture_that_is_gone_from_the_storage_is_missing(deps: Deps) -> None:
    assert await stored_picture(deps.storage, f"{ids.new()}/thumbnails/x.jpg") is None
    assert await stored_picture(deps.storage, None) is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", picture()[:200], picture(1, 1, kind="BMP")])
def test_what_is_no_picture_of_a_known_kind_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        thumbnail_jpeg(content)


@pytest.mark.parametrize("name", ["turned.heic", "turned.avif"])
def test_what_phones_send_becomes_a_jpeg_the_right_way_up(name: str) -> None:
    made = thumbnail_jpeg((PICTURES / name).read_bytes())
    with Image.open(io.BytesIO(made)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (540, 304))
        assert not opened.getexif()
        top, bottom = opened.getpixel((270, 20)), opened.getpixel((270, 280))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > 100 > bottom[0]


def test_a_small_file_of_many_pixels_is_refused() -> None:
    huge = (PICTURES / "huge.heic").read_bytes()
    assert len(huge) < 20_000
    with pytest.raises(InvalidInput):
        thumbnail_jpeg(huge)


@pytest.mark.parametrize("name", ["turned.heic", "turned.avif"])
@pytest.mark.parametrize("kept_share", [0.02, 0.3, 0.6, 0.9])
def test_half_a_picture_is_refused_and_breaks_nothing(name: str, kept_share: float) -> None:
    whole = (PICTURES / name).read_bytes()
    with pytest.raises(InvalidInput):
        thumbnail_jpeg(whole[: int(kept_share * len(whole))])


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    side = int(PIXELS_MOST**0.5) + 1
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    with pytest.raises(InvalidInput):
        thumbnail_jpeg(file.getvalue())


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (3, 1), (4, 2), (9, 3)])
def test_tiles_stand_three_in_a_row(count: int, rows: int) -> None:
    tiles = [Tile(n, "A title 🥖", "1.2M", "8×", picture() if n % 2 else b"broken") for n in range(count)]
    with Image.open(io.BytesIO(tiles_jpeg(tiles))) as opened, Image.open(io.BytesIO(tiles_jpeg(tiles[:1]))) as one:
        assert opened.width == WIDTH
        assert COLUMNS == 3
        assert opened.height >= one.height * rows * 0.9


def test_a_tile_shows_its_picture_and_a_missing_one_differs() -> None:
    shown, plain = (tiles_jpeg([Tile(1, "Bread", "1K", picture=each)]) for each in (picture(color="red"), None))
    with Image.open(io.BytesIO(shown)) as opened:
        red, green, blue = opened.convert("RGB").getpixel((190, 200))  # type: ignore[misc]
    assert red > 200 > green + blue
    assert shown != plain
