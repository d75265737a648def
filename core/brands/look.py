"""How a brand looks: its colours and its logo, for pictures."""

from collections.abc import Collection, Sequence
from io import BytesIO
from typing import Final

import regex
from sqlalchemy import select

from core import ids
from core.brands.members import check_role
from core.brands.models import Brand
from core.brands.queries import Access
from core.db import ReadSession
from core.errors import InvalidInput
from core.pictures.quote import opened_logo
from core.tx import Tx

COLORS_MOST: Final = 2
LOGO_BYTES: Final = 5_000_000
LOGO_WIDTH, LOGO_HEIGHT = 900, 400
"""What is kept of it: more than a card shows."""
LOGOS: Final = "logos"
"""The kind of the stored files."""

_COLOR = regex.compile(r"(?<![\w#])#?(?:[0-9a-f]{6}|[0-9a-f]{3})(?!\w)", regex.IGNORECASE)


def colors_in(text: str) -> list[str]:
    """The colours in what somebody wrote, such as `#7a1fa2 and #fc0`, as `#rrggbb`, the main one first.

    Raises InvalidInput "brands.no_colors", or "brands.too_many_colors" (most).
    """
    found = [each.removeprefix("#").lower() for each in _COLOR.findall(text)]
    if not found:
        raise InvalidInput("brands.no_colors")
    if len(found) > COLORS_MOST:
        raise InvalidInput("brands.too_many_colors", most=COLORS_MOST)
    return [f"#{each if len(each) == 6 else ''.join(digit * 2 for digit in each)}" for each in found]


async def set_colors(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, colors: Sequence[str]) -> Access:
    """The brand's colours as `colors_in` gives them; none: it has none. Raises BrandNotFound, RoleTooLow."""
    access = await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    access.brand.colors = list(colors)
    await tx.session.flush()
    return access


async def set_logo(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, key: str | None) -> Access:
    """The picture that is stored under `key`; None: no logo. Raises BrandNotFound, RoleTooLow."""
    access = await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    access.brand.logo_key = key
    await tx.session.flush()
    return access


def logo_png(content: bytes) -> bytes:
    """A picture as a logo is kept: a PNG, with its transparency, without empty edges. Blocking.

    Raises InvalidInput "picture.unreadable".
    """
    logo = opened_logo(content)
    edges = logo.getchannel("A").getbbox()
    if edges is None:
        raise InvalidInput("picture.unreadable")
    logo = logo.crop(edges)
    logo.thumbnail((LOGO_WIDTH, LOGO_HEIGHT))
    stored = BytesIO()
    logo.save(stored, "PNG", optimize=True)
    return stored.getvalue()


async def logo_keys(session: ReadSession, keys: Collection[str]) -> Sequence[str]:
    """Those of the keys that are a brand's logo."""
    named = await session.scalars(select(Brand.logo_key).where(Brand.logo_key.in_(keys)))
    return [key for key in named if key is not None]
