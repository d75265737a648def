"""People with addresses, and the mails written down for them."""

from uuid import UUID

from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.emails.addresses import confirm_address, give_address
from core.emails.models import Email
from core.tx import Tx
from tests.factories import make_user

ADDRESS = "ann@example.com"


async def make_reader(tx: Tx, address: str = ADDRESS) -> User:
    """Somebody whose address is verified, as by its link."""
    user = await make_user(tx, time_zone="Europe/Lisbon")
    row = await give_address(tx, owner_id=user.id, typed=address)
    assert isinstance(row.link_id, UUID)
    await confirm_address(tx, owner_id=user.id, link_id=row.link_id)
    return user


async def mails_of(tx: Tx, owner_id: ids.UserId) -> list[Email]:
    """In the order in which they were written down; links are left out."""
    found = await tx.session.scalars(
        select(Email)
        .where(Email.owner_id == owner_id, Email.kind != "verify")
        .order_by(Email.created_at, Email.id)
        .execution_options(populate_existing=True)
    )
    return list(found.all())


async def links_of(tx: Tx, owner_id: ids.UserId) -> list[Email]:
    """The mails with links, the oldest first."""
    found = await tx.session.scalars(
        select(Email)
        .where(Email.owner_id == owner_id, Email.kind == "verify")
        .order_by(Email.created_at, Email.id)
        .execution_options(populate_existing=True)
    )
    return list(found.all())
