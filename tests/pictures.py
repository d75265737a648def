"""Pictures to send."""

import io

from PIL import Image


def picture(kind: str = "PNG", *, width: int = 64, height: int = 48) -> bytes:
    """A plain one, in a format of Pillow's."""
    with io.BytesIO() as file:
        Image.new("RGB", (width, height), "teal").save(file, kind)
        return file.getvalue()
