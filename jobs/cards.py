"""Draft cards that follow their post: once its status message says something new, so do the cards that show it."""

import asyncio
from collections.abc import Sequence

import structlog

from bot import notices
from core import ids
from core.deliveries.models import StatusMessage
from core.posts.cards import Place, showing_cards
from core.posts.queries import PostNotFound, post_of
from core.posts.writing import card_of
from core.telegram.limiter import Priority
from core.telegram.outcomes import Delivered
from jobs.runtime import Bench

log = structlog.get_logger()

PATIENCE_S = 5.0
"""How long a card waits for its turn: behind the post and its status message, which may go to the same chat."""


async def redraw_cards(bench: Bench, status: StatusMessage, places: Sequence[Place]) -> None:
    """Bring the cards of a status message's post up to date. One that gets no turn stays as it is."""
    for place in await showing_cards(bench.deps.redis, places):
        try:
            async with asyncio.timeout(PATIENCE_S):
                await _redraw(bench, status, *place)
        except TimeoutError:
            log.info("cards.no_turn", post_id=str(status.subject_id))


async def _redraw(bench: Bench, status: StatusMessage, chat_id: int, message_id: int) -> None:
    now = bench.deps.clock.now()
    async with bench.deps.read() as session:
        try:
            post = await post_of(session, owner_id=status.owner_id, post_id=ids.PostId(status.subject_id))
        except PostNotFound:
            return
        card = await card_of(session, post=post, now=now)
    screen = notices.render("posts.card", {**card, "language": status.data["language"]}, now=now)
    outcome = await bench.sender.send(chat_id, screen.to_content(edit=message_id), priority=Priority.COSMETIC)
    if not isinstance(outcome, Delivered):
        log.info("cards.not_redrawn", post_id=str(post.id), outcome=type(outcome).__name__)
