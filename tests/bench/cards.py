"""Draft cards rendered: a thousand drafts in each language, from the post to what Telegram would be sent."""

import time
from datetime import UTC, datetime
from random import Random

from bot.posts.screens import draft_card
from bot.texts import LANGUAGES, Texts
from core import ids
from core.db import Json
from core.posts.models import Post, PostStatus
from core.posts.platforms import Platform
from core.posts.views import card_data
from core.telegram.markup import utf16_length
from tests.bench.figures import Figure, percentile

DRAFTS = 1_000
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WORDS = "bread oven crumbs bakery morning harvest хлеб печь خبز रोटी 面包 👩‍🍳 Brötchen café".split()  # noqa: SIM905
TELEGRAM_UNITS = 4096
"""https://core.telegram.org/bots/api#sendmessage"""


def measure() -> list[Figure]:
    """All figures of this bench."""
    cards = [_card(Random(number), number) for number in range(DRAFTS)]
    took_s = {language: [_rendered(card, Texts(language)) for card in cards] for language in LANGUAGES}
    every = [one for each in took_s.values() for one in each]
    slowest = max(took_s, key=lambda language: sum(took_s[language]))
    return [
        Figure("languages", len(took_s), "", goal=">= 10"),
        Figure(f"{DRAFTS:,} drafts in all of them", sum(every), "s", goal="<= 20 s"),
        Figure("a card, p50", 1000 * percentile(every, 0.5), "ms"),
        Figure("a card, p99", 1000 * percentile(every, 0.99), "ms", goal="<= 10 ms"),
        Figure.beside(
            f"the slowest language ({slowest}), beside English",
            sum(took_s[slowest]),
            "s",
            reference=sum(took_s["en"]),
            goal="<= 2 x",
        ),
    ]


def _rendered(card: Json, t: Texts) -> float:
    """The seconds it takes. Raises ValueError for what Telegram would refuse."""
    began_at = time.perf_counter()
    content = draft_card(card, t).to_content()
    took_s = time.perf_counter() - began_at
    if utf16_length(content.text) > 2 * TELEGRAM_UNITS or not content.keyboard:
        raise ValueError(f"no card in {t.language}: {content.text[:200]}")
    return took_s


def _card(random: Random, number: int) -> Json:
    """Of all platforms and states, short and long, with and without formatting."""
    text = " ".join(random.choices(WORDS, k=random.choice((8, 60, 400))))
    post = Post(
        id=ids.PostId(ids.new()),
        owner_id=ids.UserId(ids.new()),
        batch_id=None,
        position=1,
        platform=random.choice(list(Platform)),
        title="A title" if number % 3 == 0 else "",
        text=text,
        entities=[{"type": "bold", "offset": 0, "length": 4}] if number % 2 else [],
        media=[],
        buttons=[],
        link_preview=True,
        silent=False,
        pin=False,
        footer=True,
        language="en",
        engine="offline draft",
        status=random.choice(list(PostStatus)),
        version=1 + number % 3,
        due_at=None,
        error=None,
    )
    return {**card_data(post, [post]), "queue": None, "series": None, "now": NOW.isoformat()}


def main() -> list[Figure]:
    return measure()
