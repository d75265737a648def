"""Posts that a series makes of its template: planned in bulk, brought up to date with it, withdrawn. Copies of
evergreen posts (core/posts/fillers.py) are brought up to date here, too.

Who does any of this locks the series before the template, and the template before its copies.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, Text, Uuid, column, func, insert, literal, select
from sqlalchemy.dialects import postgresql

from core import ids
from core.accounts.service import telegram_ids, user_of, users_of
from core.channels.models import ChannelState
from core.channels.queries import channels_by_id
from core.db import Json, ReadSession, TelegramId, any_of
from core.deliveries.bulk import NewDelivery, release_dedupe_key, schedule_many
from core.deliveries.models import DeliveryStatus
from core.deliveries.service import cancel_deliveries, replace_content
from core.deliveries.statuses import show_status, status_message_of
from core.posts.content import content_for, post_content
from core.posts.dates import fill_date, has_date
from core.posts.makeup import COPIED, NO_FOOTER, Footer, entities_of
from core.posts.models import Post, PostStatus, PostVersion
from core.posts.views import post_data
from core.tx import Tx

WAITING = (PostStatus.SCHEDULED, PostStatus.ON_HOLD)
SAME = ("owner_id", "platform", "title", "text", "language", "engine", "channel_id", *COPIED)
"""What a copy has of its template."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One occurrence that becomes a post."""

    series_id: ids.SeriesId
    occurrence: datetime
    """By the wall clock, as the rule gives it: each is made once."""
    template_id: ids.PostId
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Template:
    """A post that recurs, and where its copies go."""

    post: Post
    chat_id: TelegramId
    ready: bool
    """Whether posts can go there now; otherwise they wait."""
    connected: bool
    """False: its owner has disconnected the chat."""
    content: Json
    footer: Footer


@dataclass(frozen=True, slots=True)
class PlannedCopy:
    """A copy as its series shows it."""

    post_id: ids.PostId
    occurrence: datetime
    status: PostStatus
    due_at: datetime


