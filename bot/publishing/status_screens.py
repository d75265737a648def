"""The one message that tells how far a video is on its way to its networks, and what is told besides. Pure: made of
core.publishing.queries.VideoPostView as data."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.connections.actions import ConnectAccount
from bot.deliveries.phrases import NO_ZONE, echo
from bot.keyboards import BAR_CELLS, bar
from bot.podcasts.status_screens import file_name
from bot.publishing.actions import (
    AskAgain,
    ChooseTime,
    DownloadVideo,
    ItIsThere,
    ListVideoPosts,
    MarkPosted,
    Preview,
    PublishMissed,
    RetryFailed,
    SendAgain,
    ShowPublication,
    Skip,
    Snooze,
    StopPublishing,
)
from bot.publishing.labels import STATUS_ICONS, network_label, place_label
from bot.publishing.sentences import publishing_problem
from bot.screens import Button, Screen, clipped, lines
from bot.texts import Texts
from core import ids
from core.podcasts.fitting import SIZE_BYTES
from core.providers.discovery import Network
from core.publishing.judging import LIMIT_PATIENCE
from core.publishing.models import Manner, PublicationStatus, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode
from core.publishing.scheduling import MISSED
from core.telegram.content import Media, MediaKind

Data = Mapping[str, Any]
SNOOZE_MINUTES = (15, 60)
WANTS_CONSENT = frozenset(
    {
        NetworkErrorCode.RECONNECT,
        NetworkErrorCode.TOKEN_EXPIRED,
        NetworkErrorCode.SCOPE_MISSING,
        NetworkErrorCode.NOT_PROFESSIONAL,
        NetworkErrorCode.NO_CHANNEL,
    }
)
"""What a new walk through the network's consent page mends."""
WANTS_CHANGE = frozenset({NetworkErrorCode.PRIVACY_NOT_OFFERED, NetworkErrorCode.TEXT_REFUSED})
"""What its owner mends in the options."""
STUCK = frozenset({PublicationStatus.FAILED, PublicationStatus.WAITING})
NAME_CHARACTERS = 60


def status(data: Data, t: Texts, now: datetime) -> Screen:
    """How far it is at each network, and what there is to press."""
    publications = data["publications"]
    text = [_heading(data, t), *_timing(data, t, now), ""]
    text += [_line(each, data, t, now) for each in publications]
    text += _remarks(publications, t)
    return Screen(lines(text), [*_links(publications, t), *_deeds(data, t), _way_on(t)])


def _heading(data: Data, t: Texts) -> Markup:
    name = clipped(str(data["video_name"]), NAME_CHARACTERS)
    match VideoPostStatus(data["status"]):
        case VideoPostStatus.DRAFT:
            return t("✏️ <b>Not published yet: {name}</b>", name=name)
        case VideoPostStatus.SCHEDULED:
            return t("⏰ <b>Scheduled: {name}</b>", name=name)
        case VideoPostStatus.PUBLISHING:
            return t("📤 <b>Publishing: {name}</b>", name=name)
        case VideoPostStatus.PUBLISHED:
            return t("✅ <b>Published: {name}</b>", name=name)
        case VideoPostStatus.PARTIALLY_PUBLISHED:
            return t("⚠️ <b>Published in part: {name}</b>", name=name)
        case VideoPostStatus.FAILED:
            return t("❌ <b>Not published: {name}</b>", name=name)
        case VideoPostStatus.CANCELLED:
            return t("🚫 <b>Cancelled: {name}</b>", name=name)


def _timing(data: Data, t: Texts, now: datetime) -> list[Markup]:
    if data["status"] != VideoPostStatus.SCHEDULED or not data.get("due_at"):
        return []
    return [echo(datetime.fromisoformat(data["due_at"]), data["time_zone"] or NO_ZONE, t, now)]


def _line(one: Data, data: Data, t: Texts, now: datetime) -> Markup:
    status = PublicationStatus(one["status"])
    place = place_label(one["network"], one["account"])
    return t(
        "{icon} <b>{place}</b>: {state}",
        icon=STATUS_ICONS[status],
        place=place,
        state=_state(one, status, data, t, now),
    )


