"""Looking at a post before it goes out: what speaks against it, and what would mend that. Nothing is changed here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.channels.models import ChannelState
from core.db import Json, ReadSession
from core.posts.content import footer_for, message_of
from core.posts.dates import has_date
from core.posts.makeup import Footer, draft_problems, layouts_for, needs_layout, one_message_limit, units_of
from core.posts.models import Layout, Post, PostStatus
from core.posts.originals import overlap_with_original
from core.posts.platforms import WANT_MEDIA, Draft, Platform, ProblemCode, is_blank
from core.posts.targets import target_data
from core.queues.free import next_free_slot, zone_of
from core.queues.queries import queue_of, quiet_hours_of
from core.queues.slots import MINUTES_OF_DAY, clock_of, minute_of
from core.telegram.parts import parts_of
from core.telegram.splitting import ENTITY_LIMIT
from core.when.times import at_local, local_day

REPEATED_WITHIN = timedelta(days=60)
"""The same text in the same place so soon is told."""
APART = timedelta(hours=1)
"""Two posts in the same place are at least so far from each other, or it is told."""
LOOK_AHEAD = timedelta(days=7)
"""How far to look for an hour without another post."""
NEIGHBOURS_MAX = 500
TAKING_PLACE = (
    PostStatus.SCHEDULED,
    PostStatus.ON_HOLD,
    PostStatus.PUBLISHING,
    PostStatus.PUBLISHED,
    PostStatus.PARTIALLY_PUBLISHED,
    PostStatus.UNCONFIRMED,
)


class Severity(StrEnum):
    STOPS = "stops"
    """It can't go out like that."""
    WARNS = "warns"


class FindingCode(StrEnum):
    EMPTY = "check.empty"
    NOT_READY = "check.not_ready"
    """Params: kind, title, state, connected: the chat's."""
    TOO_LONG = "check.too_long"
    """For one message. Params: length, limit, media (how many), messages (as it would go out)."""
    TOO_FORMATTED = "check.too_formatted"
    """Short enough, but with more pieces of formatting than one message keeps. Params: pieces, limit, messages."""
    PLATFORM = "check.platform"
    """The platform wouldn't take it. Params: platform, problem (code), params (of the problem)."""
    NO_MEDIA = "check.no_media"
    """Params: platform."""
    DUPLICATE = "check.duplicate"
    """Params: post_id, at, status: the other one's."""
    CROWDED = "check.crowded"
    """Params: post_id, at: the other one's; free_at: the next moment without a neighbour, or None; next_slot."""
    UNORIGINAL = "check.unoriginal"
    """It says in a video's words what it should say in its own. Params: percent, passages."""
    VARIABLE = "check.variable"
    """{date} stands in it, which is filled in copies only. Params: name."""
    QUIET = "check.quiet"
    """In the hours in which nothing should go there. Params: free_at: their end; next_slot."""


class Fix(StrEnum):
    """What mends a finding at one press."""

    EDIT = "edit"
    OWN_WORDS = "own_words"
    """Needs a writer that follows any instruction."""
    SHORTER = "shorter"
    SPLIT = "split"
    TEXT_FIRST = "text_first"
    ADD_MEDIA = "add_media"
    OPEN_OTHER = "open_other"
    LATER = "later"
    NEXT_SLOT = "next_slot"
    ELSEWHERE = "elsewhere"
    TO_ME = "to_me"


