"""Thumbnails and avatars of what is made up: two colours, the topic, and the word SAMPLE."""

import io
import random
from functools import lru_cache

TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
UPRIGHT = (360, 640)
SQUARE = (160, 160)
_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_STEPS = 16


@lru_cache(maxsize=512)
def picture(seed: str, topic: str, suffix: str, *, upright: bool) -> bytes:
    """The same bytes for the same arguments. Blocks for some milliseconds."""
    from PIL import Image, ImageDraw, ImageFont

    dice = random.Random(seed)
    width, height = size = UPRIGHT if upright else SQUARE
    top, bottom = (tuple(dice.randrange(30, 200) for _ in range(3)) for _ in range(2))
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for step in range(_STEPS):
        share = step / (_STEPS - 1)
        colour = tuple(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        draw.rectangle((0, height * step // _STEPS, width, height * (step + 1) // _STEPS), fill=colour)
    x, y, reach = dice.randrange(width), dice.randrange(height), dice.randrange(width // 4, width // 2)
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=tuple(255 - part for part in top))
    font = ImageFont.load_default(size=width // 9)
    words = topic.upper()[:14] if topic.isascii() else ""
    draw.text((width // 2, height // 2), words, "white", font, anchor="mm", stroke_width=3, stroke_fill="black")
    draw.text(
        (width // 2, height - width // 8), "SAMPLE", "white", font, anchor="mm", stroke_width=3, stroke_fill="black"
    )
    target = io.BytesIO()
    image.save(target, _FORMATS[suffix])
    return target.getvalue()
