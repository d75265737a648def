"""The messages about an approval: what those see who are asked, and what its owner sees."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.actions import Action
from bot.approvals.actions import (
    ChooseAnew,
    RemindThem,
    Say,
    SeeRequest,
    SendWithout,
    ShowApproval,
    ShowTrail,
    ShowWhole,
    StopAsking,
)
from bot.approvals.labels import comment_lines, heading, people_lines, time_line
from bot.channels.labels import chat_label, target_label
from bot.deliveries.actions import CancelSchedule, ChooseTime, OpenCard, PostNow
from bot.deliveries.phrases import first_words
from bot.posts.labels import platform_label
from bot.posts.makeup_labels import media_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.approvals.models import ApprovalStatus, Verdict
from core.posts.makeup import entities_of
from core.posts.models import PostStatus
from core.posts.scheduling import SCHEDULABLE
from core.telegram.markup import utf16_length
from core.telegram.rendering import html_of

Data = Mapping[str, Any]
SHOWN_UNITS = 2_400
"""UTF-16 units of the post in a request: Telegram takes 4,096, and comments stand there, too."""


def request(data: Data, t: Texts, now: datetime) -> Screen:
    """For those who are asked: in the group, or in private. It changes in place, and ends with what came of it."""
    body = [
        heading(data, t),
        *([t("{name} asks: may this go out?", name=data["asked_by"])] if _is_open(data) else []),
        _where(data, t),
        "",
        _text(data),
        "",
        *people_lines(data["people"]),
        *time_line(data, t, now),
        *comment_lines(data, t),
        *(["", t("<i>Reply to this message to comment.</i>")] if _is_open(data) else []),
    ]
    return Screen(lines(body), _answers(data, t))


def _is_open(data: Data) -> bool:
    """Whether a word about it still counts."""
    on_its_way = PostStatus(data["post"]["status"]) not in SCHEDULABLE
    return not data["deleted"] and not on_its_way and data["state"] != ApprovalStatus.WITHDRAWN


def _where(data: Data, t: Texts) -> Markup:
    post = data["post"]
    named = platform_label(post["platform"])
    if post.get("target"):
        return t("{platform} → {chat}", platform=named, chat=target_label(post["target"]))
    return Markup.escape(named)


def _text(data: Data) -> Markup:
    post = data["post"]
    text = Markup(html_of(post["text"], entities_of(post["entities"]), units=SHOWN_UNITS))  # noqa: S704
    cut = Markup(" …") if utf16_length(post["text"]) > SHOWN_UNITS else Markup()
    title = Markup("<b>{}</b>\n\n").format(post["title"]) if post["title"] else Markup()
    return title + text + cut


def _answers(data: Data, t: Texts) -> list[list[Button]]:
    approval_id = _id(data)
    whole = [Button(t("👁 As it will look"), ShowWhole(approval_id))] if not data["deleted"] else []
    if not _is_open(data):
        return [whole]
    say = [
        Button(t("✅ Approve"), Say(approval_id, data["revision"], Verdict.APPROVED)),
        Button(t("✏️ Changes wanted"), Say(approval_id, data["revision"], Verdict.CHANGES)),
    ]
    return [say, whole]


def standing(data: Data, t: Texts, now: datetime) -> Screen:
    """For the owner: how it stands, and what can be done about it."""
    group = data["group"]
    asked = (
        t("📨 Asked in {chat}", chat=chat_label(group["kind"], group["title"])) if group else t("📨 Asked in private")
    )
    body = [
        heading(data, t),
        asked,
        "",
        *people_lines(data["people"]),
        *time_line(data, t, now),
        *comment_lines(data, t),
        "",
        Markup("<i>{}</i>").format(_words(data, t)),
    ]
    return Screen(lines(body), _owners_rows(data, t))


def _owners_rows(data: Data, t: Texts) -> list[list[Button]]:
    approval_id, post_id = _id(data), _post_id(data)
    if data["deleted"]:
        return [[Button(t("📜 Who said what"), ShowTrail(approval_id))]]
    last = [Button(t("📝 Open the post"), OpenCard(post_id)), Button(t("📜 Who said what"), ShowTrail(approval_id))]
    if not _is_open(data):
        return [last]
    rows = [[Button(t("👥 Ask others"), ChooseAnew(approval_id)), Button(t("⏹ Stop asking"), StopAsking(approval_id))]]
    if data["state"] != ApprovalStatus.APPROVED:
        rows.insert(0, [Button(t("🔔 Remind them"), RemindThem(approval_id))])
    return [*rows, last]


def decided(data: Data, t: Texts, now: datetime) -> Screen:
    """Told once: enough have agreed, or somebody wants changes."""
    if data["state"] == ApprovalStatus.CHANGES:
        said = t("✏️ {name} wants changes before this goes out:", name=data["by"])
    else:
        said = t("✅ Approved: {names}.", names=_agreed(data))
    body = [said, *time_line(data, t, now), Markup("<i>{}</i>").format(_words(data, t)), *_what_next(data, t, now)]
    return Screen(lines(body), _next_rows(data, t, now))


def _agreed(data: Data) -> str:
    return ", ".join(person["name"] for person in data["people"] if person["verdict"] == Verdict.APPROVED)


def _what_next(data: Data, t: Texts, now: datetime) -> list[Markup]:
    if data["state"] == ApprovalStatus.CHANGES:
        return [t("It is on hold until it is changed and agreed to. Change the text, and they are asked again.")]
    if data["post"]["status"] == PostStatus.DRAFT:
        return [t("It has no time yet.")]
    return [t("Nothing goes out too late by itself. What now?")] if _is_late(data, now) else []


def _next_rows(data: Data, t: Texts, now: datetime) -> list[list[Button]]:
    post_id = _post_id(data)
    if data["state"] == ApprovalStatus.CHANGES:
        return [[Button(t("📝 Open the post"), OpenCard(post_id))]]
    if data["post"]["status"] == PostStatus.SCHEDULED:
        return [[Button(t("📝 Open the post"), OpenCard(post_id))]]
    now_or_then = [Button(t("🚀 Send now"), PostNow(post_id)), Button(t("⏰ Choose a time"), ChooseTime(post_id))]
    return [now_or_then, [Button(t("📝 Open the post"), OpenCard(post_id))]]


def _is_late(data: Data, now: datetime) -> bool:
    post = data["post"]
    return post["status"] == PostStatus.ON_HOLD and bool(post["due_at"]) and _instant(post["due_at"]) <= now


def overdue(data: Data, t: Texts, now: datetime) -> Screen:
    """Its time has passed, and they aren't agreed: it waits, and its owner decides."""
    missing = [person["name"] for person in data["people"] if person["verdict"] != Verdict.APPROVED]
    body = [
        t("⏸ <b>On hold: not approved in time</b>"),
        *time_line(data, t, now),
        t("{approved} of {needed} agree.", approved=data["approved"], needed=data["needed"]),
        t("Without a word so far, or with wishes: {names}.", names=", ".join(missing)),
        Markup("<i>{}</i>").format(_words(data, t)),
    ]
    approval_id, post_id = _id(data), _post_id(data)
    remind, without = Button(t("🔔 Remind them"), RemindThem(approval_id)), SendWithout(approval_id)
    return Screen(
        lines(body),
        [
            [remind, Button(t("🚀 Send without them"), without)],
            [Button(t("⏰ Another time"), ChooseTime(post_id)), Button(t("🚫 Cancel post"), CancelSchedule(post_id))],
        ],
    )


