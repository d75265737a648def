"""What became of a post: the one status message that changes in place, and a calendar entry's details."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.approvals.actions import ShowApproval
from bot.channels.labels import state_sentence, target_label
from bot.deliveries.actions import (
    Back,
    CancelSchedule,
    ChooseTarget,
    ChooseTime,
    ConfirmThere,
    DuplicatePost,
    OpenCard,
    PostNow,
    Reschedule,
    ShowCalendar,
)
from bot.deliveries.failures import MEDIA_AT_FAULT, POST_IS_AT_FAULT, failure_sentence, parts_there
from bot.deliveries.phrases import NO_ZONE, echo, first_words, moment, shortened
from bot.evergreen.actions import ShowEvergreen
from bot.posts.details_actions import AskMedia
from bot.posts.labels import STATUS_ICONS, platform_label, status_label
from bot.posts.makeup_labels import media_label
from bot.queues.actions import SelectQueued
from bot.screens import Button, Keyboard, Screen, lines
from bot.texts import Texts
from core import ids
from core.channels.models import ChannelState
from core.deliveries.service import UNKNOWN_OUTCOME
from core.posts.awaiting import AWAITING, TOO_LATE
from core.posts.missed import SKIPPED, Why
from core.posts.models import Post, PostStatus
from core.posts.pinning import Pinning
from core.posts.platforms import Platform
from core.posts.queued import QUEUE_PAUSED

STUCK_AFTER = timedelta(seconds=30)
"""From then on a post that should be out needs an explanation."""
TEXT_UNITS = 3_000
"""UTF-16 units of a text that an entry shows: Telegram takes 4,096, and there is more on it."""

Data = Mapping[str, Any]


def status_screen(data: Data, t: Texts, now: datetime) -> Screen:
    """The status message. `data` is core.posts.views.post_data with `time_zone` and `delivered_at`."""
    match PostStatus(data["status"]):
        case PostStatus.SCHEDULED if _instant(data["due_at"]) > now:
            return _scheduled(data, t, now)
        case PostStatus.SCHEDULED | PostStatus.PUBLISHING:
            return _going_out(data, t, now)
        case PostStatus.PUBLISHED:
            return _published(data, t, now)
        case PostStatus.PARTIALLY_PUBLISHED:
            return _partly_published(data, t)
        case PostStatus.CANCELLED:
            return _cancelled(data, t, now)
        case PostStatus.ON_HOLD:
            return _on_hold(data, t, now)
        case PostStatus.UNCONFIRMED:
            return _unconfirmed(data, t)
        case PostStatus.FAILED:
            return _failed(data, t)
        case PostStatus.RECURRING:
            return Screen(
                _body(data, t("🔁 <b>Recurring</b>"), t), [[Button(t("📝 Open it"), OpenCard(_post_id(data)))]]
            )
        case PostStatus.DRAFT:
            return Screen(
                _body(data, t("📝 <b>Draft</b>"), t), [[Button(t("⏰ Schedule"), ChooseTime(_post_id(data)))]]
            )


def _scheduled(data: Data, t: Texts, now: datetime) -> Screen:
    due_at, post_id = _instant(data["due_at"]), _post_id(data)
    when = echo(due_at, _zone(data), t, now)
    keyboard = [
        [Button(t("⏰ Change time"), ChooseTime(post_id)), Button(t("🚀 Post now"), PostNow(post_id))],
        [Button(t("🚫 Cancel"), CancelSchedule(post_id))],
    ]
    if data.get("in_queue"):
        keyboard[1].append(Button(t("📥 Its queue"), SelectQueued(post_id)))
        return Screen(_body(data, t("📥 <b>In the queue</b>"), t, when), keyboard)
    return Screen(_body(data, t("⏰ <b>Scheduled</b>"), t, when), keyboard)


def _going_out(data: Data, t: Texts, now: datetime) -> Screen:
    """Without buttons: it takes a moment. When it takes longer, with the reason and a way out."""
    due_at = _instant(data["due_at"]) if data["due_at"] else now
    heading = t("📤 <b>Going out now…</b>")
    if now - due_at < STUCK_AFTER:
        return Screen(_body(data, heading, t))
    reason = t("It should have gone out at {time}. I keep trying.", time=moment(due_at, _zone(data), t, now))
    return Screen(_body(data, heading, t, reason), [[Button(t("🚫 Cancel"), CancelSchedule(_post_id(data)))]])


def _published(data: Data, t: Texts, now: datetime) -> Screen:
    at = data.get("delivered_at") or data["due_at"]
    when = moment(_instant(at), _zone(data), t, now) if at else Markup()
    keyboard = [
        [Button(t("📑 Duplicate as a draft"), DuplicatePost(_post_id(data)))],
        [Button(t("♻️ Evergreen"), ShowEvergreen(_post_id(data)))],
    ]
    url = (data.get("target") or {}).get("message_url")
    if url:
        keyboard.insert(0, [Button(t("🔗 Open the post"), url=url)])
    if Platform(data["platform"]) is Platform.TELEGRAM or data.get("target"):
        pinned = _pinning(data.get("pinning"), t)
        return Screen(_body(data, t("✅ <b>Published</b>"), t, when, *pinned, *_comment(data, t)), keyboard)
    ready = t("It is in this chat, ready to be copied to {platform}.", platform=platform_label(data["platform"]))
    return Screen(_body(data, t("✅ <b>Delivered</b>"), t, when, ready, *_comment(data, t)), keyboard)


def _comment(data: Data, t: Texts) -> list[Markup]:
    """What its owner wanted to write below it: to be copied by a tap."""
    comment = data.get("first_comment")
    if not comment:
        return []
    return [t("💬 Now the first comment (tap to copy): {text}", text=Markup("<code>{}</code>").format(comment))]


def _pinning(outcome: str | None, t: Texts) -> list[Markup]:
    """What came of pinning it, when that was wanted."""
    match outcome:
        case Pinning.DONE:
            return [t("📌 Pinned.")]
        case Pinning.NO_RIGHTS:
            return [
                t(
                    "📌 I couldn't pin it: I have no right to. In a channel that is the right to edit messages, in a "
                    "group the right to pin. Please pin it yourself, and give me the right for the next time."
                )
            ]
        case Pinning.FAILED:
            return [t("📌 I couldn't pin it: Telegram didn't take that. Please pin it yourself.")]
    return []


def _partly_published(data: Data, t: Texts) -> Screen:
    """What is there, why the rest isn't, and how it can follow."""
    post_id, error = _post_id(data), data["error"] or {}
    sent, total = parts_there(error) or (0, 0)
    there = t.plural("{n} of {total} parts is there.", "{n} of {total} parts are there.", sent, total=total)
    keyboard = [[Button(t("📑 Duplicate as a draft"), DuplicatePost(post_id))]]
    if error.get("code") not in POST_IS_AT_FAULT:
        keyboard.insert(0, [Button(t("🚀 Send the rest"), PostNow(post_id))])
    url = (data.get("target") or {}).get("message_url")
    if url:
        keyboard.insert(0, [Button(t("🔗 Open the post"), url=url)])
    return Screen(_body(data, t("⚠️ <b>Partly published</b>"), t, there, failure_sentence(error, t)), keyboard)


