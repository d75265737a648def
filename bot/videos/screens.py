"""Users' own videos: the list, one of them, and how it gets here. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.keyboards import bar, pager
from bot.publishing.actions import PublishVideo
from bot.screens import Button, Keyboard, Screen, clipped, lines
from bot.texts import Texts
from bot.videos.actions import (
    AddVideo,
    AskVideoName,
    CheckAgain,
    DeleteVideo,
    ListVideos,
    OpenUploadPage,
    ShowOwnVideo,
    ShowUploadPage,
    StopVideo,
    UndeleteVideo,
)
from bot.videos.sentences import MEGABYTE, video_problem
from core import ids
from core.db import Paged
from core.videos.checking import NOT_UPRIGHT, SILENT, doubts
from core.videos.models import OwnVideo, OwnVideoStatus
from core.videos.showing import video_data
from core.videos.uploads import LIFE, LIMIT_BYTES
from core.when.formats import format_local

TITLE_CHARACTERS = 48
CHAT_MEGABYTES = 20
"""https://core.telegram.org/bots/api#getfile"""
ICONS = {OwnVideoStatus.CHECKING: "⏳", OwnVideoStatus.READY: "🎬", OwnVideoStatus.REFUSED: "⚠️"}


def shelf(videos: Paged[OwnVideo], t: Texts) -> Screen:
    """A page of them, each as a button."""
    add = Button(t("➕ Add a video"), AddVideo())
    if not videos.total:
        text = t("🎬 <b>No videos yet</b>\nAdd one, and I publish it to TikTok, Instagram and YouTube.")
        return Screen(text, [[add]])
    text = lines([t("🎬 <b>Your videos</b>"), t.plural("{n} video", "{n} videos", videos.total)])
    rows = [[Button(_label(video), ShowOwnVideo(video.id))] for video in videos.items]
    return Screen(text, [*rows, pager(videos.number, videos.pages, ListVideos), [add]])


def _label(video: OwnVideo) -> str:
    length = [length_label(video.duration_s)] if video.duration_s else []
    return " · ".join([f"{ICONS[OwnVideoStatus(video.status)]} {clipped(video.name, TITLE_CHARACTERS)}", *length])


def length_label(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), 60)
    return f"{minutes}:{seconds:02}"


def one(video: OwnVideo, t: Texts, *, time_zone: str | None, now: datetime, picture: bytes | None = None) -> Screen:
    """One of them, with what can be done in its state."""
    if video.status == OwnVideoStatus.REFUSED:
        return refused({**video_data(video), "again": bool(video.storage_key)}, t)
    if video.status == OwnVideoStatus.CHECKING:
        return checking({**video_data(video), "step": "queued", "percent": 0}, t)
    came = format_local(video.created_at, time_zone, t.language, now=now) if time_zone else None
    text = lines(
        [
            t("🎬 <b>{name}</b>", name=video.name),
            Markup.escape(" · ".join([*_facts(video_data(video)), *([came] if came else [])])),
            *_doubts(video_data(video), t),
        ]
    )
    return Screen(text, [*_ways(video.id, t), [Button(t("‹ Videos"), ListVideos(1))]], picture=picture)


def _ways(video_id: ids.OwnVideoId, t: Texts) -> Keyboard:
    return [
        [Button(t("📤 Publish"), PublishVideo(video_id))],
        [
            Button(t("✏️ Rename"), AskVideoName(video_id)),
            Button(t("🗑 Delete"), DeleteVideo(video_id, sure=False)),
        ],
    ]


def _facts(data: Mapping[str, Any]) -> list[str]:
    megabytes = f"{data['size_bytes'] / MEGABYTE:.{1 if data['size_bytes'] < 10 * MEGABYTE else 0}f} MB"
    if not data["duration_s"]:
        return [megabytes]
    return [length_label(data["duration_s"]), f"{data['width']}×{data['height']}", megabytes]


def _doubts(data: Mapping[str, Any], t: Texts) -> list[Markup]:
    words = {
        NOT_UPRIGHT: t("⚠️ It isn't 9:16: TikTok and Instagram show it with bars, and YouTube not as a Short."),
        SILENT: t("🔇 It has no sound."),
    }
    return [words[code] for code in doubts(width=data["width"], height=data["height"], audio_codec=data["audio_codec"])]


