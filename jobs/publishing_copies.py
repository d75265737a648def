"""Copies of videos as networks want them. Only heavy workers load what decodes and encodes."""

from core import ids
from core.errors import AppError
from core.providers.discovery import Network
from core.publishing.models import PublicationStatus
from core.publishing.queries import video_post_of
from core.publishing.standing import AHEAD, PREPARE, PUBLISH, post_of
from core.tx import Tx
from core.work.service import ClaimedWork, request_work
from jobs.progress import telling
from jobs.publishing import ended, locked, progress_of, publication_for, without_headway
from jobs.runtime import Run, job


@job(PREPARE, on_failure=ended)
async def prepare(run: Run) -> None:
    """Make the network's copy of the video, then go on."""
    from core.videos.preparing import prepared

    async with run.deps.read() as session:
        row = await publication_for(session, run.work)
        video_id = (await post_of(session, row)).video_id
    async with telling(run, progress_of(run, PublicationStatus.PREPARING)) as tell:
        await prepared(
            run.deps,
            owner_id=row.owner_id,
            video_id=video_id,
            network=Network(row.network),
            progress=lambda share: tell("prepare", int(share * 100)),
        )
    async with run.finishing(unless_cancelled=True) as tx:
        row = await locked(tx, run.work)
        row.progress, row.stage_since = 0, tx.now
        payload = without_headway(dict(run.work.payload))
        await request_work(tx, PUBLISH, owner_id=row.owner_id, subject_id=row.id, payload=payload)


async def not_ahead(_tx: Tx, _work: ClaimedWork, _error: AppError) -> None:
    """Nothing is told: at its time it is tried again, and told of then."""


@job(AHEAD, on_failure=not_ahead)
async def prepare_ahead(run: Run) -> None:
    """Make a network's copy before it is needed."""
    from core.videos.preparing import prepared

    owner_id, video_post_id = run.work.owner_id, ids.VideoPostId(run.work.subject_id)
    async with run.deps.read() as session:
        post = await video_post_of(session, owner_id=owner_id, video_post_id=video_post_id)
    await prepared(
        run.deps, owner_id=owner_id, video_id=post.video_id, network=Network(str(run.work.payload["network"]))
    )
    async with run.finishing():
        return
