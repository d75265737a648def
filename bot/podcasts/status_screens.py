"""The one message that tells how far a podcast is, and the audio itself. Pure: made of a notice's data."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import regex
from markupsafe import Markup

from bot.keyboards import BAR_CELLS, bar
from bot.podcasts.actions import (
    AskTitle,
    DeletePodcast,
    RetryPodcast,
    SendEpisode,
    SendTranscript,
    ShowDownload,
    ShowFeed,
    ShowPodcast,
    ShowPodcastOptions,
    ShowScript,
    StopPodcast,
    UndeletePodcast,
)
from bot.podcasts.labels import duration_label, step_label
from bot.podcasts.sentences import podcast_problem
from bot.screens import Button, Keyboard, Screen, lines
from bot.texts import Texts
from core import ids
from core.telegram.content import Media, MediaKind

Data = Mapping[str, Any]
CHAPTERS_SHOWN = 12
_NOT_IN_NAMES = regex.compile(r"[^\p{L}\p{M}\p{N} \-_.,']")
"""Marks are a part of letters: half of what Hindi is written with."""


def progress(data: Data, t: Texts) -> Screen:
    """A bar, the percent and the step, with a way to stop it."""
    percent = int(data["percent"])
    text = lines(
        [
            _heading("🎙", data, t),
            "",
            t("{bar} {percent} %", bar=bar(percent * BAR_CELLS // 100, BAR_CELLS), percent=percent),
            t("<i>{step} …</i>", step=step_label(str(data["step"]), t)),
        ]
    )
    stop = t("Don't send it") if data["step"] == "sending" else t("Cancel")
    return Screen(text, [[Button(stop, StopPodcast(_id(data)))]])


def failed(data: Data, t: Texts) -> Screen:
    """Why, that nothing was charged, and how it goes on."""
    text = lines([_heading("❌", data, t), podcast_problem(data["error"], t), "", _kept(data, t)])
    return Screen(text, _ways_on(data, t))


def cancelled(data: Data, t: Texts) -> Screen:
    return Screen(lines([_heading("🚫", data, t), t("Stopped."), _kept(data, t)]), _ways_on(data, t))


def _kept(data: Data, t: Texts) -> Markup:
    if data.get("has_audio"):
        return t("Nothing was charged. The audio that was there before stays in your list and your feed.")
    return t("Nothing was charged. What is there already is kept: <b>Try again</b> goes on with it.")


def deleted(data: Data, t: Texts) -> Screen:
    undo = [Button(t("↩️ Undo"), UndeletePodcast(_id(data)))]
    minutes = data.get("minutes")
    charged = t("Nothing was charged.") if minutes is None else _charged(minutes, t)
    return Screen(lines([_heading("🗑", data, t), t("Deleted. {charged}", charged=charged)]), [undo])


def done(data: Data, t: Texts) -> Screen:
    """The end, above the audio."""
    charged = _charged(int(data["minutes"]), t)
    if data.get("withdrawn"):
        text = lines([_heading("🎧", data, t), t("Stopped sending it. It is in your list and your feed."), charged])
        return Screen(text, [[Button(t("Send it"), SendEpisode(_id(data)))], _links(data, t)])
    if not data["sent"]:
        text = lines([_heading("⚠️", data, t), t("It is ready, but Telegram didn't take the file."), charged])
        return Screen(text, [[Button(t("Send it again"), SendEpisode(_id(data)))], _links(data, t)])
    text = lines([_heading("✅", data, t), t("Ready, below. {charged}", charged=charged)])
    return Screen(text, [_links(data, t)])


def _charged(minutes: int, t: Texts) -> Markup:
    if minutes == 0:
        return t("It used none of your minutes.")
    return t("It used {n} of your minutes.", n=minutes)


def episode(data: Data, t: Texts) -> Screen:
    """The audio, with the chapters in its caption."""
    performer = " & ".join(name for name in (data["host"], data["guest"]) if name)
    title = _part_title(data, t)
    audio = Media(
        kind=MediaKind.AUDIO,
        storage_key=data["key"],
        filename=f"{file_name(str(title))}.mp3",
        thumbnail_key=data.get("thumbnail_key"),
        duration_s=round(int(data["duration_ms"]) / 1000),
        title=str(title),
        performer=performer,
    )
    text = lines(
        [
            t("🎧 <b>{title}</b> · {duration}", title=title, duration=duration_label(int(data["duration_ms"]))),
            *_chapters(data),
            t("<i>A question about it? Reply to this message.</i>"),
        ]
    )
    podcast_id = _id(data)
    keyboard = [
        [Button(t("📄 Transcript"), SendTranscript(podcast_id)), Button(t("✏️ Rename"), AskTitle(podcast_id))],
        [Button(t("📡 Your feed"), ShowFeed()), Button(t("🗑 Delete"), DeletePodcast(podcast_id))],
    ]
    return Screen(text, keyboard, media=(audio,))


def file_name(title: str) -> str:
    """A title as a name that every system takes."""
    return " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:60].strip(" .") or "episode"


def _chapters(data: Data) -> list[Markup]:
    chapters = [chapter for chapter in data["chapters"] if chapter["title"]]
    if len(chapters) < 2:
        return []
    shown = [
        Markup("{} {}").format(duration_label(chapter["start_ms"]), chapter["title"][:60])
        for chapter in chapters[:CHAPTERS_SHOWN]
    ]
    return [Markup("<blockquote expandable>{}</blockquote>").format(lines(shown))]


def _part_title(data: Data, t: Texts) -> Markup | str:
    if data["parts"] == 1:
        return str(data["title"])
    return t("{title} ({part} of {parts})", title=data["title"], part=data["part"], parts=data["parts"]).unescape()


def _links(data: Data, t: Texts) -> list[Button]:
    return [Button(t("⬇️ Download"), ShowDownload(_id(data))), Button(t("Details"), ShowPodcast(_id(data)))]


def _ways_on(data: Data, t: Texts) -> Keyboard:
    podcast_id = _id(data)
    change = (
        Button(t("Show the script"), ShowScript(podcast_id, 1))
        if data["has_script"]
        else Button(t("Change options"), ShowPodcastOptions(podcast_id))
    )
    return [[Button(t("Try again"), RetryPodcast(podcast_id)), change]]


def _heading(icon: str, data: Data, t: Texts) -> Markup:
    return t("{icon} <b>{title}</b>", icon=icon, title=data["title"] or t("Your podcast"))


def _id(data: Data) -> ids.PodcastId:
    return ids.PodcastId(UUID(data["podcast_id"]))
