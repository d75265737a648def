"""Who may do what with a brand: roles, and the people who have them."""

from core import ids
from core.brands.models import Role
from core.brands.queries import Access, access_of
from core.db import ReadSession
from core.errors import NotAllowed


class RoleTooLow(NotAllowed):
    """A member, who may not do this. Params: role, least."""

    code = "brands.role_too_low"


async def check_role(
    session: ReadSession, *, user_id: ids.UserId, brand_id: ids.BrandId, least: Role = Role.EDITOR
) -> Access:
    """The brand and the user's role in it, which is at least `least`.

    Raises BrandNotFound for somebody who is no member (any more), RoleTooLow for one who may do less.
    """
    access = await access_of(session, user_id=user_id, brand_id=brand_id)
    if not access.may(least):
        raise RoleTooLow(role=access.role, least=least)
    return access
