"""A file on its way to us by the browser. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.keyboards import bar
from bot.screens import Button, Screen, lines
from bot.sources.actions import ListSources, OpenSourcePage, Shelf, ShowSourcePage, StopUpload
from bot.texts import Texts
from core import ids
from core.videos.uploads import LIFE

Data = Mapping[str, Any]


def upload_page(upload_id: ids.UploadId, link: str, t: Texts) -> Screen:
    """The link, as a button where Telegram lets buttons open it."""
    openable = link.startswith("https://")
    text = lines(
        [
            t("🌐 <b>Send a file from your browser</b>"),
            t(
                "The link works for one file and for {hours} hours. Keep it to yourself.",
                hours=int(LIFE.total_seconds()) // 3600,
            ),
            t("The page shows how far it is, and goes on by itself when the connection was broken."),
            *([] if openable else ["", Markup("<code>{}</code>").format(link)]),
        ]
    )
    page = [[Button(t("🌐 Open the page"), url=link)]] if openable else []
    return Screen(text, [*page, [Button(t("Cancel"), StopUpload(upload_id))]])


def uploading(data: Data, t: Texts) -> Screen:
    percent, upload_id = int(data["percent"]), ids.UploadId(UUID(data["video_id"]))
    text = lines(
        [
            t("🌐 <b>{name}</b> is on its way", name=data["name"]),
            Markup("{} {} %").format(bar(percent, 100), percent),
        ]
    )
    return Screen(
        text, [[Button(t("🌐 The page"), ShowSourcePage(upload_id)), Button(t("Cancel"), StopUpload(upload_id))]]
    )


def stopped(data: Data, t: Texts) -> Screen:
    name = data["name"]
    text = t("✖️ Cancelled. Nothing of “{name}” is kept.", name=name) if name else t("✖️ Cancelled. The link is closed.")
    return _afterwards(text, t)


def expired(data: Data, t: Texts) -> Screen:
    name = data["name"]
    if name:
        text = t("⌛ The upload of “{name}” wasn't finished in time, so nothing of it is kept.", name=name)
    else:
        text = t("⌛ The link has expired, and no file came.")
    return _afterwards(text, t)


def _afterwards(text: Markup, t: Texts) -> Screen:
    again = Button(t("🌐 Another link"), OpenSourcePage(None))
    return Screen(text, [[again, Button(t("‹ Sources"), ListSources(1, Shelf.ALL, False, False))]])
