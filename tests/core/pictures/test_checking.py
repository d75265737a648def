"""What services call a picture, judged by its content."""

import io
import os

import pytest
from PIL import Image

from core.errors import InvalidInput
from core.pictures import checking
from core.pictures.checking import checked_picture
from tests.core.providers.fake_image_server import picture


def test_a_good_picture_stays_as_it_is() -> None:
    for form, ending in (("JPEG", "jpg"), ("PNG", "png")):
        content = picture(form=form)
        checked = checked_picture(content, ratio=1.0)
        assert (checked.content, checked.ending, checked.width, checked.height) == (content, ending, 640, 640)


@pytest.mark.parametrize(("size", "ratio"), [((1536, 1024), 16 / 9), ((1024, 1536), 9 / 16), ((900, 600), 1.0)])
def test_another_shape_is_cut_around_its_middle(size: tuple[int, int], ratio: float) -> None:
    checked = checked_picture(picture(size), ratio=ratio)
    assert checked.width / checked.height == pytest.approx(ratio, rel=0.01)
    assert checked.width == size[0] or checked.height == size[1]


def test_transparency_becomes_white() -> None:
    stored = io.BytesIO()
    Image.new("RGBA", (200, 200), (255, 0, 0, 0)).save(stored, "WEBP")
    with Image.open(io.BytesIO(checked_picture(stored.getvalue()).content)) as opened:
        assert opened.getpixel((100, 100)) == (255, 255, 255)


def test_a_heavy_png_becomes_a_jpeg() -> None:
    noise, stored = Image.frombytes("RGB", (1760, 1760), os.urandom(1760 * 1760 * 3)), io.BytesIO()
    noise.save(stored, "PNG", compress_level=0)
    assert len(stored.getvalue()) > checking.BYTES_KEPT
    assert checked_picture(stored.getvalue()).ending == "jpg"


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0", picture()[:-3000], picture(form="PNG")[:900]])
def test_broken_pictures_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        checked_picture(content)
