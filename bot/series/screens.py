"""A post that recurs: its rule, what comes next, and what can be done about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.deliveries.actions import ShowCalendar
from bot.deliveries.phrases import NO_ZONE, first_words, moment
from bot.deliveries.target_screens import place_label
from bot.keyboards import pager
from bot.posts.actions import ShowCard
from bot.screens import Button, Screen, lines
from bot.series.actions import (
    ChooseRepeat,
    PauseSeries,
    RestoreOccurrence,
    ResumeSeries,
    ShiftBy,
    ShiftOccurrence,
    ShowAllSeries,
    ShowSeries,
    SkipOccurrence,
    StopSeries,
    TypeShift,
)
from bot.series.phrases import described, described_data
from bot.texts import Texts
from core import ids
from core.db import Paged
from core.posts.models import Post
from core.series.models import Series, SeriesStatus
from core.series.queries import LEFT_OUT, State, Upcoming
from core.when.formats import format_local

Data = Mapping[str, Any]

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - by the wall clock
STEPS = (timedelta(hours=-1), timedelta(hours=1), timedelta(hours=3), timedelta(days=1))


def minute_of(local: datetime) -> int:
    """A wall-clock time as one number that fits into a button."""
    return (local - EPOCH) // timedelta(minutes=1)


def local_of(minute: int) -> datetime:
    """The wall-clock time behind a button. Raises OverflowError for what no button of ours holds."""
    return EPOCH + timedelta(minutes=minute)


def series(
    shown: Series,
    post: Post,
    coming: Sequence[Upcoming],
    *,
    target: Data | None,
    zone: str,
    now: datetime,
    t: Texts,
) -> Screen:
    """The rule, the next times with a button for each, and what can be done with all of it."""
    text = [
        t("🔁 <b>{words}</b> · {zone}", words=_words(shown, t), zone=shown.zone),
        t("→ {chat}", chat=place_label(target, t)),
        *_state_lines(shown, t),
        "",
        Markup("<i>{}</i>").format(first_words(post.title, post.text)),
    ]
    running = shown.status == SeriesStatus.ACTIVE or (shown.status == SeriesStatus.ENDED and shown.planned_through)
    listed = coming if running else []
    if listed:
        text += ["", t("<b>Next:</b>"), *(_line(each, zone, now, t) for each in listed)]
    rows = [_occurrence_row(shown.id, each, zone, now, t) for each in listed]
    return Screen(lines(text), [*rows, *_controls(shown, t)])


def _words(shown: Series, t: Texts) -> Markup:
    return described(shown.rule, shown.starts_on, shown.zone, t)


def _state_lines(shown: Series, t: Texts) -> list[Markup]:
    match shown.status:
        case SeriesStatus.PAUSED:
            return [t("⏸ Paused: nothing goes out until you resume it.")]
        case SeriesStatus.ENDED if shown.planned_through is None:
            return [t("⏹ Stopped. The post is a draft again.")]
        case SeriesStatus.ENDED:
            return [t("🏁 The last one is planned. The post is a draft again.")]
        case _:
            return []


def _line(each: Upcoming, zone: str, now: datetime, t: Texts) -> Markup:
    time = format_local(each.at, zone, t.language, now=now)
    match each.state:
        case State.SKIPPED:
            return t("• <s>{time}</s> left out", time=time)
        case State.CANCELLED:
            return t("• <s>{time}</s> cancelled", time=time)
        case State.ON_HOLD:
            return t("• {time} · on hold", time=time)
        case _ if each.moved:
            return t("• {time} · moved", time=time)
        case _:
            return t("• {time}", time=time)


def _occurrence_row(series_id: ids.SeriesId, each: Upcoming, zone: str, now: datetime, t: Texts) -> list[Button]:
    minute, time = minute_of(each.local), format_local(each.at, zone, t.language, now=now)
    if each.state in LEFT_OUT:
        return [Button(t("↩️ Don't leave out {time}", time=time), RestoreOccurrence(series_id, minute))]
    return [
        Button(t("🕘 {time}", time=time), ShiftOccurrence(series_id, minute)),
        Button(t("⏭ Skip"), SkipOccurrence(series_id, minute)),
    ]


def _controls(shown: Series, t: Texts) -> list[list[Button]]:
    card = Button(t("📝 The post"), ShowCard(shown.post_id))
    change = Button(t("✏️ Change"), ChooseRepeat(shown.post_id))
    match shown.status:
        case SeriesStatus.ACTIVE:
            return [
                [Button(t("⏸ Pause"), PauseSeries(shown.id)), change],
                [Button(t("⏹ Stop"), StopSeries(shown.id)), card],
            ]
        case SeriesStatus.PAUSED:
            return [
                [Button(t("▶️ Resume"), ResumeSeries(shown.id)), change],
                [Button(t("⏹ Stop"), StopSeries(shown.id)), card],
            ]
        case _ if shown.planned_through is None:
            return [[Button(t("↩️ Undo"), ResumeSeries(shown.id)), change], [card]]
        case _:
            return [[change, card]]


def shift(series_id: ids.SeriesId, each: Upcoming, *, zone: str, now: datetime, t: Texts) -> Screen:
    """Other times for one."""
    minute = minute_of(each.local)
    rows = [
        [Button(_step_label(step, t), ShiftBy(series_id, minute, step // timedelta(minutes=1))) for step in STEPS],
        [Button(t("⌨️ Type a time"), TypeShift(series_id, minute))],
        [Button(t("‹ Back"), ShowSeries(series_id))],
    ]
    if each.moved:
        rows.insert(1, [Button(t("↩️ Back to its own time"), RestoreOccurrence(series_id, minute))])
    when = moment(each.at, zone, t, now)
    return Screen(lines([t("🕘 <b>When should this one go out?</b>"), t("Now: {when}", when=when)]), rows)


def _step_label(step: timedelta, t: Texts) -> str:
    if abs(step) >= timedelta(days=1):
        return t("+{n} d", n=step.days).unescape()
    hours = step // timedelta(hours=1)
    return t("{sign}{n} h", sign="+" if hours > 0 else "−", n=abs(hours)).unescape()


def ask_shift(series_id: ids.SeriesId, minute: int, *, zone: str, t: Texts) -> Screen:
    """What the next message will be taken for."""
    text = lines(
        [
            t("⌨️ <b>Tell me when</b> this one should go out, for {zone}.", zone=zone),
            t("For example: <i>tomorrow 9:30</i>, <i>next fri 18:30</i>, <i>in 2 hours</i>."),
        ]
    )
    return Screen(text, [[Button(t("‹ Back"), ShiftOccurrence(series_id, minute))]])


def all_series(
    listed: Paged[Series],
    posts: Mapping[ids.PostId, Post],
    coming: Mapping[ids.SeriesId, datetime | None],
    *,
    zone: str,
    now: datetime,
    t: Texts,
) -> Screen:
    """What recurs and when the next one goes out, a button for each."""
    if not listed.total:
        nothing = t("🔁 <b>Nothing recurs.</b>\nOpen a draft, press Schedule and then Repeat.")
        return Screen(nothing, [[Button(t("‹ Calendar"), ShowCalendar(1))]])
    rows = [[Button(_entry_label(each, posts, t), ShowSeries(each.id))] for each in listed.items]
    heading = t.plural("🔁 <b>{n} post recurs</b>", "🔁 <b>{n} posts recur</b>", listed.total)
    told = [Markup("• {}").format(_summary(each, coming.get(each.id), zone, now, t)) for each in listed.items]
    back = [Button(t("‹ Calendar"), ShowCalendar(1))]
    return Screen(lines([heading, "", *told]), [*rows, pager(listed.number, listed.pages, ShowAllSeries), back])


def _summary(each: Series, next_at: datetime | None, zone: str, now: datetime, t: Texts) -> Markup:
    words = _words(each, t)
    if each.status == SeriesStatus.PAUSED:
        return t("{words} · paused", words=words)
    if next_at is None:
        return words
    return t("{words} · next: {next_at}", words=words, next_at=format_local(next_at, zone, t.language, now=now))


def _entry_label(each: Series, posts: Mapping[ids.PostId, Post], t: Texts) -> str:
    post = posts.get(each.post_id)
    words = _words(each, t).unescape()
    icon = "⏸ " if each.status == SeriesStatus.PAUSED else ""
    return f"{icon}{words} · {first_words(post.title, post.text, 30)}" if post is not None else f"{icon}{words}"


def card_line(data: Data, t: Texts, now: datetime) -> Markup:
    """On the template's card: "every weekday at 09:00 · next: Mon, 23 Nov, 09:00"."""
    words = described_data(data, t)
    if data["status"] == SeriesStatus.PAUSED:
        return t("🔁 {words} · paused", words=words)
    if data.get("next_at") is None:
        return t("🔁 {words}", words=words)
    next_at = format_local(datetime.fromisoformat(data["next_at"]), data["zone"], t.language, now=now)
    return t("🔁 {words} · next: {next_at}", words=words, next_at=next_at)


