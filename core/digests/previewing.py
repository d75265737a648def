"""A digest as it would be now, without anything in it counting as shown."""

from core import ids
from core.digests.composing import Brought, brought_together, issue_for
from core.digests.models import Issue, IssueKind
from core.digests.queries import digest_of
from core.digests.ranking import picked
from core.digests.refreshing import hurry
from core.digests.shelf import Shelf, refreshes_of
from core.digests.shown import shown_to
from core.digests.voting import taste_of
from core.tx import Tx


async def preview(tx: Tx, *, owner_id: ids.UserId, digest_id: ids.DigestId) -> tuple[Brought, Issue | None]:
    """What there is, and an issue of what its owner wasn't shown; None when that is nothing.

    What failed of late is tried again at once. Raises DigestNotFound.
    """
    digest = await digest_of(tx.session, owner_id=owner_id, digest_id=digest_id)
    refreshes = (await refreshes_of(tx.session, [digest_id]))[digest_id]
    await hurry(tx, [each.id for each in refreshes])
    shelf = Shelf()
    await shelf.fill(tx.session, refreshes, now=tx.now)
    brought = brought_together([shelf.found[each.id] for each in refreshes])
    video_ids = [each.video_id for each in brought.candidates]
    shown = (await shown_to(tx.session, [owner_id], video_ids)).get(owner_id, set())
    videos = picked(brought.candidates, await taste_of(tx.session, owner_id=owner_id), shown=shown)
    if not videos:
        return brought, None
    issue = issue_for(digest, brought, videos, kind=IssueKind.PREVIEW, now=tx.now)
    tx.session.add(issue)
    await tx.session.flush()
    return brought, issue
