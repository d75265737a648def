"""Reads of addresses and mails."""

from datetime import datetime

from sqlalchemy import select

from core import ids
from core.db import ReadSession
from core.emails.kinds import Category
from core.emails.models import Email, EmailAddress


async def email_address_of(session: ReadSession, *, owner_id: ids.UserId) -> EmailAddress | None:
    """What the user has said about mail; None when nothing yet."""
    return await session.get(EmailAddress, owner_id, populate_existing=True)


async def wanted_address(session: ReadSession, *, owner_id: ids.UserId, category: Category) -> str | None:
    """Where mail of a category goes; None when there is no verified address, or when they don't want it."""
    found = await session.scalar(
        select(EmailAddress).where(EmailAddress.owner_id == owner_id, EmailAddress.address.is_not(None))
    )
    if found is None or not wants(found, category):
        return None
    return found.address


def wants(preferences: EmailAddress, category: Category) -> bool:
    """Receipts and what concerns the address itself can't be refused."""
    switches = {Category.PLAN: preferences.wants_plan, Category.POSTS: preferences.wants_posts}
    return switches.get(category, True)


async def email_of(session: ReadSession, *, owner_id: ids.UserId, email_id: ids.EmailId) -> Email | None:
    """A mail to this user."""
    return await session.scalar(select(Email).where(Email.id == email_id, Email.owner_id == owner_id))


async def links_sent_to(session: ReadSession, *, address: str, since: datetime) -> list[datetime]:
    """When links for an address were asked for, by whomever, the latest first."""
    found = await session.scalars(
        select(Email.created_at)
        .where(Email.kind == "verify", Email.address == address, Email.created_at > since)
        .order_by(Email.created_at.desc())
    )
    return list(found.all())
