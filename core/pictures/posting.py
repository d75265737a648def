"""Whom a video is posted as, above a picture of it. Data in, JPEG out."""

from io import BytesIO
from typing import Final

from core.pictures.month import LIGHT
from core.pictures.shapes import Shapes
from core.pictures.type import Type

WIDTH: Final = 720
HEAD: Final = 120
FRAME_MOST: Final = (720, 900)
AVATAR, PAD, NAME_SIZE = 84, 18, 40


def posting_jpeg(frame: bytes, avatar: bytes | None, name: str) -> bytes:
    """Blocking. `frame` and `avatar` are JPEGs; without a name there is no head."""
    from PIL import Image, ImageDraw, ImageOps

    shot = Image.open(BytesIO(frame)).convert("RGB")
    shot.thumbnail(FRAME_MOST)
    head = HEAD if name else 0
    image = Image.new("RGB", (WIDTH, head + shot.height), LIGHT.page)
    image.paste(shot, ((WIDTH - shot.width) // 2, head))
    x = PAD
    if name and avatar is not None:
        face = ImageOps.fit(Image.open(BytesIO(avatar)).convert("RGB"), (AVATAR, AVATAR))
        image.paste(face, (PAD, (HEAD - AVATAR) // 2), Shapes(image).mask(AVATAR, AVATAR, AVATAR // 2))
        x += AVATAR + PAD
    if name:
        type_ = Type()
        shown = type_.fitted(name, NAME_SIZE, WIDTH - x - PAD, bold=True)
        type_.draw(ImageDraw.Draw(image), (x, HEAD // 2 + NAME_SIZE // 3), shown, NAME_SIZE, LIGHT.text, bold=True)
    stored = BytesIO()
    image.save(stored, "JPEG", quality=86)
    return stored.getvalue()