def _state(one: Data, status: PublicationStatus, data: Data, t: Texts, now: datetime) -> Markup:
    match status:
        case PublicationStatus.UPLOADING:
            percent = int(one["progress"])
            shown = bar(percent * BAR_CELLS // 100, BAR_CELLS)
            return t("sending it {bar} {percent} %", bar=shown, percent=percent)
        case PublicationStatus.PREPARING if one["progress"]:
            percent = int(one["progress"])
            shown = bar(percent * BAR_CELLS // 100, BAR_CELLS)
            return t("getting the video ready {bar} {percent} %", bar=shown, percent=percent)
        case PublicationStatus.WAITING:
            return _waiting(one, data, t, now)
        case PublicationStatus.PUBLISHED if one.get("url"):
            return t('<a href="{url}">published</a>', url=one["url"])
        case PublicationStatus.FAILED | PublicationStatus.UNCONFIRMED if one.get("error"):
            return publishing_problem(_with_network(one), t)
        case _:
            return _plain_state(one, status, t)


def _plain_state(one: Data, status: PublicationStatus, t: Texts) -> Markup:
    by_hand = one["manner"] == Manner.BY_HAND
    states = {
        PublicationStatus.DRAFT: t("not chosen when"),
        PublicationStatus.SCHEDULED: t("I send you file and words, you publish")
        if by_hand
        else t("waits for its time"),
        PublicationStatus.PREPARING: t("getting the video ready …"),
        PublicationStatus.PROCESSING: t("is being processed there …"),
        PublicationStatus.ASKED: t("your turn: file and words are below"),
        PublicationStatus.PUBLISHED: t("published"),
        PublicationStatus.IN_INBOX: t("in your inbox there: open the app's notification and publish it"),
        PublicationStatus.FAILED: t("not published"),
        PublicationStatus.UNCONFIRMED: t("perhaps published: please look there"),
        PublicationStatus.SKIPPED: t("skipped"),
        PublicationStatus.CANCELLED: t("cancelled"),
    }
    return states.get(status, Markup.escape(status))


def _waiting(one: Data, data: Data, t: Texts, now: datetime) -> Markup:
    """For another day's quota, or for a connection that is to be renewed; the error says which."""
    reason = publishing_problem(_with_network(one), t) if one.get("error") else t("it has to wait.")
    if not one.get("due_at"):
        return reason
    again = echo(datetime.fromisoformat(one["due_at"]), data["time_zone"] or NO_ZONE, t, now)
    return t("{reason} I try again by myself: {again}", reason=reason, again=again)


def _with_network(one: Data) -> Data:
    error = one["error"]
    return {"code": error["code"], "params": {"network": one["network"], **error.get("params", {})}}


def _remarks(publications: Sequence[Data], t: Texts) -> list[Markup]:
    """TikTok wants people told that what they have posted isn't to be seen at once."""
    slow = (PublicationStatus.PROCESSING, PublicationStatus.PUBLISHED)
    if not any(each["network"] == Network.TIKTOK and each["status"] in slow for each in publications):
        return []
    return [
        Markup(),
        t("<i>It may take a few minutes until TikTok has processed the video and shows it on your profile.</i>"),
    ]


def _links(publications: Sequence[Data], t: Texts) -> list[list[Button]]:
    there = [each for each in publications if each["status"] == PublicationStatus.PUBLISHED and each.get("url")]
    return [[Button(t("▶️ {network}", network=network_label(each["network"])), url=each["url"]) for each in there]]


def _deeds(data: Data, t: Texts) -> list[list[Button]]:
    """For each publication what its owner has to decide, then what concerns all of them."""
    video_post_id = ids.VideoPostId(UUID(data["video_post_id"]))
    publications = data["publications"]
    rows = [row for each in publications for row in _decisions(each, t)]
    rows += _mending([each for each in publications if each["status"] in STUCK], t)
    if data["retryable"]:
        rows.append([Button(t("🔁 Try again"), RetryFailed(video_post_id))])
    if any(is_missed(each) for each in publications):
        rows.append([Button(t("🚀 Publish it now"), PublishMissed(video_post_id))])
    if data["status"] == VideoPostStatus.CANCELLED:
        rows.append([Button(t("👁 Publish it after all"), Preview(video_post_id))])
    elif data["status"] == VideoPostStatus.SCHEDULED:
        rows.append([Button(t("⏰ Change time"), ChooseTime(video_post_id)), _stop(video_post_id, t)])
    elif data["stoppable"]:
        rows.append([_stop(video_post_id, t)])
    return rows


def _stop(video_post_id: ids.VideoPostId, t: Texts) -> Button:
    return Button(t("🚫 Cancel"), StopPublishing(video_post_id))


def _decisions(one: Data, t: Texts) -> list[list[Button]]:
    publication_id, network = ids.PublicationId(UUID(one["publication_id"])), network_label(one["network"])
    if one["status"] == PublicationStatus.UNCONFIRMED:
        there = t("✅ {network}: it is there", network=network)
        return [
            *_profile(one, t),
            [Button(there, ItIsThere(publication_id)), Button(t("🔁 Send again"), SendAgain(publication_id))],
            [Button(t("🔎 Look there again"), AskAgain(publication_id)), Button(t("⏭ Leave it"), Skip(publication_id))],
        ]
    if is_missed(one):
        return [[Button(t("⏭ Skip {network}", network=network), Skip(publication_id))]]
    if one["status"] == PublicationStatus.ASKED:
        return by_hand_rows(publication_id, t)
    return []


def by_hand_rows(publication_id: ids.PublicationId, t: Texts) -> list[list[Button]]:
    """What becomes of one that its owner publishes."""
    later = [
        Button(t.plural("⏰ In {n} minute", "⏰ In {n} minutes", minutes), Snooze(publication_id, minutes))
        for minutes in SNOOZE_MINUTES
    ]
    return [[Button(t("✅ Posted"), MarkPosted(publication_id))], [*later, Button(t("⏭ Skip"), Skip(publication_id))]]


def _profile(one: Data, t: Texts) -> list[list[Button]]:
    """Where its owner looks whether it is there."""
    url = one.get("profile_url")
    return [[Button(t("👤 Open {place}", place=place_label(one["network"], one["account"])), url=url)]] if url else []


def is_missed(one: Data) -> bool:
    """It had its time while nothing ran, and waits for a word."""
    return one["status"] == PublicationStatus.WAITING and (one.get("error") or {}).get("code") == MISSED


def _mending(stuck: Sequence[Data], t: Texts) -> list[list[Button]]:
    """The way to what is in the way, once for each network."""
    rows = {}
    for each in stuck:
        code = (each.get("error") or {}).get("code")
        if code in WANTS_CONSENT:
            label = t("🔌 Connect {network}", network=network_label(each["network"]))
            rows[each["network"], "connect"] = [Button(label, ConnectAccount(Network(each["network"])))]
        elif code in WANTS_CHANGE:
            label = t("✏️ Change it for {network}", network=network_label(each["network"]))
            publication_id = ids.PublicationId(UUID(each["publication_id"]))
            rows[each["network"], "change"] = [Button(label, ShowPublication(publication_id))]
    return list(rows.values())


def _way_on(t: Texts) -> list[Button]:
    return [Button(t("📹 All of them"), ListVideoPosts(1))]


def told(data: Data, t: Texts, now: datetime) -> Screen:
    """What mustn't pass unnoticed, as a message of its own; the status message changes silently."""
    shown = status(data, t, now)
    return replace(shown, text=lines([_about(data, t), "", shown.text]))


def _about(data: Data, t: Texts) -> Markup:
    match data["about"]:
        case "unconfirmed":
            return t("❓ <b>I don't know whether this is out.</b> Please look there, then tell me.")
        case "waiting":
            return t.plural(
                "⏳ <b>This has to wait.</b> I go on by myself, and try it for {n} day at the most.",
                "⏳ <b>This has to wait.</b> I go on by myself, and try it for {n} days at the most.",
                LIMIT_PATIENCE.days,
            )
        case "reconnect":
            return t("🔌 <b>This needs a new connection</b>, or it can't go out.")
        case "missed":
            return t("🔌 <b>This missed its time</b>, since I was down. Nothing was sent.")
        case _:
            return t("📹 <b>Your video is through.</b>")


def by_hand(data: Data, t: Texts) -> Screen:
    """The file, and below it the words to copy: a press on them copies all."""
    publication_id = ids.PublicationId(UUID(data["publication_id"]))
    video, labels = data["video"], {"title": t("Title"), "caption": t("Words"), "first_comment": t("First comment")}
    words = [
        Markup("{}:\n<code>{}</code>").format(label, data[name]) for name, label in labels.items() if data.get(name)
    ]
    shown = [t("✋ <b>Time to publish on {network}</b>", network=network_label(data["network"])), "", *words]
    shown += [""] if words else []
    if video["size_bytes"] > SIZE_BYTES:
        shown.append(t("It is too big for a message here: Download has it."))
        download = [Button(t("⬇️ Download"), DownloadVideo(publication_id))]
        return Screen(lines(shown), [download, *by_hand_rows(publication_id, t)])
    if words:
        shown.append(t("Save the video, copy the words with a press on them, and publish it in the app."))
    else:
        shown.append(t("Save the video, and publish it in the app."))
    file = Media(
        kind=MediaKind.VIDEO,
        storage_key=video["storage_key"],
        filename=f"{file_name(str(video['name']))}{PurePosixPath(video['storage_key']).suffix}",
        duration_s=round(video["duration_s"]) if video["duration_s"] else None,
        width=video["width"],
        height=video["height"],
    )
    return Screen(lines(shown), by_hand_rows(publication_id, t), media=(file,))