_FIXES = {Layout.SPLIT: Fix.SPLIT, Layout.TEXT_FIRST: Fix.TEXT_FIRST}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against a post. Params are plain data; instants are in ISO format."""

    code: FindingCode
    severity: Severity
    fixes: tuple[Fix, ...]
    params: Json = field(default_factory=dict)

    @property
    def stops(self) -> bool:
        return self.severity is Severity.STOPS


async def problems_before(
    session: ReadSession,
    post: Post,
    *,
    due_at: datetime,
    now: datetime,
    in_slot: bool = False,
    repeats: bool = False,
) -> Sequence[Finding]:
    """All that speaks against sending a post at `due_at` as it is, what stops it first; empty when nothing does.

    `in_slot`: `due_at` is a slot of its target's queue. Its neighbours in the queue are as near as its owner wants.

    `repeats`: it goes out again and again, each time as a copy. The post needn't be stored yet, but its make-up must be
    set.
    """
    found = [
        *_text(post),
        *await _place(session, post),
        *length_problems(post, await footer_for(session, post)),
        *_platform(post),
        *_media(post),
        *(_variable(post) if not repeats else ()),
        *await _duplicates(session, post, due_at=due_at),
        *await _borrowed(session, post),
        *await _quiet(session, post, due_at=due_at, now=now),
        *await _neighbours(session, post, due_at=due_at, now=now, in_slot=in_slot),
    ]
    return sorted(found, key=lambda finding: not finding.stops)


async def _place(session: ReadSession, post: Post) -> list[Finding]:
    """Whether anything can go there."""
    target = await target_data(session, post)
    if target is None or (target["connected"] and target["state"] == ChannelState.READY):
        return []
    params = {name: target[name] for name in ("kind", "title", "state", "connected")}
    return [Finding(FindingCode.NOT_READY, Severity.STOPS, (Fix.ELSEWHERE, Fix.TO_ME), params)]


def _text(post: Post) -> list[Finding]:
    if post.media or not is_blank(post.title + post.text):
        return []
    return [Finding(FindingCode.EMPTY, Severity.STOPS, (Fix.EDIT,))]


def length_problems(post: Post, footer: Footer) -> list[Finding]:
    """Of what is too long for one message of Telegram's, while its owner hasn't said how to lay it out."""
    if not needs_layout(post, footer):
        return []
    layouts = tuple(_FIXES[layout] for layout in layouts_for(post))
    message = message_of(post, footer)
    messages = sum(part.messages for part in parts_of(message))
    length, limit = units_of(post, footer), one_message_limit(post)
    if length <= limit:
        params = {"pieces": len(message.entities), "limit": ENTITY_LIMIT, "messages": messages}
        return [Finding(FindingCode.TOO_FORMATTED, Severity.WARNS, layouts, params)]
    params = {"length": length, "limit": limit, "media": len(post.media), "messages": messages}
    return [Finding(FindingCode.TOO_LONG, Severity.WARNS, (*layouts, Fix.SHORTER), params)]


def _platform(post: Post) -> list[Finding]:
    """What the platform wouldn't take; that something is empty is told already."""
    platform = Platform(post.platform)
    found = draft_problems(platform, Draft(post.text, post.title), has_media=bool(post.media))
    return [
        Finding(
            FindingCode.PLATFORM,
            Severity.WARNS,
            (Fix.EDIT, Fix.SHORTER) if each.code is ProblemCode.TOO_LONG else (Fix.EDIT,),
            {"platform": platform, "problem": each.code, "params": each.params},
        )
        for each in found
        if each.code is not ProblemCode.EMPTY
    ]


def _media(post: Post) -> list[Finding]:
    if post.media or post.platform not in WANT_MEDIA:
        return []
    return [Finding(FindingCode.NO_MEDIA, Severity.WARNS, (Fix.ADD_MEDIA,), {"platform": post.platform})]


def _variable(post: Post) -> list[Finding]:
    """What was kept from a template for posts that repeat."""
    return [Finding(FindingCode.VARIABLE, Severity.WARNS, (Fix.EDIT,), {"name": "date"})] if has_date(post) else []


async def _duplicates(session: ReadSession, post: Post, *, due_at: datetime) -> list[Finding]:
    """The nearest post with the same words in the same place: letters' case and white space don't count."""
    same = select(Post.id, Post.due_at, Post.status).where(
        *_others(post),
        Post.due_at.between(due_at - REPEATED_WITHIN, due_at + REPEATED_WITHIN),
        first_word(Post.text) == first_word(post.text),
        words(Post.text) == words(post.text),
        Post.title == post.title,
    )
    distance = func.abs(func.extract("epoch", Post.due_at - due_at))
    nearest = (await session.execute(same.order_by(distance).limit(1))).one_or_none()
    if nearest is None or is_blank(post.text):
        return []
    params = {"post_id": str(nearest.id), "at": nearest.due_at.isoformat(), "status": nearest.status}
    return [Finding(FindingCode.DUPLICATE, Severity.WARNS, (Fix.OPEN_OTHER,), params)]


async def _borrowed(session: ReadSession, post: Post) -> list[Finding]:
    """Of one's own version of a video: the passages that are the video's."""
    overlap = await overlap_with_original(session, post)
    if overlap is None:
        return []
    params = {"percent": round(100 * overlap.share), "passages": list(overlap.passages)}
    return [Finding(FindingCode.UNORIGINAL, Severity.WARNS, (Fix.OWN_WORDS, Fix.EDIT), params)]


