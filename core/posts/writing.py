"""From a source to drafts: the options, the request, and what the writing job brings back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import remember_writing_options
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.brands.choosing import choice_of, chosen_brand, preset_brand
from core.db import Json, ReadSession, TelegramId
from core.deliveries.service import send_notice
from core.deliveries.statuses import show_status
from core.errors import AppError, Conflict, InvalidInput
from core.posts.content import footer_for
from core.posts.makeup import draft_problems
from core.posts.models import Batch, BatchStatus, Card, Post, PostStatus, PostVersion
from core.posts.options import DEFAULT_BRAND, WritingOptions
from core.posts.platforms import Draft, Platform
from core.posts.queries import batch_of, posts_of_batch, versions_of
from core.posts.targets import has_choice, preset_target, target_data
from core.posts.views import batch_data, card_data
from core.providers.text import Note
from core.queue import TEXT, JobSpec
from core.queues.offers import slot_offer
from core.series.queries import series_data
from core.sources.service import source_of
from core.telegram.content import Media
from core.tx import Tx
from core.work.service import error_row, request_cancel, request_work

WRITE = JobSpec("jobs.posts.write", queue=TEXT, attempts=3, timeout_s=180)
CANCELLED = "work.cancelled"
BY_HAND = "you"
"""The engine of texts that no engine wrote."""


@dataclass(frozen=True, slots=True)
class Place:
    """A message in a chat, and the language of who reads it."""

    chat_id: TelegramId
    message_id: TelegramId
    language: str


@dataclass(frozen=True, slots=True)
class WrittenDraft:
    """One variant as an engine has made it."""

    platform: Platform
    draft: Draft
    notes: tuple[Note, ...] = ()


class AlreadyRequested(Conflict):
    """The button was pressed before: the posts are being written, or are there."""

    code = "posts.already_requested"


async def open_batch(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, options: WritingOptions) -> Batch:
    """An options card's worth of choices, to be changed until Generate is pressed."""
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id)
    options = await _with_brand(tx, owner_id, options)
    batch = Batch(id=ids.new(), owner_id=owner_id, source_id=source.id, options=options.to_json(), created_at=tx.now)
    tx.session.add(batch)
    await tx.session.flush()
    return batch


async def reopen_batch(tx: Tx, *, owner_id: ids.UserId, batch_id: ids.BatchId) -> Batch:
    """The choices of a batch, to be changed: its own as long as it wrote nothing, else a new batch with the same."""
    batch = await batch_of(tx.session, owner_id=owner_id, batch_id=batch_id, lock=True)
    if batch.status == BatchStatus.WRITING:
        raise AlreadyRequested(batch_id=str(batch_id), status=batch.status)
    if batch.status == BatchStatus.READY:
        return await open_batch(tx, owner_id=owner_id, source_id=batch.source_id, options=options_of(batch))
    batch.status = BatchStatus.CHOOSING
    batch.options = (await _with_brand(tx, owner_id, options_of(batch))).to_json()
    return batch


async def _with_brand(tx: Tx, owner_id: ids.UserId, options: WritingOptions) -> WritingOptions:
    """With a choice of brand that holds now: one that was lost gives way to the default one."""
    if options.brand == DEFAULT_BRAND:
        return options
    brand = await preset_brand(tx.session, user_id=owner_id, choice=options.brand)
    return replace(options, brand=choice_of(brand))


async def draft_from_source(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId) -> Post:
    """A Telegram post of the source's own words, formatting and media. Pressed twice, it is the same post."""
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id)
    post_id = ids.PostId(uuid5(source.id, "as it is"))
    known = await tx.session.get(Post, post_id)
    if known is not None and known.deleted_at is None:
        return known
    draft = Draft(source.caption if source.caption is not None and source.media else source.text)
    found = draft_problems(Platform.TELEGRAM, draft, has_media=bool(source.media))
    if found:
        raise InvalidInput(found[0].code, platform=Platform.TELEGRAM, **found[0].params)
    if known is not None:
        known.deleted_at = None
        return known
    written = WrittenDraft(Platform.TELEGRAM, draft)
    preset = await preset_target(tx.session, owner_id=owner_id)
    post = _new_post(
        tx,
        None,
        1,
        written,
        source.language,
        BY_HAND,
        owner_id=owner_id,
        preset=preset,
        post_id=post_id,
        entities=source.entities,
        media=source.media,
    )
    await tx.session.flush()
    return post


