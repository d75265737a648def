"""What users were told, and what stands in the trail."""

from typing import Any

from sqlalchemy import select

from core import ids
from core.billing.models import BillingEvent
from core.deliveries.models import Delivery
from core.tx import Tx


async def told(tx: Tx, owner_id: ids.UserId) -> list[str]:
    """The notices about plans, in their order."""
    return [content["notice"].removeprefix("billing.") for content in await contents(tx, owner_id)]


async def contents(tx: Tx, owner_id: ids.UserId) -> list[dict[str, Any]]:
    found = await tx.session.scalars(
        select(Delivery.content).where(Delivery.owner_id == owner_id).order_by(Delivery.id)
    )
    return [content for content in found if str(content.get("notice", "")).startswith("billing.")]


async def trail(tx: Tx, owner_id: ids.UserId) -> list[str]:
    """The kinds of events, in their order."""
    found = select(BillingEvent.kind).where(BillingEvent.owner_id == owner_id).order_by(BillingEvent.id)
    return list(await tx.session.scalars(found))
