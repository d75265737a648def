"""What the person in the chat has and may buy."""

from bot.context import Context
from core.billing.models import Rail
from core.billing.overview import Overview, overview_of
from core.deps import Deps


async def look(context: Context) -> Overview:
    async with context.deps.read() as session:
        return await overview_of(
            session, owner_id=context.actor.id, rails=open_rails(context.deps), now=context.deps.clock.now()
        )


def open_rails(deps: Deps) -> list[Rail]:
    """How people can pay here: as the settings say, by card only while somebody takes cards."""
    configured = [Rail(name) for name in deps.settings.billing_rails]
    return [rail for rail in configured if rail is not Rail.STRIPE or deps.payments is not None]