def _cancelled(data: Data, t: Texts, now: datetime) -> Screen:
    due_at, post_id = _instant(data["due_at"]) if data["due_at"] else now, _post_id(data)
    keyboard = [[Button(t("⏰ Choose a time"), ChooseTime(post_id))]]
    if due_at > now:
        keyboard.insert(0, [Button(t("↩️ Undo"), Reschedule(post_id))])
    time = moment(due_at, _zone(data), t, now)
    if (data["error"] or {}).get("code") == SKIPPED:
        keyboard.insert(0, [Button(t("🚀 Send it after all"), PostNow(post_id))])
        skipped = t("Its time, {time}, passed while I was down, and you want such posts skipped.", time=time)
        return Screen(_body(data, t("⏭ <b>Skipped</b>"), t, skipped), keyboard)
    said = [t("It was planned for {time}.", time=time)]
    if (data["error"] or {}).get("code") == UNKNOWN_OUTCOME:
        said.append(t("An attempt was made before, and Telegram never said whether it arrived. Please look there."))
    return Screen(_body(data, t("🚫 <b>Cancelled</b>"), t, *said), keyboard)


def _on_hold(data: Data, t: Texts, now: datetime) -> Screen:
    """Why, and until when; what missed its time waits for a decision."""
    due_at, post_id, target = _instant(data["due_at"]), _post_id(data), data.get("target") or {}
    heading, cancel = t("⏸ <b>On hold</b>"), Button(t("🚫 Cancel"), CancelSchedule(post_id))
    when = moment(due_at, _zone(data), t, now)
    code = (data["error"] or {}).get("code")
    if code == QUEUE_PAUSED:
        return _held_by_queue(data, t)
    if code == AWAITING:
        return _awaiting(data, t, now)
    ready = not target or target["state"] == ChannelState.READY
    if ready and due_at <= now:
        missed = _missed(data, when, t)
        now_or_skip = [Button(t("🚀 Send now"), PostNow(post_id)), Button(t("⏭ Skip"), CancelSchedule(post_id))]
        return Screen(
            _body(data, heading, t, missed), [now_or_skip, [Button(t("⏰ Choose a time"), ChooseTime(post_id))]]
        )
    why = state_sentence(target.get("state", ChannelState.GONE), t)
    planned = t("Planned for {time}. It goes out then if that is mended by then; after that I ask.", time=when)
    elsewhere = Button(t("📍 Send it elsewhere"), ChooseTarget(post_id, Back.TIME, 1))
    return Screen(_body(data, heading, t, why, planned), [[elsewhere, cancel]])


