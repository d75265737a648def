"""Looking at what the addresses in a file of posts lead to, which is slow."""

from core import ids
from core.errors import AppError
from core.posts.import_looks import LOOK_AT_MEDIA, addresses, record_looks, tell_looks
from core.posts.importing import import_of
from core.posts.linked_media import beginnings, look_at
from core.tx import Tx
from core.work.service import ClaimedWork
from jobs.progress import Progress, telling
from jobs.runtime import Run, job


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed, or its owner doesn't want to wait: the preview comes all the same."""
    await record_looks(
        tx, owner_id=work.owner_id, import_id=ids.ImportId(work.subject_id), looks={}, payload=work.payload
    )


@job(LOOK_AT_MEDIA, on_failure=ended)
async def look_at_media(run: Run) -> None:
    """Look at each address, and show what was understood of the file."""
    owner_id, import_id = run.work.owner_id, ids.ImportId(run.work.subject_id)
    async with run.deps.read() as session:
        urls = addresses(await import_of(session, owner_id=owner_id, import_id=import_id))
    async with telling(run, _progress_of(run, len(urls))) as tell:
        looks = await look_at(
            urls,
            beginnings(run.deps.settings),
            tell=lambda done: tell(str(done), done * 100 // len(urls)),
        )
    async with run.finishing() as tx:
        await record_looks(tx, owner_id=owner_id, import_id=import_id, looks=looks, payload=run.work.payload)


def _progress_of(run: Run, total: int) -> Progress:
    async def tell(tx: Tx, step: str, percent: int) -> None:
        kept = await import_of(tx.session, owner_id=run.work.owner_id, import_id=ids.ImportId(run.work.subject_id))
        await tell_looks(tx, kept, run.work.payload, done=int(step), total=total)

    return tell
