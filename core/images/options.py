"""What is chosen for a picture, as the card shows it and the row keeps it."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

from core.db import Json
from core.pictures.quote import COLORS, CardLayout
from core.providers.images import Aspect, ImageEngine, ImageStyle, Quality

BRAND_COLOR: Final = "brand"
"""The colour of the user's default brand, whichever that is when the card is set."""

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """`color` is a name of COLORS, or BRAND_COLOR; `signed`: the brand's name and logo stand on the card."""

    engine: ImageEngine = ImageEngine.TYPESET
    style: ImageStyle = ImageStyle.PHOTOGRAPHIC
    aspect: Aspect = Aspect.SQUARE
    quality: Quality = Quality.FAST
    layout: CardLayout = CardLayout.BOLD
    color: str = BRAND_COLOR
    signed: bool = True

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """What this version doesn't know any more is its default."""
        plain = cls()
        return cls(
            engine=_known(ImageEngine, stored.get("engine"), plain.engine),
            style=_known(ImageStyle, stored.get("style"), plain.style),
            aspect=_known(Aspect, stored.get("aspect"), plain.aspect),
            quality=_known(Quality, stored.get("quality"), plain.quality),
            layout=_known(CardLayout, stored.get("layout"), plain.layout),
            color=stored["color"] if stored.get("color") in COLORS else plain.color,
            signed=bool(stored.get("signed", plain.signed)),
        )

    def with_next_layout(self) -> Self:
        """The one behind this, and the first behind the last."""
        order = list(CardLayout)
        return replace(self, layout=order[(order.index(self.layout) + 1) % len(order)])


def _known(kind: type[Choice], value: Any, otherwise: Choice) -> Choice:
    return kind(value) if value in set(kind) else otherwise
