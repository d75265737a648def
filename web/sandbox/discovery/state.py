"""What the sandbox remembers of its made-up networks: topics, credits, faults that wait, and calls that came."""

from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

from web.sandbox.discovery.made_up import MadeUp
from web.sandbox.faults import Faults
from web.sandbox.model import Json
from web.sandbox.state import World

CREDITS = 10_000
KEPT_CALLS = 10_000
TOPIC = "sample_topic"
FAULT_KINDS = ("broken_items", "delay", "drop_answer", "error", "hang", "no_credits", "rate_limit", "repeat_cursor")


@dataclass
class Samples:
    """Topics outlive the process with the sandbox's state, so that ids lead back to their creators."""

    world: World
    made_up: MadeUp = field(default_factory=MadeUp)
    credits: int = CREDITS
    faults: Faults = field(default_factory=Faults)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    trending_calls: int = 0
    _numbered: int = 0

    def __post_init__(self) -> None:
        for slug, row in self.world.storage.documents(TOPIC):
            self.made_up.topics[slug] = row["topic"]

    def remember(self, topic: str, slug: str) -> None:
        if slug not in self.made_up.topics:
            self.made_up.topics[slug] = topic
            self.world.storage.put(TOPIC, slug, {"topic": topic})

    def record(self, path: str, params: dict[str, str]) -> Json:
        self._numbered += 1
        call: Json = {"n": self._numbered, "path": path, "params": params, "at": self.world.now(), "answered": 0}
        self.calls.append(call)
        return call

    def reset(self) -> None:
        self.made_up = MadeUp(self.made_up.seed)
        self.credits = CREDITS
        self.faults.clear()
        self.calls.clear()
        self.trending_calls = self._numbered = 0


SAMPLES: web.AppKey[Samples] = web.AppKey("samples", Samples)
