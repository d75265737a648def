"""Pictures from outside: fetched once, checked by what they are, kept small, missed by nobody."""

import asyncio
import io
from collections.abc import Collection

import pytest
from PIL import Image

from core import ids
from core.deps import Deps
from core.errors import InvalidInput
from core.http import Fetched, LinkFailed
from core.pictures.thumbnails import PIXELS_MOST, thumbnail_jpeg
from core.pictures.tiles import COLUMNS, WIDTH, Tile, tiles_jpeg
from core.viral.keeping import keep_page
from core.viral.models import Video
from core.viral.thumbnails import keep_thumbnails, stored_picture
from tests.core.viral.worlds import video


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
    assert sorted(site.asked) == ["gone", "page"]


async def test_what_doesnt_come_in_time_is_left_out(deps: Deps) -> None:
    video_ids = await kept(deps, "hangs", "a")
    assert await keep_thumbnails(deps, video_ids, within_s=0.5, fetch=Site(a=picture())) == 1


async def test_a_picture_that_is_gone_from_the_storage_is_missing(deps: Deps) -> None:
    assert await stored_picture(deps.storage, f"{ids.new()}/thumbnails/x.jpg") is None
    assert await stored_picture(deps.storage, None) is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", picture()[:200], picture(1, 1, kind="BMP")])
def test_what_is_no_picture_of_a_known_kind_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        thumbnail_jpeg(content)


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