def _awaiting(data: Data, t: Texts, now: datetime) -> Screen:
    """Others have yet to agree to it: told before and behind its time alike."""
    due_at, post_id = _instant(data["due_at"]), _post_id(data)
    when = moment(due_at, _zone(data), t, now)
    waits = t("It waits until others agree to it.")
    time = t("Planned for {time}: it goes out then if they have agreed by then.", time=when)
    if due_at <= now:
        time = t("Its time, {time}, has passed. It goes out only when you say so.", time=when)
    keyboard = [
        [Button(t("✅ How it stands"), ShowApproval(post_id)), Button(t("⏰ Change time"), ChooseTime(post_id))],
        [Button(t("🚫 Cancel"), CancelSchedule(post_id))],
    ]
    return Screen(_body(data, t("⏸ <b>On hold</b>"), t, waits, time), keyboard)


def _held_by_queue(data: Data, t: Texts) -> Screen:
    post_id = _post_id(data)
    paused = t("Its queue is paused. It takes one of the coming slots when the queue goes on.")
    keyboard = [
        [Button(t("📥 Its queue"), SelectQueued(post_id)), Button(t("⏰ Choose a time"), ChooseTime(post_id))],
        [Button(t("🚫 Cancel"), CancelSchedule(post_id))],
    ]
    return Screen(_body(data, t("⏸ <b>On hold</b>"), t, paused), keyboard)


def _missed(data: Data, when: Markup, t: Texts) -> Markup:
    if (data["error"] or {}).get("code") == TOO_LATE:
        return t("Its time, {time}, passed while it waited for others to agree. What now?", time=when)
    if ((data["error"] or {}).get("params") or {}).get("why") == Why.OUTAGE:
        return t("Its time, {time}, passed while I was down. What now?", time=when)
    return t("Its time, {time}, passed while nothing could go there. What now?", time=when)


def _unconfirmed(data: Data, t: Texts) -> Screen:
    """Only its owner can look; until then nothing is sent again."""
    post_id = _post_id(data)
    url = (data.get("target") or {}).get("chat_url")
    keyboard = [[Button(t("✅ It is there"), ConfirmThere(post_id)), Button(t("🚀 Send again"), PostNow(post_id))]]
    if url:
        keyboard.insert(0, [Button(t("🔗 Look there"), url=url)])
    said = failure_sentence(data["error"] or {"code": UNKNOWN_OUTCOME}, t)
    return Screen(_body(data, t("❓ <b>Perhaps published</b>"), t, *_in_question(data, t), said), keyboard)


def _in_question(data: Data, t: Texts) -> list[Markup]:
    """Of a post in several parts, which of them it is about."""
    there = parts_there(data["error"])
    if there is None:
        return []
    sent, total = there
    told = [t("It is about part {number} of {total}.", number=sent + 1, total=total)]
    if sent:
        told.append(t.plural("{n} part before it is there.", "{n} parts before it are there.", sent))
    if sent + 1 < total:
        told.append(t("What is behind it follows when you have said how that one stands."))
    return told


