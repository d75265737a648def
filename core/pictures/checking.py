"""Pictures that services have made: judged by their content, brought to the shape that was asked for, never trusted."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from core.errors import InvalidInput

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS_MOST = 40_000_000
SIDE_LEAST = 64
BYTES_KEPT = 9_000_000
"""Larger ones are stored as JPEG: Telegram takes photos of 10 MB. https://core.telegram.org/bots/api#sendphoto"""
RATIO_TOLERANCE = 0.02
JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """JPEG or PNG, decoded once as a whole."""

    content: bytes
    ending: str
    width: int
    height: int


def checked_picture(content: bytes, *, ratio: float | None = None) -> CheckedPicture:
    """A picture that anybody can show: what it is called doesn't count. Cut around its middle when it hasn't the
    `ratio` of width to height, as of services that know three sizes only. Blocking.

    Raises InvalidInput "picture.unreadable", also for one of more than `PIXELS_MOST`.
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as probe:
            if probe.width * probe.height > PIXELS_MOST or min(probe.size) < SIDE_LEAST:
                raise InvalidInput("picture.unreadable")
            probe.verify()
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            opened.load()
            return _kept(content, opened, ratio)
    except (
        OSError,
        EOFError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as exc:
        raise InvalidInput("picture.unreadable") from exc


def _kept(content: bytes, picture: "Image", ratio: float | None) -> CheckedPicture:
    """As it came, when nothing speaks against that."""
    cut = _cut(picture, ratio)
    ending = {"JPEG": "jpg", "PNG": "png"}.get(picture.format or "")
    if ending and cut is picture and len(content) <= BYTES_KEPT:
        return CheckedPicture(content, ending, *picture.size)
    stored = BytesIO()
    _on_white(cut).save(stored, "JPEG", quality=JPEG_QUALITY)
    return CheckedPicture(stored.getvalue(), "jpg", *cut.size)


def _cut(picture: "Image", ratio: float | None) -> "Image":
    width, height = picture.size
    if ratio is None or abs(width / height / ratio - 1) <= RATIO_TOLERANCE:
        return picture
    wide, high = (round(height * ratio), height) if width / height > ratio else (width, round(width / ratio))
    left, top = (width - wide) // 2, (height - high) // 2
    return picture.crop((left, top, left + wide, top + high))


def _on_white(picture: "Image") -> "Image":
    """JPEG has no transparency."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    ground = Image.new("RGB", layered.size, (255, 255, 255))
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground
