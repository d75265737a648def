"""What a scenario is going to do: drawn from a seed, so that what went wrong once can be looked at again."""

import random
from dataclasses import dataclass, field
from enum import StrEnum

LEASE_OUTLASTED_S = 33.0
"""Longer than a lease, and than a sweep after it."""


class Kind(StrEnum):
    """What goes wrong."""

    KILL_WORKER = "kill worker"
    KILL_SECOND = "kill 2nd worker"
    KILL_SCHEDULER = "kill scheduler"
    KILL_BOT = "kill bot"
    KILL_REDIS = "kill redis"
    KILL_POSTGRES = "kill postgres"
    KILL_SUPERVISOR = "kill supervisor"
    STOP_WORKER = "stop worker"
    STOP_WORKER_LONG = "stop worker > lease"
    STOP_SCHEDULER = "stop scheduler"
    STOP_REDIS = "stop redis"
    FLUSH_REDIS = "flush redis"
    DROP_ANSWERS = "drop answers"
    ERRORS = "500"
    TOO_MANY = "429"
    HANG = "hang"
    DELAY = "delay"


WEIGHTS = {
    Kind.KILL_WORKER: 6,
    Kind.KILL_SECOND: 3,
    Kind.KILL_SCHEDULER: 3,
    Kind.KILL_BOT: 2,
    Kind.KILL_REDIS: 4,
    Kind.KILL_POSTGRES: 4,
    Kind.KILL_SUPERVISOR: 2,
    Kind.STOP_WORKER: 3,
    Kind.STOP_WORKER_LONG: 1,
    Kind.STOP_SCHEDULER: 1,
    Kind.STOP_REDIS: 1,
    Kind.FLUSH_REDIS: 1,
    Kind.DROP_ANSWERS: 4,
    Kind.ERRORS: 3,
    Kind.TOO_MANY: 2,
    Kind.HANG: 2,
    Kind.DELAY: 3,
}
BROADCAST_SHARE = 0.3
PLANNED_SHARE = 0.25
PLANNED = (3, 10)
"""How many posts stand in a queue, and how many recur, where a scenario has such."""
LASTS_S = {
    Kind.STOP_WORKER: (0.5, 8.0),
    Kind.STOP_WORKER_LONG: (LEASE_OUTLASTED_S, LEASE_OUTLASTED_S + 3),
    Kind.STOP_SCHEDULER: (1.0, 5.0),
    Kind.STOP_REDIS: (0.5, 3.0),
    Kind.HANG: (1.0, 12.0),
    Kind.DELAY: (0.1, 12.0),
}
LOSES_RESULTS = frozenset(
    {
        Kind.KILL_WORKER,
        Kind.KILL_SECOND,
        Kind.KILL_POSTGRES,
        Kind.KILL_SUPERVISOR,
        Kind.STOP_WORKER,
        Kind.STOP_WORKER_LONG,
        Kind.DROP_ANSWERS,
        Kind.HANG,
        Kind.DELAY,
    }
)
"""After these it may be unknown what has arrived. All others are no excuse for a duplicate or an `unconfirmed`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`at_s` after the first delivery is due; `lasts_s` and `times` where the kind has them."""

    kind: Kind
    at_s: float
    lasts_s: float = 0.0
    times: int = 1

    def __str__(self) -> str:
        lasts = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        return f"{self.kind}{lasts} at {self.at_s:.1f} s"


@dataclass(frozen=True, slots=True)
class Plan:
    """One scenario: so many deliveries over so many seconds, and what goes wrong meanwhile."""

    seed: int
    deliveries: int
    spread_s: float
    faults: tuple[Fault, ...]
    broadcast: bool
    """Whether one message goes to everybody meanwhile."""
    planned: int
    """How many posts come by the slot of a queue, and how many more are planned by the scheduler, as they recur."""
    chosen: random.Random = field(repr=False, compare=False)
    """For what is chosen while it runs: chats, and which messages are long."""

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(fault.kind for fault in self.faults)

    @property
    def loses_results(self) -> bool:
        return not self.kinds.isdisjoint(LOSES_RESULTS)


def plan_of(seed: int, *kinds: Kind, deliveries: int = 0, planned: int | None = None) -> Plan:
    """The scenario of a seed. `kinds`, `deliveries` and `planned` say what isn't left to chance."""
    dice = random.Random(seed)
    spread_s = dice.uniform(1.0, 4.0)
    drawn = kinds or dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=dice.choice((1, 1, 2, 2, 3)))
    faults = [_fault(dice, kind, spread_s) for kind in drawn]
    deliveries = deliveries or dice.randint(30, 150)
    broadcast = dice.random() < BROADCAST_SHARE
    if planned is None:
        planned = dice.randint(*PLANNED) if dice.random() < PLANNED_SHARE else 0
    return Plan(
        seed=seed,
        deliveries=deliveries,
        spread_s=spread_s,
        faults=tuple(sorted([*faults, *(_kills_of_planner(dice) if planned else [])], key=lambda fault: fault.at_s)),
        broadcast=broadcast,
        planned=planned,
        chosen=dice,
    )


def _kills_of_planner(dice: random.Random) -> list[Fault]:
    """The first has it begin at once when it is back, the second comes about then."""
    first = dice.uniform(-1.5, 0.5)
    return [Fault(Kind.KILL_SCHEDULER, at_s=at_s) for at_s in (first, first + dice.uniform(0.3, 2.0))]


def _fault(dice: random.Random, kind: Kind, spread_s: float) -> Fault:
    lasts_s = dice.uniform(*LASTS_S[kind]) if kind in LASTS_S else 0.0
    return Fault(kind, at_s=dice.uniform(0.0, spread_s + 1.0), lasts_s=lasts_s, times=dice.randint(1, 6))
