"""Looking at templates. Every query is the owner's: somebody else's is not found."""

from sqlalchemy import func, select

from core import ids
from core.db import Page, Paged, ReadSession, paged
from core.errors import NotFound
from core.templates.models import Template


class TemplateNotFound(NotFound):
    code = "templates.not_found"


async def template_of(
    session: ReadSession, *, owner_id: ids.UserId, template_id: ids.TextTemplateId, lock: bool = False
) -> Template:
    """Raises TemplateNotFound, also for a deleted one."""
    mine = select(Template).where(
        Template.id == template_id, Template.owner_id == owner_id, Template.deleted_at.is_(None)
    )
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(mine)
    if found is None:
        raise TemplateNotFound(template_id=str(template_id))
    return found


async def templates_of(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Template]:
    """By name."""
    mine = select(Template).where(Template.owner_id == owner_id, Template.deleted_at.is_(None))
    return await paged(session, mine.order_by(func.lower(Template.name), Template.id), page)


async def count_templates(session: ReadSession, *, owner_id: ids.UserId) -> int:
    mine = select(func.count()).where(Template.owner_id == owner_id, Template.deleted_at.is_(None))
    return await session.scalar(mine) or 0
