"""What goes viral: asking the networks, which are slow; and forgetting what is old."""

from core import ids
from core.accounts.service import user_of
from core.deps import Deps
from core.digests.queries import WATCHED
from core.errors import AppError
from core.scripts.service import forget_deleted as forget_scripts
from core.tx import Tx
from core.viral import service
from core.viral.asking import Asked
from core.viral.keeping import PRUNE_BATCH, forget_numbers, forget_thumbnails, prune_snapshots
from core.viral.pages import keep_sheet, page_data, page_drawn, sheet_key
from core.viral.queries import lookup_of
from core.viral.saving import forget_deleted as forget_saved
from core.viral.searching import Results, discovery_for, results_for
from core.viral.thumbnails import ALL_WITHIN_S
from core.work.service import ClaimedWork
from jobs.progress import Progress, telling
from jobs.runtime import Run, job

PRUNE_EVERY_S = 3600.0


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled."""
    await service.end_lookup(
        tx,
        owner_id=work.owner_id,
        lookup_id=ids.LookupId(work.subject_id),
        place=service.place_of(work.payload),
        error=error,
    )


@job(service.LOOK_UP, on_failure=ended)
async def look_up(run: Run) -> None:
    """Find what was asked for, fetch the pictures of the first page, and show it."""
    owner_id, lookup_id = run.work.owner_id, ids.LookupId(run.work.subject_id)
    async with run.deps.read() as session:
        lookup = await lookup_of(session, owner_id=owner_id, lookup_id=lookup_id)
        dark = (await user_of(session, owner_id)).dark_pictures
    asked = Asked.of(lookup)
    discovery = discovery_for(run.deps.discoveries, asked.network)
    async with telling(run, _progress_of(run)) as tell:
        results = await results_for(run.deps, discovery, asked, tell=tell)
        tell("pictures", 85)
        page = await _first_page(run, lookup_id, asked, results, dark=dark)
    async with run.finishing() as tx:
        await service.record_results(
            tx,
            owner_id=owner_id,
            lookup_id=lookup_id,
            results=results,
            place=service.place_of(run.work.payload),
            page=page,
        )


async def _first_page(
    run: Run, lookup_id: ids.LookupId, asked: Asked, results: Results, *, dark: bool
) -> dict[str, object]:
    seen, sheet = await page_drawn(run.deps, results, 1, dark=dark, within_s=ALL_WITHIN_S)
    key = await keep_sheet(run.deps.storage, run.work.owner_id, lookup_id, sheet) if sheet is not None else None
    return {**page_data(lookup_id, asked, results, 1, seen), "picture_key": key}


def _progress_of(run: Run) -> Progress:
    async def tell(tx: Tx, step: str, percent: int) -> None:
        lookup_id = ids.LookupId(run.work.subject_id)
        lookup = await lookup_of(tx.session, owner_id=run.work.owner_id, lookup_id=lookup_id)
        await service.tell_progress(tx, lookup, service.place_of(run.work.payload), step=step, percent=percent)

    return tell


async def forget_old(deps: Deps) -> float:
    """Forget what is old, in short transactions. Gives the seconds until the next time."""
    while True:
        async with deps.tx() as tx:
            gone = await prune_snapshots(tx)
        if gone < PRUNE_BATCH:
            break
    while True:
        async with deps.tx() as tx:
            if not await forget_numbers(tx, watched=WATCHED):
                break
    async with deps.tx() as tx:
        lookups = await service.forget_lookups(tx)
        await forget_saved(tx)
        await forget_scripts(tx)
    for owner_id, lookup_id in lookups:
        await deps.storage.delete(sheet_key(owner_id, lookup_id))
    async with deps.tx() as tx:
        pictures = await forget_thumbnails(tx)
    for key in pictures:
        await deps.storage.delete(key)
    return PRUNE_EVERY_S
