"""What a job writes down about its deliveries: what comes while a commit is under way goes together into the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core import ids
from core.db import Json
from core.deliveries.service import LEASE, begin_sending
from core.deliveries.several import finish_delivered
from core.metrics import Meter
from jobs.runtime import Bench, written

Item = TypeVar("Item")


class Together(Generic[Item]):
    """Collects what is to be written, and writes it in one go; each is told whether its own was."""

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[Sequence[bool]]]) -> None:
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> bool:
        """Return when it is committed. Raises what the write raises. Cancelled meanwhile, it may be written or not."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return await done

    async def _write_all(self) -> None:
        while self._waiting:
            batch = [(item, done) for item, done in self._waiting if not done.done()]
            self._waiting.clear()
            if batch:
                await self._write_batch(batch)

    async def _write_batch(self, batch: Sequence[tuple[Item, asyncio.Future[bool]]]) -> None:
        try:
            results = await self._write([item for item, _ in batch])
        except Exception as error:
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
        else:
            for (_, done), result in zip(batch, results, strict=True):
                if not done.done():
                    done.set_result(result)


@dataclass(slots=True)
class Ledger:
    """Of one job. `holder` is the name under which it has its rows."""

    bench: Bench
    holder: str
    meter: Meter = field(init=False)
    delivered: list[ids.DeliveryId] = field(default_factory=list)
    """Those whose arrival is written down."""
    _begun: Together[ids.DeliveryId] = field(init=False)
    _ended: Together[tuple[ids.DeliveryId, Sequence[Json]]] = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter(self.bench.deps.redis)
        self._begun, self._ended = Together(self._begin), Together(self._end)

    async def begin(self, delivery_id: ids.DeliveryId) -> bool:
        """Commit that its call is about to be made. False when it was cancelled or taken away: then don't call."""
        return await self._begun.add(delivery_id)

    async def end(self, delivery_id: ids.DeliveryId, parts: Sequence[Json]) -> bool:
        """Commit that all of it is there, again while the database is away. False when the lease was lost meanwhile."""
        return await self._ended.add((delivery_id, parts))

    async def _begin(self, delivery_ids: Sequence[ids.DeliveryId]) -> list[bool]:
        async with self.bench.deps.tx() as tx:
            begun = await begin_sending(tx, delivery_ids, worker=self.holder)
        return [delivery_id in begun for delivery_id in delivery_ids]

    async def _end(self, delivered: Sequence[tuple[ids.DeliveryId, Sequence[Json]]]) -> list[bool]:
        ended = await written(
            self.bench.deps,
            lambda tx: finish_delivered(tx, dict(delivered), worker=self.holder),
            within_s=LEASE.total_seconds(),
        )
        return [delivery_id in ended for delivery_id, _ in delivered]