def _failed(data: Data, t: Texts) -> Screen:
    post_id, error = _post_id(data), data["error"] or {}
    later, again = Button(t("⏰ Choose a time"), ChooseTime(post_id)), Button(t("🔁 Try again"), PostNow(post_id))
    keyboard = [[again, later]]
    if error.get("code") == MEDIA_AT_FAULT:  # the site that has it may have been away: the same may work again
        keyboard.insert(0, [Button(t("🔄 Another picture or file"), AskMedia(post_id, replace=True))])
    elif error.get("code") in POST_IS_AT_FAULT:
        keyboard = [[Button(t("✏️ Open the draft"), OpenCard(post_id)), later]]
    return Screen(_body(data, t("❌ <b>Not published</b>"), t, failure_sentence(error, t)), keyboard)


def entry(post: Post, *, target: Data | None, zone: str, t: Texts, now: datetime) -> Screen:
    """One post of the calendar, with all of its text that fits."""
    status = _state(post, now)
    heading = t(
        "<b>{platform}</b> · {icon} {status}",
        platform=platform_label(post.platform),
        icon=STATUS_ICONS[status],
        status=status_label(status, t),
    )
    when = [_when(post, zone, t, now)] if post.due_at else []
    where = [t("→ {chat}", chat=target_label(target))] if target else []
    title = [Markup("<b>{}</b>").format(post.title)] if post.title else []
    text = Markup.escape(shortened(post.text, TEXT_UNITS))
    return Screen(lines([heading, *where, *when, "", *title, text]), _entry_keyboard(post, t, now))


def _state(post: Post, now: datetime) -> PostStatus:
    """What is due is on its way, whether or not somebody has begun."""
    due = post.status == PostStatus.SCHEDULED and post.due_at is not None and post.due_at <= now
    return PostStatus.PUBLISHING if due else PostStatus(post.status)


def _when(post: Post, zone: str, t: Texts, now: datetime) -> Markup:
    due_at = post.due_at or now
    return echo(due_at, zone, t, now) if due_at > now else moment(due_at, zone, t, now)


def _entry_keyboard(post: Post, t: Texts, now: datetime) -> Keyboard:
    copy, back = Button(t("📑 Duplicate as a draft"), DuplicatePost(post.id)), Button(t("‹ Calendar"), ShowCalendar(1))
    match _state(post, now):
        case PostStatus.SCHEDULED:
            times = [Button(t("⏰ Change time"), ChooseTime(post.id)), Button(t("🚀 Post now"), PostNow(post.id))]
            return [times, [Button(t("🚫 Cancel post"), CancelSchedule(post.id)), copy], [back]]
        case PostStatus.PUBLISHING | PostStatus.PUBLISHED:
            return [[copy], [back]]
        case PostStatus.PARTIALLY_PUBLISHED:
            return [[Button(t("🚀 Send the rest"), PostNow(post.id))], [copy], [back]]
        case PostStatus.ON_HOLD:
            elsewhere = Button(t("📍 Send it elsewhere"), ChooseTarget(post.id, Back.TIME, 1))
            return [[elsewhere, Button(t("🚫 Cancel post"), CancelSchedule(post.id))], [copy], [back]]
    times = [Button(t("⏰ Choose a time"), ChooseTime(post.id)), Button(t("🚀 Post now"), PostNow(post.id))]
    undo = post.status == PostStatus.CANCELLED and post.due_at is not None and post.due_at > now
    return [[Button(t("↩️ Undo"), Reschedule(post.id))] if undo else [], times, [copy], [back]]


def _body(data: Data, heading: Markup, t: Texts, *more: Markup) -> Markup:
    """The heading with the platform, what it is about, and the post's first words."""
    named = Markup("{} · {}").format(heading, platform_label(data["platform"]))
    if data.get("target"):
        named = t("{heading} → {chat}", heading=named, chat=target_label(data["target"]))
    return lines([named, *(line for line in more if line), "", Markup("<i>{}</i>").format(_preview(data, t))])


def _preview(data: Data, t: Texts) -> str:
    return first_words(data["title"], data["text"]) or media_label(data.get("media") or {}, t)


def _zone(data: Data) -> str:
    return data.get("time_zone") or NO_ZONE


def _instant(stored: str) -> datetime:
    return datetime.fromisoformat(stored)


def _post_id(data: Data) -> ids.PostId:
    return ids.PostId(UUID(data["post_id"]))