def add_video(t: Texts) -> Screen:
    """The next video that comes is taken for one."""
    text = lines(
        [
            t("➕ <b>Add a video</b>"),
            t(
                "Send it to me here, if it has at most {size} MB: best as a file, so that it isn't made smaller.",
                size=CHAT_MEGABYTES,
            ),
            t("For larger ones, up to {size} MB, there is a page in the browser.", size=LIMIT_BYTES // MEGABYTE),
            "",
            t("MP4, MOV or AVI; up to ten minutes; at least 720 pixels high, best 1080×1920. Or /cancel."),
        ]
    )
    return Screen(text, [[Button(t("🌐 Open the page"), OpenUploadPage())], [Button(t("‹ Videos"), ListVideos(1))]])


def too_big_for_chat(t: Texts) -> Screen:
    """It came into the chat, and Telegram keeps it."""
    text = lines(
        [
            t("🎬 <b>That video is too large for the chat</b>"),
            t(
                "Telegram gives me files of up to {size} MB only. On this page you can send up to {most} MB.",
                size=CHAT_MEGABYTES,
                most=LIMIT_BYTES // MEGABYTE,
            ),
        ]
    )
    return Screen(text, [[Button(t("🌐 Open the page"), OpenUploadPage())]])


def upload_page(upload_id: ids.UploadId, link: str, t: Texts) -> Screen:
    """The link, as a button where Telegram lets buttons open it."""
    openable = link.startswith("https://")
    text = lines(
        [
            t("🌐 <b>Send a video from your browser</b>"),
            t(
                "The link works for one video and for {hours} hours. Keep it to yourself.",
                hours=int(LIFE.total_seconds()) // 3600,
            ),
            t("The page shows how far it is, and goes on by itself when the connection was broken."),
            *([] if openable else ["", Markup("<code>{}</code>").format(link)]),
        ]
    )
    stop = Button(t("Cancel"), StopVideo(ids.OwnVideoId(upload_id)))
    return Screen(text, [*([[Button(t("🌐 Open the page"), url=link)]] if openable else []), [stop]])


def uploading(data: Mapping[str, Any], t: Texts) -> Screen:
    percent, video_id = int(data["percent"]), _id(data)
    text = lines(
        [
            t("🌐 <b>{name}</b> is on its way", name=data["name"]),
            Markup("{} {} %").format(bar(percent, 100), percent),
        ]
    )
    page = Button(t("🌐 The page"), ShowUploadPage(ids.UploadId(video_id)))
    return Screen(text, [[page, Button(t("Cancel"), StopVideo(video_id))]])


def checking(data: Mapping[str, Any], t: Texts) -> Screen:
    steps = {
        "queued": t("Waiting for its turn …"),
        "fetching": t("Fetching it from Telegram …"),
        "looking": t("Looking what is in it …"),
    }
    percent = int(data["percent"])
    text = lines(
        [
            t("⏳ <b>{name}</b>", name=data["name"]),
            steps[data["step"]],
            Markup("{} {} %").format(bar(percent, 100), percent),
        ]
    )
    return Screen(text, [[Button(t("Cancel"), StopVideo(_id(data)))]])


def ready(data: Mapping[str, Any], t: Texts) -> Screen:
    text = lines(
        [t("✅ <b>{name}</b> is here", name=data["name"]), Markup.escape(" · ".join(_facts(data))), *_doubts(data, t)]
    )
    show = Button(t("🖼 Show it"), ShowOwnVideo(_id(data)))
    return Screen(text, [*_ways(_id(data), t), [show, Button(t("‹ Videos"), ListVideos(1))]])


def same(data: Mapping[str, Any], t: Texts) -> Screen:
    text = lines(
        [
            t("♻️ <b>You have that video already</b>"),
            t("It is the very same file as “{name}”, so I keep it once.", name=data["name"]),
        ]
    )
    return Screen(text, [*_ways(_id(data), t), [Button(t("🖼 Show it"), ShowOwnVideo(_id(data)))]])


def refused(data: Mapping[str, Any], t: Texts) -> Screen:
    """`again`: it wasn't the video's fault, and the file is still there."""
    error = data["error"] or {"code": "", "params": {}}
    text = lines([t("⚠️ <b>{name}</b> can't be used", name=data["name"]), video_problem(error, t)])
    again = [Button(t("Try again"), CheckAgain(_id(data)))] if data.get("again") else []
    return Screen(text, [[*again, Button(t("➕ Add a video"), AddVideo())], [Button(t("‹ Videos"), ListVideos(1))]])


def stopped(data: Mapping[str, Any], t: Texts) -> Screen:
    name = data["name"]
    text = t("✖️ Cancelled. Nothing of “{name}” is kept.", name=name) if name else t("✖️ Cancelled. The link is closed.")
    return Screen(text, _afterwards(t))


def expired(data: Mapping[str, Any], t: Texts) -> Screen:
    name = data["name"]
    text = (
        t("⌛ The upload of “{name}” wasn't finished in time, so nothing of it is kept.", name=name)
        if name
        else t("⌛ The link has expired, and no video came.")
    )
    return Screen(text, _afterwards(t))


def _afterwards(t: Texts) -> Keyboard:
    return [[Button(t("➕ Add a video"), AddVideo()), Button(t("‹ Videos"), ListVideos(1))]]


def ask_name(video: OwnVideo, t: Texts) -> Screen:
    return Screen(t("What should “{name}” be called? Only you see it. Send the new name, or /cancel.", name=video.name))


def renamed(video: OwnVideo, t: Texts) -> Screen:
    return Screen(t("✓ It is called “{name}” now.", name=video.name), [[Button(t("Show it"), ShowOwnVideo(video.id))]])


def ask_delete(video: OwnVideo, t: Texts) -> Screen:
    """Something is still to be published of it."""
    text = lines(
        [
            t("🗑 <b>Delete “{name}”?</b>", name=video.name),
            t("Posts that are still to go out need it: they will fail without it. Cancel them first, or delete it."),
        ]
    )
    sure = Button(t("Yes, delete it"), DeleteVideo(video.id, sure=True))
    return Screen(text, [[sure, Button(t("‹ Keep it"), ShowOwnVideo(video.id))]])


def deleted(video: OwnVideo, t: Texts, *, days: timedelta) -> Screen:
    text = lines(
        [
            t("🗑 <b>“{name}” is deleted</b>", name=video.name),
            t("It can come back for {n} days. What was published of it stays where it is.", n=days.days),
        ]
    )
    return Screen(text, [[Button(t("↩️ Undo"), UndeleteVideo(video.id)), Button(t("‹ Videos"), ListVideos(1))]])


def _id(data: Mapping[str, Any]) -> ids.OwnVideoId:
    return ids.OwnVideoId(UUID(data["video_id"]))
