"""Counters and histograms of all processes together, kept in Redis and shown by web's /metrics.

Each process having its own registry, a scrape of one would miss the others, and forked jobs don't live long enough to
be scraped. An emptied Redis sets them back to zero, which Prometheus understands. Redis away: nothing is counted.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import structlog
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.utils import str_if_bytes as as_text

log = structlog.get_logger()

KEY = "metrics"
PREFIX = "postaify_"
PATIENCE_S = 1.0
FLUSH_EVERY_S = 1.0
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
HELP = {
    "job_seconds": "Duration of attempts at background work, by kind and outcome.",
    "delivery_lateness_seconds": "From the promised moment to Telegram's yes, by kind.",
    "deliveries": "Ends of deliveries, by kind and outcome.",
    "update_seconds": "From an update's turn to its answer, by kind and outcome.",
    "discovery_calls": "Calls for videos and creators that took credits or found none left, by provider and endpoint.",
    "request_seconds": "Duration of requests to the web service, by method, route and status.",
}
"""Every metric that there is; `*_seconds` are histograms, the others counters."""


Label = tuple[tuple[str, str], ...]


class Meter:
    """Observes in memory and adds it all up in Redis once a second, for what is too frequent for a round trip each.

    What a killed process hadn't added yet is lost. Belongs to the event loop in which it is used.
    """

    def __init__(self, redis: Redis, *, every_s: float = FLUSH_EVERY_S) -> None:
        self._redis = redis
        self._every_s = every_s
        self._amounts: Counter[tuple[str, Label, str]] = Counter()
        self._sums: dict[tuple[str, Label, str], float] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._due: asyncio.TimerHandle | None = None

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add one observation to a histogram."""
        series = tuple(sorted(labels.items()))
        self._amounts[name, series, _bucket(seconds)] += 1
        total = name, series, "sum"
        self._sums[total] = self._sums.get(total, 0.0) + max(0.0, seconds)
        self._flush_soon()

    def count(self, name: str, **labels: str) -> None:
        """Add one to a counter."""
        self._amounts[name, tuple(sorted(labels.items())), "total"] += 1
        self._flush_soon()

    def _flush_soon(self) -> None:
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(self._every_s, self._begin_flush)

    async def flush(self) -> None:
        """Add up now: at the end of the process."""
        if self._due is not None:
            self._due.cancel()
        await self._flush()

    def _begin_flush(self) -> None:
        self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        self._due = None
        amounts = {**self._amounts, **self._sums}
        self._amounts, self._sums = Counter(), {}
        if amounts:
            await _add(
                self._redis, {_field(name, dict(series), part): n for (name, series, part), n in amounts.items()}
            )


async def count(redis: Redis, name: str, **labels: str) -> None:
    """Add one to a counter."""
    await _add(redis, {_field(name, labels, "total"): 1})


async def observe(redis: Redis, name: str, seconds: float, **labels: str) -> None:
    """Add one observation to a histogram. Negative ones count as none."""
    await _add(redis, {_field(name, labels, _bucket(seconds)): 1, _field(name, labels, "sum"): max(0.0, seconds)})


@asynccontextmanager
async def timed(redis: Redis, what: str, **labels: str) -> AsyncIterator[dict[str, str]]:
    """Observe how long the block takes, unless it raises. It may add labels to those that it gets."""
    began = time.monotonic()
    yield labels
    await observe(redis, f"{what}_seconds", time.monotonic() - began, **labels)


async def collected(redis: Redis) -> Collector:
    """All figures as they are now, for a Prometheus registry. Raises RedisError when Redis is away."""
    return _Collected({as_text(field): float(value) for field, value in (await redis.hgetall(KEY)).items()})


async def _add(redis: Redis, amounts: dict[str, float]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S), redis.pipeline(transaction=False) as pipe:
            for field, amount in amounts.items():
                pipe.hincrbyfloat(KEY, field, amount)
            await pipe.execute()
    except (RedisError, OSError) as error:
        log.debug("metrics.not_counted", error=type(error).__name__)


def _bucket(seconds: float) -> str:
    return next((str(bound) for bound in BUCKETS_S if seconds <= bound), "+Inf")


def _field(name: str, labels: dict[str, str], part: str) -> str:
    if name not in HELP:
        raise KeyError(name)
    return json.dumps([name, sorted(labels.items()), part])


class _Collected(Collector):
    def __init__(self, stored: Mapping[str, float]) -> None:
        self._series: dict[str, dict[tuple[tuple[str, str], ...], dict[str, float]]] = {}
        for field, value in stored.items():
            name, labels, part = json.loads(field)
            series = self._series.setdefault(name, {})
            series.setdefault(tuple((key, label) for key, label in labels), {})[part] = value

    def collect(self) -> Iterable[Metric]:
        for name, series in self._series.items():
            if name in HELP:
                yield _histogram(name, series) if name.endswith("_seconds") else _counter(name, series)


Series = dict[tuple[tuple[str, str], ...], dict[str, float]]


def _counter(name: str, series: Series) -> CounterMetricFamily:
    family = CounterMetricFamily(PREFIX + name, HELP[name], labels=_names(series))
    for labels, parts in series.items():
        family.add_metric([value for _, value in labels], parts["total"])
    return family


def _histogram(name: str, series: Series) -> HistogramMetricFamily:
    family = HistogramMetricFamily(PREFIX + name, HELP[name], labels=_names(series))
    for labels, parts in series.items():
        so_far, buckets = 0.0, []
        for bound in (*map(str, BUCKETS_S), "+Inf"):
            so_far += parts.get(bound, 0.0)
            buckets.append((bound, so_far))
        family.add_metric([value for _, value in labels], buckets, sum_value=parts.get("sum", 0.0))
    return family


def _names(series: Series) -> list[str]:
    return [key for key, _ in next(iter(series))]
