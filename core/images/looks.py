"""How a card is to look: what was chosen for it, and what its brand gives. With what a brand lacks, plain ones do."""

from dataclasses import dataclass
from typing import Final

import structlog

from core.brands.models import Brand
from core.brands.queries import BrandNotFound, brand_for
from core.db import ReadSession
from core.errors import ProviderError
from core.images.models import Image
from core.images.options import BRAND_COLOR, ImageOptions
from core.pictures.quote import COLORS, Look, shown_name
from core.pictures.type import Color
from core.posts.queries import PostNotFound, post_of
from core.storage import FileTooLarge, Storage, StoredFileNotFound

log = structlog.get_logger()

PLAIN: Final = COLORS["blue"]
LOGO_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class BrandLook:
    """What a brand gives to its cards. Empty, None: it has none."""

    name: str = ""
    colors: tuple[Color, ...] = ()
    logo_key: str | None = None


NO_BRAND: Final = BrandLook()


async def brand_look(session: ReadSession, image: Image) -> BrandLook:
    """Of the brand that the picture's post is for, else of the user's default one."""
    brand_id = None
    if image.post_id is not None:
        try:
            brand_id = (await post_of(session, owner_id=image.owner_id, post_id=image.post_id)).brand_id
        except PostNotFound:
            brand_id = None
    try:
        return brand_look_of(await brand_for(session, owner_id=image.owner_id, brand_id=brand_id))
    except BrandNotFound:
        return NO_BRAND


def brand_look_of(brand: Brand | None) -> BrandLook:
    """What a brand gives; None gives nothing."""
    if brand is None:
        return NO_BRAND
    return BrandLook(brand.name, tuple(map(color_of, brand.colors)), brand.logo_key)


def color_of(written: str) -> Color:
    """Of `#rrggbb`."""
    red, green, blue = bytes.fromhex(written.removeprefix("#"))
    return red, green, blue


async def look_of(options: ImageOptions, brand: BrandLook, storage: Storage) -> Look:
    """As the typesetter takes it. A logo that can't be read now is left out."""
    by_brand = options.color == BRAND_COLOR and brand.colors
    color = brand.colors[0] if by_brand else COLORS.get(options.color, PLAIN)
    accent = brand.colors[1] if by_brand and len(brand.colors) > 1 else None
    if not options.signed:
        return Look(options.layout, color, accent)
    return Look(options.layout, color, accent, shown_name(brand.name), await _logo(brand, storage))


async def _logo(brand: BrandLook, storage: Storage) -> bytes | None:
    if brand.logo_key is None:
        return None
    try:
        found = b"".join([piece async for piece in storage.read(brand.logo_key, end=LOGO_BYTES)])
    except (StoredFileNotFound, FileTooLarge, ProviderError) as error:
        log.warning("images.no_logo", code=error.error_code)
        return None
    return found