def last_planned(data: Data, t: Texts, now: datetime) -> Screen:
    """Its rule gives nothing more."""
    words, zone = described_data(data, t), data.get("time_zone") or NO_ZONE
    last = data.get("last_at")
    text = t("🏁 The last one of “{words}” is planned.", words=words)
    when = [t("It goes out: {when}", when=moment(datetime.fromisoformat(last), zone, t, now))] if last else []
    return Screen(lines([text, *when]), _open(data, t))


def left_out(data: Data, t: Texts, now: datetime) -> Screen:
    """Some have passed while nothing ran."""
    words = described_data(data, t)
    text = t.plural(
        "⏭ {n} time of “{words}” passed while I was away and is left out. The latest one isn't.",
        "⏭ {n} times of “{words}” passed while I was away and are left out. The latest one isn't.",
        int(data["occurrences"]),
        words=words,
    )
    return Screen(text, _open(data, t))


def without_chat(data: Data, t: Texts, now: datetime) -> Screen:
    """Its chat was disconnected."""
    words = described_data(data, t)
    text = t(
        "⏸ I have paused “{words}”: its chat isn't connected any more. Connect it under /channels, or choose another "
        "place on the post, and resume it.",
        words=words,
    )
    return Screen(text, _open(data, t))


def withdrawn(data: Data, t: Texts, now: datetime) -> Screen:
    """A copy that its owner had heard of, when its series was paused, stopped or changed."""
    preview = Markup("<i>{}</i>").format(first_words(data["title"], data["text"]))
    return Screen(lines([t("🔁 <b>Taken back</b> with its series"), "", preview]), _open(data, t))


def _open(data: Data, t: Texts) -> list[list[Button]]:
    return [[Button(t("🔁 Show it"), ShowSeries(ids.SeriesId(UUID(data["series_id"]))))]]
