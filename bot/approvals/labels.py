"""Approvals in words: how one stands, and who has said what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.deliveries.phrases import NO_ZONE, echo, moment
from bot.texts import Texts
from core.approvals.models import ApprovalStatus, EventKind, Verdict
from core.posts.models import PostStatus

Data = Mapping[str, Any]
TICKS = {Verdict.APPROVED: "✅", Verdict.CHANGES: "✏️", None: "▫️"}


def heading(data: Data, t: Texts) -> Markup:
    """How it stands, in a line: the state of the approval, or what became of the post."""
    post = data["post"]
    if data["deleted"]:
        return t("🗑 <b>The post was deleted</b>")
    outcomes = {
        PostStatus.PUBLISHED: t("✅ <b>Published</b>"),
        PostStatus.PARTIALLY_PUBLISHED: t("⚠️ <b>Partly published</b>"),
        PostStatus.UNCONFIRMED: t("❓ <b>Perhaps published</b>"),
        PostStatus.FAILED: t("❌ <b>Not published: something went wrong</b>"),
        PostStatus.CANCELLED: t("🚫 <b>The post was cancelled</b>"),
    }
    if data["state"] != ApprovalStatus.WITHDRAWN and (outcome := outcomes.get(PostStatus(post["status"]))):
        return outcome
    return {
        ApprovalStatus.OPEN: t(
            "🕓 <b>Waiting: {approved} of {needed} agree</b>", approved=data["approved"], needed=data["needed"]
        ),
        ApprovalStatus.CHANGES: t("✏️ <b>Changes wanted</b>"),
        ApprovalStatus.APPROVED: t("✅ <b>Approved</b>"),
        ApprovalStatus.WITHDRAWN: t("⏹ <b>Nobody is asked about this any more</b>"),
    }[ApprovalStatus(data["state"])]


def people_lines(people: Sequence[Data]) -> list[Markup]:
    return [Markup("{} {}").format(TICKS[_verdict(person)], person["name"]) for person in people]


def _verdict(person: Data) -> Verdict | None:
    return Verdict(person["verdict"]) if person["verdict"] else None


def comment_lines(data: Data, t: Texts) -> list[Markup]:
    return [t("💬 <b>{name}</b>: {text}", name=each["name"], text=each["text"]) for each in data["comments"]]


def time_line(data: Data, t: Texts, now: datetime) -> list[Markup]:
    """When it is to go out, as its owner's clock says; what that depends on."""
    post = data["post"]
    if not post["due_at"] or post["status"] not in (PostStatus.SCHEDULED, PostStatus.ON_HOLD) or data["deleted"]:
        return []
    due_at, zone = datetime.fromisoformat(post["due_at"]), data.get("time_zone") or NO_ZONE
    if post["status"] == PostStatus.SCHEDULED:
        return [t("⏰ It goes out: {time}.", time=moment(due_at, zone, t, now))]
    if due_at > now:
        return [t("⏰ Planned for {time}. Without enough agreement it stays on hold.", time=echo(due_at, zone, t, now))]
    return [t("⏸ Its time, {time}, has passed: it is on hold.", time=moment(due_at, zone, t, now))]


def event_line(kind: EventKind, name: str, t: Texts, *, version: int, text: str = "") -> Markup:
    """One line of the trail."""
    return {
        EventKind.ASKED: t("📨 {name} asked (version {version})", name=name, version=version),
        EventKind.REMINDED: t("🔔 {name} asked again", name=name),
        EventKind.APPROVED: t("✅ {name} agreed to version {version}", name=name, version=version),
        EventKind.CHANGES: t("✏️ {name} wants version {version} changed", name=name, version=version),
        EventKind.COMMENT: t("💬 {name}: {text}", name=name, text=text),
        EventKind.VOIDED: t("↩️ It was changed: what was said before doesn't count any more"),
        EventKind.WITHDRAWN: t("⏹ {name} stopped asking", name=name),
    }[kind]