def not_yet(post_id: ids.PostId, t: Texts) -> Screen:
    """It was to go out at once, and others haven't agreed to it."""
    return Screen(
        t("This post waits until others agree to it. Nothing was sent."),
        [[Button(t("✅ How it stands"), ShowApproval(post_id))]],
    )


def comment(data: Data, t: Texts) -> Screen:
    """Passed on to the owner."""
    body = [
        t("💬 <b>{name}</b> on your post:", name=data["by"]),
        Markup.escape(data["text"]),
        "",
        Markup("<i>{}</i>").format(_words(data, t)),
    ]
    return Screen(lines(body), [[Button(t("📝 Open the post"), OpenCard(_post_id(data)))]])


def reminder(data: Data, t: Texts) -> Screen:
    """For those who haven't agreed yet; in a group by name, so that Telegram tells them."""
    if data["group"] is None:
        see: Action = SeeRequest(_id(data))
        said = t("🔔 {name} still waits for your word on “{words}”.", name=data["asked_by"], words=_words(data, t))
        return Screen(said, [[Button(t("👁 Show it"), see)]])
    silent = Markup(", ").join(
        Markup('<a href="tg://user?id={}">{}</a>').format(person["telegram_id"], person["name"])
        for person in data["people"]
        if person["verdict"] != Verdict.APPROVED
    )
    link = [[Button(t("👁 Show it"), url=data["url"])]] if data.get("url") else []
    said = t(
        "🔔 {names}: {name} still waits for your word on “{words}”.",
        names=silent,
        name=data["asked_by"],
        words=_words(data, t),
    )
    return Screen(said, link)


def unreachable(data: Data, t: Texts) -> Screen:
    """A request that Telegram didn't take."""
    said = t(
        "⚠️ I couldn't show your request to {name}: Telegram didn't take it. I may have been removed there, or blocked. "
        "The post stays on hold.",
        name=data["name"],
    )
    approval_id = _id(data)
    return Screen(
        lines([said, Markup("<i>{}</i>").format(_words(data, t))]),
        [[Button(t("👥 Ask others"), ChooseAnew(approval_id)), Button(t("⏹ Stop asking"), StopAsking(approval_id))]],
    )


def _words(data: Data, t: Texts) -> str:
    post = data["post"]
    return first_words(post["title"], post["text"]) or str(media_label(post["media"], t).unescape())


def _instant(stored: str) -> datetime:
    return datetime.fromisoformat(stored)


def _id(data: Data) -> ids.ApprovalId:
    return ids.ApprovalId(UUID(data["approval_id"]))


def _post_id(data: Data) -> ids.PostId:
    return ids.PostId(UUID(data["post"]["post_id"]))
