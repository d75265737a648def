"""Pictures from outside: checked by what they are, and made small. Bytes in, JPEG out."""

from functools import cache
from io import BytesIO

from core.errors import InvalidInput

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
"""What networks and phones send. HEIC is decoded by libheif and libde265 (LGPL-3.0), which come with pi-heif;
pillow-heif has an encoder, too, which is GPL."""
PIXELS_MOST = 16_000_000
WIDTH_MOST, HEIGHT_MOST = 540, 960


@cache
def _know_heif() -> None:
    """Once a process: Pillow finds it by its format's name from then on."""
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def thumbnail_jpeg(content: bytes) -> bytes:
    """At most 540x960, without what a camera has noted. What the server calls it doesn't count. Blocking.

    Raises InvalidInput "picture.unreadable".
    """
    from PIL import Image, ImageOps

    _know_heif()
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS_MOST:
                raise InvalidInput("picture.unreadable")
            opened.draft("RGB", (WIDTH_MOST, HEIGHT_MOST))
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (
        OSError,
        EOFError,
        RuntimeError,  # libheif's
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as exc:
        raise InvalidInput("picture.unreadable") from exc
    picture.thumbnail((WIDTH_MOST, HEIGHT_MOST))
    stored = BytesIO()
    picture.save(stored, "JPEG", quality=84)
    return stored.getvalue()
