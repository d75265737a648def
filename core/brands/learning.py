"""Learning a voice: the posts to learn from, and the work that makes a style card of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.brands.hearing import CHARACTERS_MOST, heard_posts
from core.brands.members import check_role
from core.brands.models import Brand, BrandExample
from core.brands.queries import BrandNotFound, access_of
from core.brands.style import StyleCard
from core.brands.voice import style_of
from core.channels.queries import channel_of
from core.db import Json, ReadSession
from core.deliveries.statuses import show_status
from core.errors import AppError, Conflict, InvalidInput
from core.posts.queries import published_in
from core.posts.writing import CANCELLED, Place
from core.providers.voices import Described
from core.queue import TEXT, JobSpec
from core.tx import Tx
from core.work.service import error_row, request_cancel, request_work, unfinished_work

LEARN: Final = JobSpec("jobs.brands.learn", queue=TEXT, attempts=3, timeout_s=120)
POSTS_LEAST: Final = 3
POSTS_MOST: Final = 10
CHARACTERS_LEAST: Final = 20
"""A shorter post tells nothing of a voice."""


class AlreadyLearning(Conflict):
    code = "brands.already_learning"


@dataclass(frozen=True, slots=True)
class KnownPosts:
    """What is known of a channel's newest posts, the newest first. `ours`: how many the bot has posted there."""

    texts: tuple[str, ...]
    ours: int


async def examples_of(session: ReadSession, *, user_id: ids.UserId, brand_id: ids.BrandId) -> Sequence[BrandExample]:
    """What there is to learn from, in the order of coming. Raises BrandNotFound."""
    await access_of(session, user_id=user_id, brand_id=brand_id)
    return await _examples(session, brand_id)


async def add_examples(
    tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, texts: Sequence[str], instead: bool = False
) -> int:
    """Learn from these posts, too; `instead`: from nothing else. The newest ten count, and the same post counts once.

    Gives how many there are then. Raises BrandNotFound, RoleTooLow, InvalidInput ("brands.example_length":
    characters, least, most).
    """
    await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    await tx.session.execute(select(Brand.id).where(Brand.id == brand_id).with_for_update())
    if instead:
        await _forget(tx, brand_id)
    for text in (text.strip() for text in texts):
        if not CHARACTERS_LEAST <= len(text) <= CHARACTERS_MOST:
            raise InvalidInput(
                "brands.example_length", characters=len(text), least=CHARACTERS_LEAST, most=CHARACTERS_MOST
            )
        digest = hashlib.sha256(text.encode()).hexdigest()
        example = insert(BrandExample).values(
            id=ids.new(), brand_id=brand_id, text=text, digest=digest, added_at=tx.now
        )
        await tx.session.execute(example.on_conflict_do_nothing(index_elements=["brand_id", "digest"]))
    found = await _examples(tx.session, brand_id)
    for surplus in found[:-POSTS_MOST]:
        await tx.session.delete(surplus)
    await tx.session.flush()
    return min(len(found), POSTS_MOST)


async def forget_examples(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId) -> None:
    """Keep none of them; the style card stays. Raises BrandNotFound, RoleTooLow."""
    await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    await _forget(tx, brand_id)


async def known_posts(session: ReadSession, *, owner_id: ids.UserId, channel_id: ids.ChannelId) -> KnownPosts:
    """At most ten posts of a connected channel: what the bot has posted there for the user, and what others have since
    it came in. Raises ChannelNotFound."""
    channel = await channel_of(session, owner_id=owner_id, channel_id=channel_id)
    ours = await published_in(session, owner_id=owner_id, channel_id=channel_id, limit=POSTS_MOST)
    heard = await heard_posts(session, chat_id=channel.chat_id)
    newest = sorted([*((at, text, 1) for at, text in ours), *((at, text, 0) for at, text in heard)], reverse=True)
    told = [each for each in newest if CHARACTERS_LEAST <= len(each[1].strip()) <= CHARACTERS_MOST][:POSTS_MOST]
    return KnownPosts(tuple(text for _, text, _ in told), sum(mine for _, _, mine in told))


