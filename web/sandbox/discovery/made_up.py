"""The made-up world: who publishes what, and how its numbers grow. A function of seed, topic and time; keeps nothing.

Every topic that somebody searches for has creators, and every creator goes on publishing. Ids lead back to where they
came from, as long as the topics are known.
"""

import base64
import hashlib
import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from web.sandbox.discovery.words import LANGUAGES, caption_of, script_of

DEFAULT_TOPICS = (
    "baking",
    "fitness",
    "travel",
    "money",
    "coding",
    "skincare",
    "gardening",
    "photography",
)
"""What is trending is found among these."""
CREATORS = 12
"""Of each topic, on each network."""
KEPT = 60
"""Videos that a creator's page shows, as long as it goes back."""
EPOCH_S = 1_767_225_600
"""2026-01-01: when all of them began."""
HOUR_S = 3600
DAY_S = 24 * HOUR_S

_REGIONS = ("US", "US", "US", "GB", "DE", "MX", "ES", "IN")
_TIKTOK_BASE = 7 * 10**18
_NUMBERS = 10**7
_CODE = re.compile(r"([\w-]{6})_([0-9a-z]{4})", re.ASCII)
_OUTLIERS = 0.07


@dataclass(frozen=True)
class Creator:
    """`number` counts the creators of a topic on a network."""

    seed: str
    network: str
    topic: str
    slug: str
    number: int

    @property
    def _draws(self) -> tuple[float, ...]:
        return _draws(f"{self.seed}/{self.network}/{self.handle}", 4)

    @property
    def handle(self) -> str:
        return f"sample_{self.slug}_{self.number}"

    @property
    def name(self) -> str:
        kinds = ("Lab", "Daily", "with Ana", "Club", "by Tom", "School", "Stories", "HQ")
        return f"Sample {self.topic.title()} {kinds[self.number % len(kinds)]}"

    @property
    def about(self) -> str:
        return f"Sample data: made up by the sandbox. {self.topic.capitalize()} for everybody. sample@example.com"

    @property
    def region(self) -> str:
        return _REGIONS[self.number % len(_REGIONS)]

    @property
    def language(self) -> str:
        return LANGUAGES.get(self.region, "en")

    @cached_property
    def prefix(self) -> str:
        """Six characters, 36 bits, that begin all ids."""
        return base64.urlsafe_b64encode(self._digest)[:6].decode()

    @property
    def uid(self) -> str:
        """A numeral above 2^53, as TikTok and Instagram have."""
        return str(6 * 10**18 + self.bits)

    @property
    def channel_id(self) -> str:
        return "UC" + base64.urlsafe_b64encode(self._digest).decode()[:22]

    @property
    def bits(self) -> int:
        return int.from_bytes(base64.urlsafe_b64decode(self.prefix + "AA")[:5], "big") >> 4

    @cached_property
    def _digest(self) -> bytes:
        return hashlib.sha256(f"{self.seed}/{self.network}/{self.handle}".encode()).digest()

    @property
    def typical_views(self) -> float:
        """From 3,000 to 150,000, most of them small."""
        return 3_000 * math.pow(50, self._draws[0] ** 1.5)

    @property
    def interval_s(self) -> float:
        """Between two videos: from 8 to 30 hours."""
        return (8 + 22 * self._draws[1]) * HOUR_S

    def followers(self, now: float) -> int:
        return int(self.typical_views * (2 + 6 * self._draws[2]) * (1 + 0.0015 * (now - EPOCH_S) / DAY_S))

    def videos(self, now: float, *, since_s: float = 0.0) -> "Iterator[Video]":
        """The newest first."""
        last = self.published_count(now) - 1
        for number in range(last, max(last - KEPT, -1), -1):
            video = Video(self, number)
            if video.published_s < since_s:
                return
            yield video

    def published_count(self, now: float) -> int:
        count = max(int((now - EPOCH_S) / self.interval_s), 0)
        return count if not count or Video(self, count - 1).published_s <= now else count - 1

    @property
    def verified(self) -> bool:
        return self._draws[3] < 0.2