async def draft_of_media(
    tx: Tx, *, owner_id: ids.UserId, media: Sequence[Media], language: str, post_id: ids.PostId
) -> Post:
    """A Telegram post without words, which may come later. When the post is there, it is that one."""
    known = await tx.session.get(Post, post_id)
    if known is not None and known.owner_id == owner_id:
        known.deleted_at = None
        return known
    post = _new_post(
        tx,
        None,
        1,
        WrittenDraft(Platform.TELEGRAM, Draft("")),
        language,
        BY_HAND,
        owner_id=owner_id,
        preset=await preset_target(tx.session, owner_id=owner_id),
        post_id=post_id,
        media=[each.to_json() for each in media],
    )
    await tx.session.flush()
    return post


def options_of(batch: Batch) -> WritingOptions:
    return WritingOptions.from_json(batch.options, default_platforms=(Platform.TELEGRAM,))


async def change_options(tx: Tx, *, owner_id: ids.UserId, batch_id: ids.BatchId, options: WritingOptions) -> Batch:
    """Raises AlreadyRequested once the writing has begun."""
    batch = await batch_of(tx.session, owner_id=owner_id, batch_id=batch_id, lock=True)
    if batch.status != BatchStatus.CHOOSING:
        raise AlreadyRequested(batch_id=str(batch_id), status=batch.status)
    batch.options = options.to_json()
    return batch


async def request_posts(tx: Tx, *, owner_id: ids.UserId, batch_id: ids.BatchId, place: Place) -> Batch:
    """Hold the quota and start writing; the message at `place` tells how far it is.

    Raises AlreadyRequested on a second press, LimitReached when the plan has fewer posts left, BrandNotFound when the
    user may not write with the chosen brand any more.
    """
    batch = await batch_of(tx.session, owner_id=owner_id, batch_id=batch_id, lock=True)
    if batch.status in (BatchStatus.WRITING, BatchStatus.READY):
        raise AlreadyRequested(batch_id=str(batch_id), status=batch.status)
    options = options_of(batch)
    brand = await chosen_brand(tx.session, user_id=owner_id, choice=options.brand)
    batch.options = replace(options, brand=choice_of(brand)).to_json()
    batch.hold_id = await hold_quota(
        tx, owner_id=owner_id, feature=Feature.POSTS, amount=options.posts, reason=f"batch:{batch.id}"
    )
    batch.status, batch.error = BatchStatus.WRITING, None
    await remember_writing_options(tx, user_id=owner_id, options=options.lasting().to_json())
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
    await request_work(tx, WRITE, owner_id=owner_id, subject_id=batch.id, payload=payload)
    await _show(tx, batch, place, "posts.writing", message_id=place.message_id, written=0, posts=options.posts)
    return batch


async def cancel_writing(tx: Tx, *, owner_id: ids.UserId, batch_id: ids.BatchId, place: Place) -> None:
    """Stop it; nothing is charged. Without effect when it has ended."""
    batch = await batch_of(tx.session, owner_id=owner_id, batch_id=batch_id, lock=True)
    met = await request_cancel(tx, owner_id=owner_id, subject_id=batch.id)
    if met == "queued":
        await end_writing(tx, owner_id=owner_id, batch_id=batch.id, place=place, error=AppError(CANCELLED))


async def show_writing(
    tx: Tx, *, owner_id: ids.UserId, batch_id: ids.BatchId, place: Place, written: int, begun: str = ""
) -> None:
    """Tell how many posts are there, and what there is of the next one. Without effect once the writing has ended."""
    batch = await batch_of(tx.session, owner_id=owner_id, batch_id=batch_id, lock=True)
    if batch.status == BatchStatus.WRITING:
        await _show(tx, batch, place, "posts.writing", written=written, posts=options_of(batch).posts, begun=begun)


async def record_written(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    batch_id: ids.BatchId,
    place: Place,
    written: Sequence[WrittenDraft],
    language: str,
    engine: str,
) -> Sequence[Post]:
    """Keep the drafts, settle the quota with as many as came, and send the draft card."""
    batch = await batch_of(tx.session, owner_id=owner_id, batch_id=batch_id, lock=True)
    preset = await preset_target(tx.session, owner_id=owner_id)
    brand = await preset_brand(tx.session, user_id=owner_id, choice=options_of(batch).brand)
    brand_id = brand.id if brand is not None else None
    posts = [
        _new_post(tx, batch, position, one, language, engine, owner_id=owner_id, preset=preset, brand_id=brand_id)
        for position, one in enumerate(written, 1)
    ]
    await tx.session.flush()
    batch.status = BatchStatus.READY
    if batch.hold_id is not None:
        await settle_hold(tx, batch.hold_id, used=len(posts))
    await _show(tx, batch, place, "posts.written", posts=len(posts), engine=engine)
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=place.chat_id,
        subject_id=posts[0].id,
        notice="posts.card",
        data=await card_of(tx.session, post=posts[0], now=tx.now, notes=written[0].notes),
        language=place.language,
        dedupe_key=f"card:{batch.id}",
    )
    return posts