async def request_learning(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, place: Place) -> None:
    """Make a style card of the examples; the message at `place` tells how that goes.

    Raises BrandNotFound, RoleTooLow, InvalidInput ("brands.too_few_examples": posts, least), AlreadyLearning.
    """
    access = await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    await tx.session.execute(select(Brand.id).where(Brand.id == brand_id).with_for_update())
    posts = len(await _examples(tx.session, brand_id))
    if posts < POSTS_LEAST:
        raise InvalidInput("brands.too_few_examples", posts=posts, least=POSTS_LEAST)
    if await unfinished_work(tx, owner_id=user_id, subject_id=brand_id):
        raise AlreadyLearning
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
    await request_work(tx, LEARN, owner_id=user_id, subject_id=brand_id, payload=payload)
    await _show(tx, access.brand, user_id, place, "brands.learning", posts=posts, here=True)


async def cancel_learning(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, place: Place) -> bool:
    """Stop it; the card stays as it was. False when it has ended already. Raises BrandNotFound."""
    await access_of(tx.session, user_id=user_id, brand_id=brand_id)
    met = await request_cancel(tx, owner_id=user_id, subject_id=brand_id)
    if met == "queued":
        await end_learning(tx, user_id=user_id, brand_id=brand_id, place=place, error=AppError(CANCELLED))
    return met is not None


async def record_learned(
    tx: Tx,
    *,
    user_id: ids.UserId,
    brand_id: ids.BrandId,
    card: StyleCard,
    described: Described,
    engine: str,
    signature: str,
    place: Place,
) -> StyleCard:
    """Keep the card and show it. What the user has said of tone and words to avoid stays, and so does a signature.

    Raises BrandNotFound, RoleTooLow when that was taken from them meanwhile.
    """
    access = await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    await tx.session.refresh(access.brand, with_for_update=True)
    known = style_of(access.brand)
    card = replace(card, tone=known.tone or described.tone, taboo=known.taboo, engine=engine)
    if described.samples:
        card = replace(card, samples=described.samples)
    access.brand.voice = card.to_json()
    access.brand.signature = access.brand.signature or signature
    await tx.session.flush()
    await _show(tx, access.brand, user_id, place, "brands.learned", card=card.to_json(), signature=signature)
    return card


async def end_learning(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, place: Place, error: AppError) -> None:
    """It failed or was cancelled: say so. For a brand that is gone there is nothing to show it with."""
    try:
        brand = (await access_of(tx.session, user_id=user_id, brand_id=brand_id)).brand
    except BrandNotFound:
        return
    await _show(tx, brand, user_id, place, "brands.not_learned", error=error_row(error))


async def _show(
    tx: Tx,
    brand: Brand,
    user_id: ids.UserId,
    place: Place,
    notice: str,
    *,
    here: bool = False,
    **more: object,
) -> None:
    """`here`: in the message that was pressed, from now on."""
    data: Json = {"brand_id": str(brand.id), "brand": brand.name, "language": place.language, **more}
    await show_status(
        tx,
        owner_id=user_id,
        subject_id=_status_id(brand.id, user_id),
        chat_id=place.chat_id,
        message_id=place.message_id if here else None,
        notice=notice,
        data=data,
    )


def _status_id(brand_id: ids.BrandId, user_id: ids.UserId) -> UUID:
    """Of a brand each member has a status message of their own."""
    return uuid5(brand_id, f"learning:{user_id}")


async def _examples(session: ReadSession, brand_id: ids.BrandId) -> Sequence[BrandExample]:
    found = select(BrandExample).where(BrandExample.brand_id == brand_id)
    return (await session.scalars(found.order_by(BrandExample.added_at, BrandExample.id))).all()


async def _forget(tx: Tx, brand_id: ids.BrandId) -> None:
    await tx.session.execute(delete(BrandExample).where(BrandExample.brand_id == brand_id))