async def templates_by_id(tx: Tx, post_ids: Collection[ids.PostId]) -> Mapping[ids.PostId, Template]:
    """Templates that are there, locked against changes: who changes one changes its copies, too."""
    found = await tx.session.scalars(
        select(Post)
        .where(Post.id == any_of(post_ids), Post.deleted_at.is_(None))
        .order_by(Post.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    posts = found.all()
    owners = await telegram_ids(tx.session, {post.owner_id for post in posts})
    channels = await channels_by_id(tx.session, {post.channel_id for post in posts if post.channel_id is not None})
    templates = {}
    for post in posts:
        channel = channels.get(post.channel_id) if post.channel_id is not None else None
        footer = Footer(channel.footer, entities_of(channel.footer_entities)) if channel is not None else NO_FOOTER
        templates[post.id] = Template(
            post,
            chat_id=channel.chat_id if channel is not None else owners[post.owner_id],
            ready=channel is None or channel.state == ChannelState.READY,
            connected=channel is None or channel.disconnected_at is None,
            content=post_content(post, footer),
            footer=footer,
        )
    return templates


async def plan_copies(tx: Tx, wanted: Sequence[Copy], templates: Mapping[ids.PostId, Template]) -> int:
    """Make the posts and their deliveries, each occurrence once, whoever else plans it. Gives how many are new.

    Where the chat takes nothing now, they are on hold.
    """
    if not wanted:
        return 0
    made = {ids.PostId(ids.new()): copy for copy in wanted}
    rows = await tx.session.scalars(_insert_copies(tx, made, templates))
    new = [(post_id, made[post_id]) for post_id in rows.all()]
    dated = await _fill_dates(tx, new, templates)
    await tx.session.execute(_insert_versions(tx, [post_id for post_id, _ in new]))
    await schedule_many(
        tx, [_delivery(post_id, copy, templates[copy.template_id], dated.get(post_id)) for post_id, copy in new]
    )
    return len(new)


async def _fill_dates(
    tx: Tx, new: Sequence[tuple[ids.PostId, Copy]], templates: Mapping[ids.PostId, Template]
) -> dict[ids.PostId, Json]:
    """Copies that say their own day: what goes out of each."""
    dated = {
        post_id: templates[copy.template_id] for post_id, copy in new if has_date(templates[copy.template_id].post)
    }
    if not dated:
        return {}
    users = await users_of(tx.session, {template.post.owner_id for template in dated.values()})
    copies = await tx.session.scalars(select(Post).where(Post.id == any_of(list(dated))))
    contents = {}
    for copy in copies:
        fill_date(copy, users[copy.owner_id].time_zone)
        contents[copy.id] = post_content(copy, dated[copy.id].footer)
    await tx.session.flush()
    return contents


def _insert_copies(tx: Tx, made: Mapping[ids.PostId, Copy], templates: Mapping[ids.PostId, Template]) -> Any:
    """The templates' values are copied where they are, in the database."""
    copies = list(made.values())
    ready = [templates[copy.template_id].ready for copy in copies]
    wanted = (
        func.unnest(
            literal(list(made), ARRAY(Uuid)),
            literal([copy.template_id for copy in copies], ARRAY(Uuid)),
            literal([copy.series_id for copy in copies], ARRAY(Uuid)),
            literal([copy.occurrence for copy in copies], ARRAY(DateTime(timezone=False))),
            literal([copy.due_at for copy in copies], ARRAY(DateTime(timezone=True))),
            literal([PostStatus.SCHEDULED if each else PostStatus.ON_HOLD for each in ready], ARRAY(Text)),
        )
        .table_valued(
            column("id", Uuid),
            column("template_id", Uuid),
            column("series_id", Uuid),
            column("occurrence", DateTime(timezone=False)),
            column("due_at", DateTime(timezone=True)),
            column("status", Text),
            name="wanted",
        )
        .render_derived()
    )
    own = ("id", "template_id", "series_id", "occurrence", "due_at", "status")
    now = literal(tx.now, DateTime(timezone=True))
    fixed = {"position": literal(1), "version": literal(1), "created_at": now, "updated_at": now}
    source = select(
        *(wanted.c[name] for name in own), *(getattr(Post, name) for name in SAME), *fixed.values()
    ).join_from(wanted, Post, Post.id == wanted.c.template_id)
    return (
        postgresql.insert(Post)
        .from_select([*own, *SAME, *fixed], source, include_defaults=False)
        .on_conflict_do_nothing(index_elements=["series_id", "occurrence"])
        .returning(Post.id)
    )


def _insert_versions(tx: Tx, post_ids: Sequence[ids.PostId]) -> Any:
    said = ("title", "text", "entities", "engine")
    copied = (getattr(Post, name) for name in said)
    now = literal(tx.now, DateTime(timezone=True))
    source = select(Post.id, literal(1), *copied, now).where(Post.id == any_of(post_ids))
    return insert(PostVersion).from_select(["post_id", "number", *said, "created_at"], source, include_defaults=False)


def _delivery(post_id: ids.PostId, copy: Copy, template: Template, content: Json | None) -> NewDelivery:
    return NewDelivery(
        owner_id=template.post.owner_id,
        subject_id=post_id,
        chat_id=template.chat_id,
        content=content or template.content,
        due_at=copy.due_at,
        status=DeliveryStatus.SCHEDULED if template.ready else DeliveryStatus.ON_HOLD,
        dedupe_key=f"series:{copy.series_id}:{copy.occurrence.isoformat()}",
    )


async def withdraw_copies(
    tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId, occurrences: Iterable[datetime] | None = None
) -> list[datetime]:
    """Take back the copies that aren't on their way: all, or those of some occurrences. Gives the occurrences: they
    may be planned again. A copy that its owner has heard of says what became of it.
    """
    mine = [*_of_series(owner_id, series_id), Post.status.in_(WAITING)]
    if occurrences is not None:
        mine.append(Post.occurrence.in_(list(occurrences)))
    found = await tx.session.scalars(
        select(Post).where(*mine).order_by(Post.id).with_for_update().execution_options(populate_existing=True)
    )
    withdrawn = []
    for post in found.all():
        if post.occurrence is not None and await cancel_deliveries(tx, owner_id=owner_id, subject_id=post.id):
            withdrawn.append(post.occurrence)
            await release_dedupe_key(tx, owner_id=owner_id, subject_id=post.id)
            await _tell_withdrawn(tx, post)
            post.status, post.occurrence = PostStatus.CANCELLED, None
            post.deleted_at = post.updated_at = tx.now
    await tx.session.flush()
    return withdrawn


async def _tell_withdrawn(tx: Tx, post: Post) -> None:
    status = await status_message_of(tx.session, owner_id=post.owner_id, subject_id=post.id)
    if status is not None:
        data = {**status.data, **post_data(post), "series_id": str(post.series_id)}
        await show_status(
            tx,
            owner_id=post.owner_id,
            subject_id=post.id,
            chat_id=status.chat_id,
            notice="series.withdrawn",
            data=data,
        )


async def replan_copies(tx: Tx, template: Post) -> None:
    """The template goes elsewhere now: so do the copies of its series that nobody has begun to send."""
    await tx.session.flush()
    waiting = await _waiting_copies(tx, template)
    again = [
        Copy(post.series_id, post.occurrence, template.id, post.due_at)
        for post in waiting
        if post.series_id is not None and post.occurrence is not None and post.due_at is not None
    ]
    for series_id in {copy.series_id for copy in again}:
        await withdraw_copies(tx, owner_id=template.owner_id, series_id=series_id)
    await plan_copies(tx, again, await templates_by_id(tx, [template.id]))


async def refresh_copies(tx: Tx, template: Post) -> None:
    """The template has changed: so do the copies that nobody has begun to send, of its series and of its pool."""
    zone = (await user_of(tx.session, template.owner_id)).time_zone if has_date(template) else None
    for post in await _waiting_copies(tx, template):
        for name in ("title", "text", "engine", *COPIED):
            setattr(post, name, getattr(template, name))
        if has_date(template):
            fill_date(post, zone)
        post.version, post.updated_at = post.version + 1, tx.now
        tx.session.add(PostVersion.of(post, tx.now))
        content = await content_for(tx.session, post)
        await replace_content(tx, owner_id=post.owner_id, subject_id=post.id, content=content)


async def _waiting_copies(tx: Tx, template: Post) -> Sequence[Post]:
    found = await tx.session.scalars(
        select(Post)
        .where(
            Post.template_id == template.id,
            Post.owner_id == template.owner_id,
            Post.status.in_(WAITING),
            Post.deleted_at.is_(None),
        )
        .order_by(Post.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def copies_of(
    session: ReadSession, *, owner_id: ids.UserId, series_id: ids.SeriesId, since: datetime
) -> Mapping[datetime, PlannedCopy]:
    """The copies by occurrence whose time lies after `since` or that wait for a decision."""
    found = await session.scalars(
        select(Post).where(*_of_series(owner_id, series_id), Post.occurrence.is_not(None), Post.due_at > since)
    )
    return {
        post.occurrence: PlannedCopy(post.id, post.occurrence, PostStatus(post.status), post.due_at)
        for post in found.all()
        if post.occurrence is not None and post.due_at is not None
    }


def _of_series(owner_id: ids.UserId, series_id: ids.SeriesId) -> list[Any]:
    return [Post.series_id == series_id, Post.owner_id == owner_id, Post.deleted_at.is_(None)]