async def _quiet(session: ReadSession, post: Post, *, due_at: datetime, now: datetime) -> list[Finding]:
    queue = await queue_of(session, owner_id=post.owner_id, channel_id=post.channel_id)
    quiet = quiet_hours_of(queue) if queue is not None else None
    zone = await zone_of(session, post.owner_id)
    if quiet is None or not quiet.cover(minute_of(due_at, zone)):
        return []
    today = local_day(due_at, zone)
    ends = (at_local(day, clock_of(quiet.ends % MINUTES_OF_DAY), zone) for day in (today, today + timedelta(days=1)))
    return [
        await _movable(session, post, FindingCode.QUIET, {"free_at": min(at for at in ends if at > due_at)}, now=now)
    ]


async def _movable(session: ReadSession, post: Post, code: FindingCode, params: Json, *, now: datetime) -> Finding:
    """Something that another time mends: `free_at` (an instant, or None), or the queue's next slot."""
    next_slot = await next_free_slot(session, owner_id=post.owner_id, channel_id=post.channel_id, now=now)
    moments = {"free_at": params["free_at"], "next_slot": next_slot}
    fixes = [
        *([Fix.LATER] if moments["free_at"] else []),
        *([Fix.NEXT_SLOT] if next_slot else []),
        *([Fix.OPEN_OTHER] if "post_id" in params else []),
    ]
    told = {name: at.isoformat() if at else None for name, at in moments.items()}
    return Finding(code, Severity.WARNS, tuple(fixes), {**params, **told})


async def _neighbours(
    session: ReadSession, post: Post, *, due_at: datetime, now: datetime, in_slot: bool
) -> list[Finding]:
    """What goes out in the same place within the hour; a filler in its slot makes room."""
    in_queue = Post.queue_id.is_not(None)
    makes_room = and_(in_queue, Post.template_id.is_not(None), Post.due_at == due_at)
    around = (
        select(Post.id, Post.due_at)
        .where(*_others(post), Post.due_at > due_at - APART, Post.due_at < due_at + LOOK_AHEAD)
        .where(~in_queue if in_slot else ~makes_room)
        .order_by(Post.due_at)
        .limit(NEIGHBOURS_MAX)
    )
    others = (await session.execute(around)).all()
    near = [each for each in others if abs(each.due_at - due_at) < APART]
    if not near:
        return []
    nearest = min(near, key=lambda each: abs(each.due_at - due_at))
    free_at = free_from(due_at, [each.due_at for each in others])
    params = {
        "post_id": str(nearest.id),
        "at": nearest.due_at.isoformat(),
        "free_at": free_at if free_at < due_at + LOOK_AHEAD - APART else None,
    }
    return [await _movable(session, post, FindingCode.CROWDED, params, now=now)]


def free_from(wanted: datetime, taken: Sequence[datetime]) -> datetime:
    """The first moment from `wanted` on that is an hour away from each of `taken` (in their order)."""
    free = wanted
    for each in taken:
        if abs(each - free) < APART:
            free = each + APART
    return free


def _others(post: Post) -> list[ColumnElement[bool]]:
    """The owner's other posts in the same place. What repeats on purpose (a series, the evergreen pool) is none."""
    if post.channel_id is not None:
        same_place = [Post.channel_id == post.channel_id]
    else:
        same_place = [Post.channel_id.is_(None), Post.platform == post.platform]
    origin = post.template_id or post.id
    repeats = [] if origin is None else [or_(Post.template_id.is_(None), Post.template_id != origin), Post.id != origin]
    return [
        Post.owner_id == post.owner_id,
        Post.deleted_at.is_(None),
        Post.status.in_(TAKING_PLACE),
        *same_place,
        *repeats,
        *([Post.id != post.id] if post.id is not None else []),
    ]


def first_word(text: Any) -> ColumnElement[str]:
    """Cheap beside `_words`, and nearly all other posts begin otherwise."""
    return func.lower(func.substring(text, r"\S+"))


def words(text: Any) -> ColumnElement[str]:
    """A text as it is compared with others."""
    return func.lower(func.btrim(func.regexp_replace(text, r"\s+", " ", "g")))
