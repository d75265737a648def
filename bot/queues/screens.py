"""The queue of a chat, in one message: what waits in it, its slots, its quiet hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.channels.labels import channel_label
from bot.deliveries.actions import OpenCard
from bot.deliveries.phrases import echo, first_words
from bot.evergreen.actions import ShowPool
from bot.keyboards import pager, ticked
from bot.posts.actions import ShowPosts
from bot.queues.actions import (
    AddPreset,
    AddToQueue,
    MoveQueued,
    PauseQueue,
    Preset,
    RemoveQueued,
    RemoveTime,
    SelectQueued,
    SetQuiet,
    SetSlot,
    ShowQueue,
    ShowQueues,
    ShowQuiet,
    ShowSlots,
    ShowTime,
    TypeQuiet,
    TypeSlots,
)
from bot.queues.labels import days_label, minute_label, quiet_label, slot_label, slots_lines, weekday_label
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.texts import Texts
from core import ids
from core.channels.models import Channel
from core.db import Paged
from core.posts.models import Post, PostStatus
from core.posts.queued import is_filler, is_held_by_queue
from core.queues.moving import Move
from core.queues.slots import WEEKDAYS, Pattern, QuietHours, WeekTime

PREVIEW_UNITS = 32
LIST_UNITS = 60
QUIET_PRESETS = ((22 * 60, 7 * 60), (23 * 60, 8 * 60), (0, 6 * 60))
ICONS = {Move.TOP: "⏫", Move.UP: "⬆️", Move.DOWN: "⬇️"}


@dataclass(frozen=True, slots=True)
class Place:
    """Whose queue it is, and by which clock."""

    channel: Channel | None
    zone: str
    pattern: Pattern
    paused: bool

    @property
    def channel_id(self) -> ids.ChannelId | None:
        return self.channel.id if self.channel is not None else None

    def label(self, t: Texts) -> str:
        """For buttons and, escaped, for sentences."""
        return channel_label(self.channel) if self.channel is not None else t("👤 this chat").unescape()


@dataclass(frozen=True, slots=True)
class View:
    """What stands in a queue."""

    place: Place
    posts: Paged[Post]
    page_size: int
    next_slot: datetime | None
    pool: int
    """Evergreen posts."""
    has_others: bool
    """Whether there are queues of other chats."""
    selected: ids.PostId | None = None

    @property
    def first_number(self) -> int:
        return (self.posts.number - 1) * self.page_size + 1


@dataclass(frozen=True, slots=True)
class Row:
    """A queue among several."""

    channel: Channel | None
    has_slots: bool
    waiting: int
    paused: bool


def queues(rows: Sequence[Row], *, page: int, pages: int, t: Texts) -> Screen:
    """All places that posts can go to, each with its queue."""
    text = lines([t("📥 <b>Queues</b>"), t("Each chat has one: times of the week that posts fill by themselves.")])
    buttons = [[Button(_row_label(row, t), ShowQueue(_id_of(row.channel), 1))] for row in rows]
    return Screen(text, [*buttons, pager(page, pages, ShowQueues)])


def _id_of(channel: Channel | None) -> ids.ChannelId | None:
    return channel.id if channel is not None else None


def _row_label(row: Row, t: Texts) -> str:
    name = channel_label(row.channel) if row.channel is not None else t("👤 this chat").unescape()
    if not row.has_slots and not row.waiting:
        return t("{chat} · no slots yet", chat=name).unescape()
    paused = "⏸ " if row.paused else ""
    waiting = t.plural("{n} post", "{n} posts", row.waiting).unescape()
    return f"{paused}{name} · {waiting}"


def queue(view: View, t: Texts, now: datetime) -> Screen:
    """The coming posts; the selected one has its buttons under it."""
    place = view.place
    text: list[str] = [t("📥 <b>The queue of {chat}</b>", chat=place.label(t)), *_state_lines(place, t), ""]
    text += [_post_line(number, post, place, t, now) for number, post in _numbered(view)]
    if not view.posts.items:
        text.append(_nothing(place, t))
    if any(post.id == view.selected for _, post in _numbered(view)):
        text += ["", t("⏫ first · ⬆️ earlier · ⬇️ later · ✖️ take out · 📝 open")]
    if view.next_slot is not None:
        text += ["", t("Next free slot: {time}", time=echo(view.next_slot, place.zone, t, now))]
    return Screen(lines(text), _queue_keyboard(view, t))


def _state_lines(place: Place, t: Texts) -> list[Markup]:
    found = []
    if place.paused:
        found.append(t("⏸ <b>Paused</b>: what waits goes on when you press Go on."))
    slots = "; ".join(slots_lines(place.pattern.times, place.zone, t))
    if slots:
        found.append(t("🗓 {slots} · {zone}", slots=slots, zone=place.zone))
    if slots and not place.pattern.loud:
        found.append(t("⚠️ All slots lie in the quiet hours, so no post gets one."))
    if place.pattern.quiet is not None:
        found.append(t("🌙 Quiet: {hours}", hours=quiet_label(place.pattern.quiet, place.zone, t)))
    return found


def _numbered(view: View) -> list[tuple[int, Post]]:
    return list(enumerate(view.posts.items, view.first_number))


def _post_line(number: int, post: Post, place: Place, t: Texts, now: datetime) -> Markup:
    words = first_words(post.title, post.text, LIST_UNITS) or t("(no words)").unescape()
    shown = Markup("{}{}").format(_sign(post), words)
    if place.paused or post.due_at is None:
        return Markup("{}. {}").format(number, shown)
    return Markup("{}. <b>{}</b> · {}").format(number, slot_label(post.due_at, place.zone, t, now=now), shown)


def _sign(post: Post) -> str:
    if is_filler(post):
        return "♻️ "
    return "⏸ " if post.status == PostStatus.ON_HOLD and not is_held_by_queue(post) else ""


def _nothing(place: Place, t: Texts) -> Markup:
    if not place.pattern.times:
        return t("It has no slots yet. Set the times of the week, and then add posts with 📥 on their cards.")
    return t("Nothing waits here. Open a post and press 📥 Add to queue.")


def _queue_keyboard(view: View, t: Texts) -> Keyboard:
    place, channel_id = view.place, view.place.channel_id
    rows: list[Sequence[Button]] = []
    for number, post in _numbered(view):
        words = first_words(post.title, post.text, PREVIEW_UNITS)
        chosen = post.id == view.selected
        label = ticked(f"{number}. {_sign(post)}{words}", chosen)
        rows.append([Button(label, ShowQueue(channel_id, view.posts.number) if chosen else SelectQueued(post.id))])
        if chosen:
            rows.append(_moves(post))
    rows.append(pager(view.posts.number, view.posts.pages, lambda page: ShowQueue(channel_id, page)))
    pause = Button(t("▶️ Go on"), PauseQueue(channel_id, wanted=False))
    if not place.paused:
        pause = Button(t("⏸ Pause"), PauseQueue(channel_id, wanted=True))
    rows.append([Button(t("🗓 Slots"), ShowSlots(channel_id)), Button(t("🌙 Quiet hours"), ShowQuiet(channel_id))])
    pool = t("♻️ Evergreen {count}", count=view.pool) if view.pool else t("♻️ Evergreen")
    rows.append([pause, Button(pool, ShowPool(channel_id, 1))])
    last = [Button(t("📚 My posts"), ShowPosts(page=1))]
    rows.append([Button(t("‹ Queues"), ShowQueues(1)), *last] if view.has_others else last)
    return rows


def _moves(post: Post) -> list[Button]:
    seen_at = int(post.due_at.timestamp()) if post.due_at is not None else 0
    moves = [Button(icon, MoveQueued(post.id, move, seen_at)) for move, icon in ICONS.items()]
    return [*moves, Button("✖️", RemoveQueued(post.id)), Button("📝", OpenCard(post.id))]


def slots(place: Place, t: Texts, *, added: Sequence[WeekTime] = (), then: ids.PostId | None = None) -> Screen:
    """The week. `added`: what has just been understood; `then`: the post that waits for a queue."""
    channel_id = place.channel_id
    text: list[str] = [t("🗓 <b>Slots of {chat}</b>", chat=place.label(t))]
    if added:
        understood = "; ".join(slots_lines(added, place.zone, t))
        text.append(t("✅ Added: {slots}", slots=understood))
    text += ["", *_week(place, t), ""]
    if place.pattern.times - place.pattern.loud:
        text.append(t("🌙 What lies in the quiet hours ({hours}) is left out.", hours=_quiet_hours(place, t)))
    text.append(t("Times are for {zone}.", zone=place.zone))
    times = [
        Button(f"{minute_label(minute, place.zone, t)} · {days_label(days, t)}", ShowTime(channel_id, minute))
        for minute, days in _by_minute(place.pattern.times).items()
    ]
    presets = [
        Button(f"+ {preset_label(preset, place.zone, t)}", AddPreset(channel_id, preset))
        for preset in Preset
        if not place.pattern.times.issuperset(PRESETS[preset])
    ]
    keyboard: list[Sequence[Button]] = [[button] for button in times]
    keyboard += rows_of(presets, columns=2)
    keyboard.append([Button(t("⌨️ Type times"), TypeSlots(channel_id))])
    if then is not None and place.pattern.loud:
        keyboard.append([Button(t("📥 Add the post to the queue"), AddToQueue(then))])
    keyboard.append([Button(t("‹ Back"), ShowQueue(channel_id, 1) if then is None else OpenCard(then))])
    return Screen(lines(text), keyboard)


def _quiet_hours(place: Place, t: Texts) -> str:
    return quiet_label(place.pattern.quiet, place.zone, t) if place.pattern.quiet is not None else ""


def _week(place: Place, t: Texts) -> list[Markup]:
    """A line a day."""
    if not place.pattern.times:
        return [t("No slots yet. Take a suggestion, or type your own times.")]
    by_day: dict[int, list[WeekTime]] = {day: [] for day in WEEKDAYS}
    for slot in sorted(place.pattern.times):
        by_day[slot.weekday].append(slot)
    return [
        Markup("<b>{}</b>  {}").format(
            weekday_label(day, t), "  ".join(minute_label(slot.minute, place.zone, t) for slot in found) or "–"
        )
        for day, found in by_day.items()
    ]


def _by_minute(times: frozenset[WeekTime]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for slot in sorted(times, key=lambda slot: (slot.minute, slot.weekday)):
        found.setdefault(slot.minute, []).append(slot.weekday)
    return found


PRESETS: Mapping[Preset, frozenset[WeekTime]] = {
    Preset.WORKDAYS_AT_9: frozenset(WeekTime(day, 9 * 60) for day in range(5)),
    Preset.WORKDAYS_AT_18: frozenset(WeekTime(day, 18 * 60) for day in range(5)),
    Preset.DAILY_AT_12: frozenset(WeekTime(day, 12 * 60) for day in WEEKDAYS),
    Preset.WEEKEND_AT_11: frozenset(WeekTime(day, 11 * 60) for day in (5, 6)),
}


def preset_label(preset: Preset, zone: str, t: Texts) -> str:
    return slots_lines(PRESETS[preset], zone, t)[0]


def time_of_day(place: Place, minute: int, t: Texts) -> Screen:
    """On which weekdays there is a slot at this time."""
    chosen = {slot.weekday for slot in place.pattern.times if slot.minute == minute}
    clock, channel_id = minute_label(minute, place.zone, t), place.channel_id
    days = [
        Button(ticked(weekday_label(day, t), day in chosen), SetSlot(channel_id, day, minute, day not in chosen))
        for day in WEEKDAYS
    ]
    remove = [Button(t("🗑 Remove {clock}", clock=clock), RemoveTime(channel_id, minute))]
    return Screen(
        t("🗓 <b>{clock} in {chat}</b>: on which days?", clock=clock, chat=place.label(t)),
        [*rows_of(days, columns=4), remove, [Button(t("‹ Back"), ShowSlots(channel_id))]],
    )


def ask_slots(place: Place, t: Texts) -> Screen:
    """What the next message will be taken for."""
    text = [
        t("⌨️ <b>Which times of the week?</b> They are for {zone}.", zone=place.zone),
        slot_examples(t),
    ]
    return Screen(lines(text), [[Button(t("‹ Back"), ShowSlots(place.channel_id))]])


def slot_examples(t: Texts) -> Markup:
    return t("For example: <i>Mon-Fri 09:00, 18:00</i>, <i>daily 12:00</i>, <i>Sat, Sun 10am</i>.")


def quiet(place: Place, t: Texts) -> Screen:
    """In which hours nothing goes out of the queue."""
    now, channel_id = place.pattern.quiet, place.channel_id
    text = [t("🌙 <b>Quiet hours of {chat}</b>", chat=place.label(t))]
    if now is not None:
        text.append(t("From {hours}, {zone}.", hours=quiet_label(now, place.zone, t), zone=place.zone))
    text.append(t("The queue leaves out slots in these hours, and I warn you before a post that you plan for them."))
    presets = [
        Button(
            ticked(quiet_label(QuietHours(*hours), place.zone, t), now == QuietHours(*hours)),
            SetQuiet(channel_id, *hours),
        )
        for hours in QUIET_PRESETS
    ]
    off = Button(ticked(t("None").unescape(), now is None), SetQuiet(channel_id, None, None))
    typed = Button(t("⌨️ Type hours"), TypeQuiet(channel_id))
    return Screen(
        lines(text), [*rows_of([*presets, off], columns=2), [typed], [Button(t("‹ Back"), ShowQueue(channel_id, 1))]]
    )


def ask_quiet(place: Place, t: Texts) -> Screen:
    """What the next message will be taken for."""
    text = [t("⌨️ <b>From when until when?</b> For {zone}.", zone=place.zone), quiet_examples(t)]
    return Screen(lines(text), [[Button(t("‹ Back"), ShowQuiet(place.channel_id))]])


def quiet_examples(t: Texts) -> Markup:
    return t("For example: <i>22:00-07:00</i>, <i>10pm to 8am</i>.")