async def end_writing(tx: Tx, *, owner_id: ids.UserId, batch_id: ids.BatchId, place: Place, error: AppError) -> None:
    """It failed or was cancelled: give the quota back and say so, with a way to try again."""
    batch = await batch_of(tx.session, owner_id=owner_id, batch_id=batch_id, lock=True)
    cancelled = error.error_code == CANCELLED
    batch.status = BatchStatus.CANCELLED if cancelled else BatchStatus.FAILED
    batch.error = error_row(error)
    if batch.hold_id is not None:
        await release_hold(tx, batch.hold_id)
        batch.hold_id = None
    notice = "posts.writing_cancelled" if cancelled else "posts.writing_failed"
    await _show(tx, batch, place, notice, error=batch.error)


async def bind_card(
    tx: Tx, *, post_id: ids.PostId, chat_id: TelegramId, message_id: TelegramId, first: bool = False
) -> None:
    """From now on this message shows that post. `first`: unless the user has paged on meanwhile."""
    card = insert(Card).values(chat_id=chat_id, message_id=message_id, post_id=post_id)
    place = ["chat_id", "message_id"]
    await tx.session.execute(
        card.on_conflict_do_nothing(index_elements=place)
        if first
        else card.on_conflict_do_update(index_elements=place, set_={"post_id": post_id})
    )


async def card_of(session: ReadSession, *, post: Post, now: datetime, notes: Sequence[Note] = ()) -> dict[str, object]:
    """The card of a post as it is now, with what its queue offers."""
    siblings: Sequence[Post] = [post]
    if post.batch_id is not None:
        siblings = await posts_of_batch(session, owner_id=post.owner_id, batch_id=post.batch_id)
    elif post.root_id is not None:
        siblings = await versions_of(session, post)
    target = await target_data(session, post)
    choice = await has_choice(session, owner_id=post.owner_id)
    footer = await footer_for(session, post)
    card = card_data(post, siblings, footer=footer, target=target, has_choice=choice, notes=notes)
    recurs = post.status == PostStatus.RECURRING
    series = await series_data(session, owner_id=post.owner_id, post_id=post.id, now=now) if recurs else None
    return {**card, "queue": await slot_offer(session, post, now=now), "series": series, "now": now.isoformat()}


async def _show(
    tx: Tx, batch: Batch, place: Place, notice: str, *, message_id: TelegramId | None = None, **more: object
) -> None:
    """In the message that was taken over when the writing was asked for, or the one that has replaced it since."""
    source = await source_of(tx.session, owner_id=batch.owner_id, source_id=batch.source_id, also_deleted=True)
    data = batch_data(batch, source_title=source.title, language=place.language, **more)
    await show_status(
        tx,
        owner_id=batch.owner_id,
        subject_id=batch.id,
        chat_id=place.chat_id,
        message_id=message_id,
        notice=notice,
        data=data,
    )


def _new_post(
    tx: Tx,
    batch: Batch | None,
    position: int,
    written: WrittenDraft,
    language: str,
    engine: str,
    *,
    owner_id: ids.UserId,
    preset: ids.ChannelId | None,
    post_id: ids.PostId | None = None,
    brand_id: ids.BrandId | None = None,
    entities: Sequence[Json] = (),
    media: Sequence[Json] = (),
) -> Post:
    """What is written for other platforms than Telegram comes to its owner, whatever is preset."""
    post = Post(
        id=post_id or ids.new(),
        owner_id=owner_id,
        batch_id=batch.id if batch is not None else None,
        position=position,
        platform=written.platform,
        title=written.draft.title,
        text=written.draft.text,
        entities=list(entities),
        media=list(media),
        language=language,
        engine=engine,
        status=PostStatus.DRAFT,
        channel_id=preset if written.platform is Platform.TELEGRAM else None,
        brand_id=brand_id,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(post)
    tx.session.add(PostVersion.of(post, tx.now))
    return post