@dataclass(frozen=True)
class Video:
    """`number` counts its creator's videos from their first."""

    creator: Creator
    number: int

    @property
    def draws(self) -> tuple[float, ...]:
        creator = self.creator
        return _draws(f"{creator.seed}/{creator.network}/{creator.handle}/{self.number}", 12)

    @property
    def published_s(self) -> int:
        """Within the first half of its creator's interval, so that the order stays that of the numbers."""
        return int(EPOCH_S + self.creator.interval_s * (self.number + 0.5 * self.draws[0]))

    @property
    def kind(self) -> str:
        """ "short", "long" or "photos"."""
        if self.creator.network == "youtube":
            return "short" if self.draws[1] < 0.6 else "long"
        return "photos" if self.draws[1] < 0.12 else "short"

    @property
    def duration_ms(self) -> int:
        return int((240 + 900 * self.draws[2] if self.kind == "long" else 9 + 50 * self.draws[2]) * 1000)

    @property
    def is_outlier(self) -> bool:
        return self.draws[3] < _OUTLIERS

    @property
    def _final_views(self) -> float:
        """Spread around what is typical by half to double, outliers by five to forty times."""
        usual = self.creator.typical_views * math.exp(1.2 * (self.draws[4] - 0.5))
        return usual * (5 * 8 ** self.draws[5]) if self.is_outlier else usual

    def views(self, now: float) -> int:
        """Grows at once and ever more slowly: final x (1 - e^(-age/tau)), tau from 12 to 60 hours."""
        tau_s = (12 + 48 * self.draws[6]) * HOUR_S
        age_s = max(now - self.published_s, 0.0)
        return int(self._final_views * (1 - math.exp(-age_s / tau_s)))

    def likes(self, now: float) -> int:
        return int(self.views(now) * (0.03 + 0.09 * self.draws[7]))

    def comments(self, now: float) -> int:
        return int(self.views(now) * (0.002 + 0.008 * self.draws[8]))

    def shares(self, now: float) -> int:
        return int(self.views(now) * (0.001 + 0.014 * self.draws[9]))

    def saves(self, now: float) -> int:
        return int(self.views(now) * (0.003 + 0.02 * self.draws[10]))

    @property
    def code(self) -> str:
        """Eleven characters, as Instagram and YouTube have."""
        return f"{self.creator.prefix}_{_base36(self.number):0>4}"

    @property
    def aweme_id(self) -> str:
        return str(_TIKTOK_BASE + self.creator.bits * _NUMBERS + self.number)

    @property
    def id(self) -> str:
        return self.aweme_id if self.creator.network == "tiktok" else self.code

    @property
    def caption(self) -> str:
        return caption_of(self.creator.topic, self.creator.language, self.draws[11])

    @property
    def script(self) -> tuple[str, ...]:
        """Sentences; nothing where nobody speaks."""
        if self.kind == "photos" or self.draws[1] > 0.93:
            return ()
        return script_of(self.creator.topic, self.creator.language, self.draws[11], long=self.kind == "long")


class MadeUp:
    """All topics that are known. `seed` decides everything else."""

    def __init__(self, seed: str = "sample") -> None:
        self.seed = seed
        self.topics: dict[str, str] = {slug_of(topic): topic for topic in DEFAULT_TOPICS}
        self._indexes: dict[tuple[str, str], tuple[dict[str, Creator], set[str]]] = {}

    def creators(self, network: str, topic: str) -> list[Creator]:
        """Those of a topic, which is known from now on."""
        slug = slug_of(topic)
        return creators_of(self.seed, network, self.topics.setdefault(slug, topic), slug)

    def all_creators(self, network: str) -> Iterator[Creator]:
        for topic in list(self.topics.values()):
            yield from self.creators(network, topic)

    def creator(self, network: str, *names: str) -> Creator | None:
        """By handle, numeric id or channel id, whichever is given."""
        index = self._index(network)
        wanted = (text for name in names for text in (name, name.removeprefix("@").lower()))
        return next((index[text] for text in wanted if text in index), None)

    def video(self, network: str, video_id: str, now: float) -> Video | None:
        """Published ones only."""
        if network == "tiktok":
            bits, number = divmod(int(video_id) - _TIKTOK_BASE, _NUMBERS) if video_id.isdecimal() else (-1, 0)
            found = self._index(network).get(f"bits {bits}")
        else:
            parts = _CODE.fullmatch(video_id)
            number = int(parts[2], 36) if parts else 0
            found = self._index(network).get(f"prefix {parts[1]}") if parts else None
        if found is None or not 0 <= number < found.published_count(now):
            return None
        return Video(found, number)

    def _index(self, network: str) -> dict[str, Creator]:
        """All creators by each of their names and by what their videos' ids begin with. Topics only ever come."""
        index, indexed = self._indexes.setdefault((self.seed, network), ({}, set()))
        for slug, topic in self.topics.items():
            if slug not in indexed:
                indexed.add(slug)
                for each in creators_of(self.seed, network, topic, slug):
                    names = (each.handle, each.uid, each.channel_id, f"bits {each.bits}", f"prefix {each.prefix}")
                    index |= dict.fromkeys(names, each)
        return index


@lru_cache(maxsize=2048)
def creators_of(seed: str, network: str, topic: str, slug: str) -> list[Creator]:
    return [Creator(seed, network, topic, slug, number) for number in range(1, CREATORS + 1)]


@lru_cache(maxsize=16_384)
def _draws(seed: str, count: int) -> tuple[float, ...]:
    """From 0 to below 1, and always the same."""
    dice = random.Random(seed)
    return tuple(dice.random() for _ in range(count))


def slug_of(topic: str) -> str:
    """At most 15 letters and digits: handles are made of it, of which TikTok's have 24 and Instagram's are ASCII."""
    plain = re.sub(r"[^a-z0-9]", "", topic.lower()) if topic.isascii() else ""
    if 0 < len(plain) <= 15:
        return plain
    return plain[:9] + hashlib.sha256(topic.lower().encode()).hexdigest()[:6]


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"
