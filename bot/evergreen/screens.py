"""Evergreen posts: the pool of a queue, and one post of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.channels.labels import channel_label
from bot.deliveries.actions import OpenCard
from bot.deliveries.phrases import first_words, moment
from bot.evergreen.actions import ChangeEvergreen, RemoveEvergreen, ShowEvergreen, ShowPool
from bot.keyboards import pager, ticked
from bot.posts.actions import ShowPosts
from bot.queues.actions import ShowQueue, ShowSlots
from bot.queues.labels import slot_label
from bot.screens import Button, Screen, lines, rows_of
from bot.texts import Texts
from core import ids
from core.channels.models import Channel
from core.db import Paged
from core.evergreen.models import EvergreenPost
from core.evergreen.queries import Turn
from core.evergreen.service import COOL_DOWN_DAYS, REPEATS_MAX
from core.posts.models import Post

PREVIEW_UNITS = 40
TEXT_UNITS = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """A post of a pool, and when its turn is."""

    row: EvergreenPost
    post: Post | None
    """None: it was deleted."""
    turn: Turn


def pool(
    entries: Sequence[Entry],
    found: Paged[EvergreenPost],
    channel: Channel | None,
    *,
    first: int,
    zone: str,
    t: Texts,
    now: datetime,
) -> Screen:
    """What fills the slots of a queue that nothing else takes. `first`: the number of the first one shown."""
    channel_id = channel.id if channel is not None else None
    place = channel_label(channel) if channel is not None else t("👤 this chat").unescape()
    text: list[str] = [
        t("♻️ <b>Evergreen posts of {chat}</b>", chat=place),
        t("They fill slots that nothing else has taken a day before. Each rests between two times."),
        "",
    ]
    text += [_line(number, entry, zone, t, now) for number, entry in enumerate(entries, first)]
    if not entries:
        text.append(t("None yet. Open a draft or a published post, and press ♻️ Evergreen."))
    buttons = [
        [Button(f"{number}. {_words(entry, t)}", ShowEvergreen(entry.row.post_id))]
        for number, entry in enumerate(entries, first)
    ]
    back = Button(t("‹ Queue"), ShowQueue(channel_id, 1))
    turn = pager(found.number, found.pages, lambda page: ShowPool(channel_id, page))
    return Screen(lines(text), [*buttons, turn, [back, Button(t("📚 My posts"), ShowPosts(page=1))]])


def _words(entry: Entry, t: Texts) -> str:
    if entry.post is None:
        return t("(deleted)").unescape()
    return first_words(entry.post.title, entry.post.text, PREVIEW_UNITS) or t("(no words)").unescape()


def _line(number: int, entry: Entry, zone: str, t: Texts, now: datetime) -> Markup:
    return Markup("{}. {}\n     <i>{}</i>").format(
        number, _words(entry, t), Markup(" · ").join([_repeats(entry.row, t), *_turn(entry, zone, t, now)])
    )


def _repeats(row: EvergreenPost, t: Texts) -> Markup:
    return t("{n}/{most} times", n=row.repeats, most=row.repeats_max or "∞")


def _turn(entry: Entry, zone: str, t: Texts, now: datetime) -> list[Markup]:
    last, coming = entry.turn.last_at, entry.turn.next_at
    told = []
    if last is not None and last > now:
        told.append(t("goes out {time}", time=slot_label(last, zone, t, now=now)))
    elif last is not None:
        told.append(t("last {time}", time=moment(last, zone, t, now)))
    if coming is None:
        told.append(t("has had all its turns"))
    elif coming <= now:
        told.append(t("ready"))
    else:
        told.append(t("again from {time}", time=moment(coming, zone, t, now)))
    return told


def evergreen(
    entry: Entry, channel_id: ids.ChannelId | None, *, has_slots: bool, zone: str, t: Texts, now: datetime
) -> Screen:
    """One post: how often, and how long it rests."""
    row = entry.row
    text: list[str] = [
        t("♻️ <b>Evergreen</b>"),
        t("Copies of it fill slots that nothing else has taken."),
        Markup(" · ").join([_repeats(row, t), *_turn(entry, zone, t, now)]),
    ]
    if not has_slots:
        text.append(t("⚠️ Its queue has no slots yet, so it doesn't go out."))
    words = first_words(entry.post.title, entry.post.text, TEXT_UNITS) if entry.post is not None else t("(deleted)")
    text += ["", Markup("<i>{}</i>").format(words), "", t("How long it rests, and how often it goes out at most:")]
    last = [Button(t("🗑 Not evergreen"), RemoveEvergreen(row.post_id))]
    if entry.post is not None:
        last.append(Button(t("📝 Open it"), OpenCard(row.post_id)))
    slots = [] if has_slots else [[Button(t("🗓 Set slots"), ShowSlots(channel_id))]]
    back = [Button(t("‹ Pool"), ShowPool(channel_id, 1))]
    return Screen(lines(text), [*_choices(row, t), *slots, last, back])


def _choices(row: EvergreenPost, t: Texts) -> list[list[Button]]:
    rests = [
        Button(
            ticked(t.plural("{n} day", "{n} days", days).unescape(), days == row.cool_down_days),
            ChangeEvergreen(row.post_id, days, row.repeats_max),
        )
        for days in COOL_DOWN_DAYS
    ]
    repeats = [
        Button(
            ticked(f"{most} ×" if most is not None else "∞", most == row.repeats_max),
            ChangeEvergreen(row.post_id, row.cool_down_days, most),
        )
        for most in REPEATS_MAX
    ]
    return [*rows_of(rests, columns=4), *rows_of(repeats, columns=4)]


def removed(post_id: ids.PostId, channel_id: ids.ChannelId | None, t: Texts) -> Screen:
    """With a way back."""
    return Screen(
        t("♻️ It isn't evergreen any more. A copy that is planned already stays in its slot."),
        [[Button(t("↩️ Undo"), ShowEvergreen(post_id)), Button(t("‹ Pool"), ShowPool(channel_id, 1))]],
    )
