"""What admins see. Pure."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from bot.admin.actions import (
    CancelBroadcast,
    DropBroadcast,
    PauseBroadcast,
    PreviewBroadcast,
    ResumeBroadcast,
    SendBroadcast,
    ShowAdmin,
    ShowBroadcast,
    ShowCredits,
    WriteBroadcast,
)
from bot.posts.makeup_labels import media_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.telegram.content import Content
from core.telegram.rendering import html_of

SHOWN_UNITS: Final = 1_500
"""How much of the message stands on its card; *Preview* shows all of it."""


def admin(latest: Broadcast | None, t: Texts) -> Screen:
    """The first screen."""
    rows = [[Button(t("📣 Broadcast"), WriteBroadcast())]]
    if latest is not None:
        rows.append([Button(t("📊 The last broadcast"), ShowBroadcast(latest.id))])
    rows.append([Button(t("💳 Credits"), ShowCredits())])
    text = [
        t("🛠 <b>Admin</b>"),
        "",
        t("A broadcast is one message to everybody."),
        t("<code>/admin user 123456789</code> shows what somebody has and paid, and everything that changed it."),
        t("<code>/admin refund</code> and a payment's id gives Stars back. Payments by card go back at Stripe."),
    ]
    return Screen(lines(text), rows)


def ask_message(t: Texts) -> Screen:
    """What the next message will be taken for."""
    return Screen(
        t(
            "Send me the message for everybody: text with formatting, a photo, a video, a file or an album. "
            "You see it again before it goes out. /cancel ends this."
        )
    )


def draft(broadcast: Broadcast, people: int, t: Texts) -> Screen:
    """The message again, and to how many people it goes."""
    content = Content.from_json(broadcast.content)
    body = [t.plural("📣 <b>To {n} person</b>", "📣 <b>To {n} people</b>", people), ""]
    if content.media:
        kinds: dict[str, int] = {}
        for medium in content.media:
            kinds[medium.kind] = kinds.get(medium.kind, 0) + 1
        body += [media_label(kinds, t) or Markup(), ""]
    if content.text:
        body += [Markup(html_of(content.text, content.entities, units=SHOWN_UNITS)), ""]  # noqa: S704 - escaped there
    body.append(t("It goes out behind everything that was promised for a moment; you can pause or cancel it."))
    return Screen(
        lines(body),
        [
            [Button(t("👁 Preview"), PreviewBroadcast(broadcast.id))],
            [Button(t("✅ Send"), SendBroadcast(broadcast.id)), Button(t("✖️ Cancel"), DropBroadcast(broadcast.id))],
        ],
    )


def dropped(t: Texts) -> Screen:
    return Screen(t("Nothing was sent."), [[Button(t("📣 Another message"), WriteBroadcast()), _back(t)]])


def progress(data: Mapping[str, Any], t: Texts) -> Screen:
    """How far a broadcast is; `data` is core.broadcasts.progress.progress_of."""
    body = [_headline(data, t), "", t("Sent: {n}", n=data["sent"])]
    body += [
        line
        for n, line in (
            (data["blocked"], t("Have blocked the bot, or are gone: {n}", n=data["blocked"])),
            (data["failed"], t("Failed: {n}", n=data["failed"])),
            (data["cancelled"], t("Cancelled: {n}", n=data["cancelled"])),
            (data.get("doubtful"), t("Of these, tried before and perhaps there: {n}", n=data.get("doubtful"))),
        )
        if n
    ]
    if data["left"]:
        body.append(_left(data, t))
    return Screen(lines(body), _progress_rows(data, t))


def _headline(data: Mapping[str, Any], t: Texts) -> Markup:
    match data["status"]:
        case BroadcastStatus.DRAFT:
            return t("📣 <b>Broadcast</b> · not sent yet")
        case BroadcastStatus.RUNNING:
            return t("📣 <b>Broadcast</b> · on its way")
        case BroadcastStatus.PAUSED:
            return t("⏸ <b>Broadcast</b> · paused")
        case BroadcastStatus.CANCELLED:
            return t("✖️ <b>Broadcast</b> · cancelled")
        case _:
            return t("✅ <b>Broadcast</b> · done")


def _left(data: Mapping[str, Any], t: Texts) -> Markup:
    if data["left_s"] is None:
        return t("Left: {n}", n=data["left"])
    if data["left_s"] < timedelta(minutes=1).total_seconds():
        return t("Left: {n}, less than a minute", n=data["left"])
    minutes = round(data["left_s"] / 60)
    return t.plural("Left: {left}, about {n} minute", "Left: {left}, about {n} minutes", minutes, left=data["left"])


def _progress_rows(data: Mapping[str, Any], t: Texts) -> list[list[Button]]:
    broadcast_id = ids.BroadcastId(UUID(data["broadcast_id"]))
    end = Button(t("✖️ Cancel"), CancelBroadcast(broadcast_id, sure=False))
    match data["status"]:
        case BroadcastStatus.RUNNING:
            return [[Button(t("⏸ Pause"), PauseBroadcast(broadcast_id)), end]]
        case BroadcastStatus.PAUSED:
            return [[Button(t("▶️ Resume"), ResumeBroadcast(broadcast_id)), end]]
        case _:
            return [[_back(t)]]


def sure(data: Mapping[str, Any], t: Texts) -> Screen:
    """The second look before it ends for good."""
    broadcast_id = ids.BroadcastId(UUID(data["broadcast_id"]))
    left = t.plural("{n} person would not get it.", "{n} people would not get it.", data["left"])
    return Screen(
        lines([t("End the broadcast for good? What was sent stays."), left]),
        [
            [Button(t("Yes, end it"), CancelBroadcast(broadcast_id, sure=True))],
            [Button(t("No, go on"), ShowBroadcast(broadcast_id))],
        ],
    )


def _back(t: Texts) -> Button:
    return Button(t("‹ Admin"), ShowAdmin())


SENTENCES: Final[Mapping[str, Callable[[Texts, dict[str, Any]], Markup]]] = {
    "broadcasts.no_message": lambda t, _: t(
        "That can't go to everybody: I need a text, a photo, a video, a file or an album of up to 10. "
        "Please send another message, or /cancel."
    ),
    "broadcasts.begun": lambda t, _: t("It has begun already. /admin shows how far it is."),
    "broadcasts.over": lambda t, _: t("That broadcast is over. /admin shows what became of it."),
    "broadcasts.refused": lambda t, params: t(
        "Telegram doesn't take it like that: {detail}. Please change the message and send it again.",
        detail=params["detail"],
    ),
}
