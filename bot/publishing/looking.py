"""A look at one network's share of a plan, with what the network allows at this moment."""

from bot.context import Context
from bot.publishing.option_screens import Looked
from core import ids
from core.publishing import service
from core.publishing.networks.contract import Wanted
from core.publishing.queries import VideoPostView, publication_of, video_post_view
from core.publishing.readiness import within
from core.publishing.terms import terms_of


async def look(context: Context, publication_id: ids.PublicationId, *, fresh: bool = False) -> Looked:
    """`fresh`: by the network's word of this moment, not of the last minute.

    Raises VideoPostNotFound, also for somebody else's, and what `terms_of` raises.

    What the account or the app can't have any more is taken out of what was chosen.
    """
    view = await view_of(context, publication_id)
    one = next(each for each in view.publications if each.id == publication_id)
    terms = await terms_of(context.deps, one, owner_id=context.actor.id, fresh=fresh)
    if terms is not None and within(one.wanted, terms) != one.wanted:
        return await change(context, Looked(view, one, terms), within(one.wanted, terms))
    return Looked(view, one, terms)


async def view_of(context: Context, publication_id: ids.PublicationId) -> VideoPostView:
    async with context.deps.read() as session:
        owner_id = context.actor.id
        row = await publication_of(session, owner_id=owner_id, publication_id=publication_id)
        return await video_post_view(session, owner_id=owner_id, video_post_id=row.video_post_id)


async def change(context: Context, seen: Looked, wanted: Wanted) -> Looked:
    """Keep other words or options. What was agreed to before was about something else. Raises NotNow."""
    async with context.deps.tx() as tx:
        await service.set_wanted(
            tx, owner_id=context.actor.id, publication_id=seen.one.id, wanted=wanted, consented=False
        )
    view = await view_of(context, seen.one.id)
    one = next(each for each in view.publications if each.id == seen.one.id)
    return Looked(view, one, seen.terms)
