"""Making pictures: ordering, fetching, storing; withdrawing what nobody wants; removing what is left."""

import asyncio
import json

import structlog

from core import ids
from core.db import Json
from core.deps import Deps
from core.errors import AppError
from core.images import service, tidying
from core.images.looks import brand_look, look_of
from core.images.models import Image
from core.images.queries import image_of
from core.images.showing import show_made, show_progress
from core.podcasts.showing import place_of
from core.providers.images import ImageEngine, ImageErrorCode, ImageMaker, ImageOrder, OrderFailed, image_error
from core.storage.keys import key_for
from core.tx import Tx
from core.work.service import ClaimedWork
from jobs.progress import Progress, telling
from jobs.runtime import Bench, Run, job, plain_job
from jobs.sweeping import sweep

log = structlog.get_logger()

FILES = "images"
ORDERED_WITHIN_S = 30.0
"""How long a stopped job waits for an order under way, so that its receipt isn't lost."""
SWEEP_EVERY_S = 20 * 3600
SWEPT = "images:swept"


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled."""
    await service.end_image(
        tx,
        owner_id=work.owner_id,
        image_id=ids.ImageId(work.subject_id),
        place=place_of(dict(work.payload)),
        error=error,
    )


@job(service.MAKE, on_failure=ended)
async def make(run: Run) -> None:
    """Order a picture, or go on with one that an earlier attempt has ordered; then store it and show it."""
    deps, owner_id, image_id = run.deps, run.work.owner_id, ids.ImageId(run.work.subject_id)
    image, order = await _order_of(run)
    maker = _maker(deps, service.options_of(image).engine)
    async with telling(run, _progress_of(run)) as tell:
        receipt = image.receipt
        if receipt is None:
            tell("ordered", 10)
            receipt = await _ordered(run, maker, order)
        tell("making", 30)
        try:
            made = await maker.result(order, receipt)
        except OrderFailed:
            await _keep_receipt(run, None)
            raise
        tell("storing", 90)
        key = key_for(owner_id, FILES, str(image_id), made.ending)
        await deps.storage.put(key, made.content)
    place = place_of(dict(run.work.payload))
    async with run.finishing(unless_cancelled=True) as tx:
        image = await service.record_image(tx, owner_id=owner_id, image_id=image_id, made=made, key=key)
        await show_made(tx, image, place)


@plain_job(service.WITHDRAW)
async def withdraw(bench: Bench, engine: str, receipt: str) -> None:
    """Nobody wants it any more."""
    await _maker(bench.deps, ImageEngine(engine)).withdraw(json.loads(receipt))


async def _order_of(run: Run) -> tuple[Image, ImageOrder]:
    async with run.deps.read() as session:
        image = await image_of(session, owner_id=run.work.owner_id, image_id=ids.ImageId(run.work.subject_id))
        brand = await brand_look(session, image)
    options = service.options_of(image)
    look = await look_of(options, brand, run.deps.storage)
    return image, ImageOrder(image.prompt, options.aspect, options.style, options.quality, look)


def _maker(deps: Deps, engine: ImageEngine) -> ImageMaker:
    maker = deps.image_makers.get(engine)
    if maker is None:
        raise image_error(ImageErrorCode.NOT_THERE, provider=engine)
    return maker


async def _ordered(run: Run, maker: ImageMaker, order: ImageOrder) -> Json | None:
    """Order it and keep the receipt: an order under way is seen through even when the work is stopped meanwhile, so
    that it can be withdrawn, or gone on with."""

    async def order_and_keep() -> Json | None:
        receipt = await maker.order(order)
        if receipt is not None:
            await _keep_receipt(run, receipt)
        return receipt

    ordering = asyncio.create_task(order_and_keep())
    try:
        return await asyncio.shield(ordering)
    except asyncio.CancelledError:
        await asyncio.wait({ordering}, timeout=ORDERED_WITHIN_S)
        ordering.cancel()
        raise


async def _keep_receipt(run: Run, receipt: Json | None) -> None:
    async with run.deps.tx() as tx:
        image_id = ids.ImageId(run.work.subject_id)
        await service.keep_receipt(tx, owner_id=run.work.owner_id, image_id=image_id, receipt=receipt)


def _progress_of(run: Run) -> Progress:
    async def tell(tx: Tx, step: str, percent: int) -> None:
        image = await image_of(tx.session, owner_id=run.work.owner_id, image_id=ids.ImageId(run.work.subject_id))
        await show_progress(tx, image, place_of(dict(run.work.payload)), step=step, percent=percent)

    return tell


async def tidy_images(deps: Deps) -> int:
    """Rows whose time has come; once a day files that nothing names. Gives how many files went. Raises ProviderError
    when the storage is away."""
    async with deps.tx() as tx:
        forgotten = await tidying.forget_images(tx)
    swept = 0
    if await deps.redis.set(SWEPT, 1, nx=True, ex=SWEEP_EVERY_S):
        swept = await sweep(deps, tidying.KINDS, tidying.unnamed, grace=tidying.GRACE)
    if forgotten or swept:
        log.info("images.tidied", rows=forgotten, unnamed=swept)
    return swept
