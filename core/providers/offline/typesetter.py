"""Pictures without any account: the words themselves, set as a quote card. It says so, and paints nothing."""

import asyncio
from typing import Final

from core.db import Json
from core.errors import InvalidInput
from core.pictures.quote import Size, draw_quote
from core.providers.images import (
    Aspect,
    ImageEngine,
    ImageErrorCode,
    ImageOrder,
    MadeImage,
    image_error,
)

SIZES: Final[dict[Aspect, Size]] = {
    Aspect.SQUARE: (1080, 1080),
    Aspect.WIDE: (1920, 1080),
    Aspect.TALL: (1080, 1920),
}
AT_ONCE: Final = 2
"""Drawings of one process: each takes a core, and some ten megabytes."""
_CODES: Final = {
    "card.too_long": ImageErrorCode.TOO_LONG,
    "card.nothing_to_set": ImageErrorCode.NOTHING_TO_SET,
    "picture.unreadable": ImageErrorCode.UNREADABLE,
}


class Typesetter:
    """Draws beside the event loop."""

    engine = ImageEngine.TYPESET

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def order(self, order: ImageOrder) -> None:
        """There is nobody to hand it in to."""

    async def result(self, order: ImageOrder, receipt: Json | None) -> MadeImage:
        """Raises ProviderError TOO_LONG (characters) or NOTHING_TO_SET."""
        async with self._turns:
            try:
                card = await asyncio.to_thread(draw_quote, order.prompt, order.look, SIZES[order.aspect])
            except InvalidInput as exc:
                code = _CODES.get(exc.error_code, ImageErrorCode.BAD_REQUEST)
                error = image_error(code, provider=self.engine, **exc.params)
                error.retryable = False
                raise error from exc
        return MadeImage(card.png, "png", card.width, card.height, made_by="", left_out=card.left_out)

    async def withdraw(self, receipt: Json) -> None:
        """There are no receipts."""
