"""The one message that tells how far a voiceover is, and the recording itself. Pure: made of a notice's data."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.deliveries.actions import OpenCard
from bot.keyboards import BAR_CELLS, bar
from bot.podcasts.labels import duration_label, provider_label
from bot.podcasts.status_screens import file_name
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from bot.voiceovers.actions import DeleteVoiceover, ListVoiceovers, MakeVoiceover, OtherVoice, SendVoiceover
from bot.voiceovers.actions import StopVoiceover as Stop
from bot.voiceovers.labels import step_label
from bot.voiceovers.sentences import voiceover_problem
from core import ids
from core.providers.speech import Engine
from core.telegram.content import Media, MediaKind

Data = Mapping[str, Any]


def progress(data: Data, t: Texts) -> Screen:
    """A bar, the percent and the step, with a way to stop it."""
    percent = int(data["percent"])
    text = lines(
        [
            _heading("🔊", data, t),
            "",
            t("{bar} {percent} %", bar=bar(percent * BAR_CELLS // 100, BAR_CELLS), percent=percent),
            t("<i>{step} …</i>", step=step_label(str(data["step"]), t)),
        ]
    )
    return Screen(text, [] if data["step"] == "sending" else [[Button(t("Cancel"), Stop(_id(data)))]])


def failed(data: Data, t: Texts) -> Screen:
    """Why, that nothing was charged, and how it goes on."""
    kept = t("Nothing was charged. What was read already is kept: <b>Try again</b> goes on with it.")
    text = lines([_heading("❌", data, t), voiceover_problem(data["error"], t), "", kept])
    return Screen(text, [_ways_on(data, t), _back(data, t)])


def cancelled(data: Data, t: Texts) -> Screen:
    text = lines([_heading("🚫", data, t), t("Stopped. Nothing was charged.")])
    return Screen(text, [_ways_on(data, t), _back(data, t)])


def done(data: Data, t: Texts) -> Screen:
    """The end, above the recording."""
    arrived = data["arrived"]
    if all(arrived.values()):
        said = t("Ready, below: as a voice message and as an MP3.")
    elif arrived.get("file"):
        said = t(
            "Ready, below as an MP3. Telegram didn't take the voice message: it may be that your privacy settings "
            "don't allow voice messages."
        )
    elif arrived.get("voice"):
        said = t("Ready, below as a voice message. Telegram didn't take the MP3.")
    else:
        said = t("It is ready, but Telegram didn't take it. Press Send it again.")
    text = lines([_heading("✅" if any(arrived.values()) else "⚠️", data, t), said])
    ways = [
        Button(t("🗣 Other voice"), OtherVoice(_id(data))),
        *([] if all(arrived.values()) else [Button(t("Send it again"), SendVoiceover(_id(data)))]),
    ]
    return Screen(text, [ways, _back(data, t)])


def voice(data: Data, t: Texts) -> Screen:
    """The voice message."""
    recording = Media(kind=MediaKind.VOICE, storage_key=data["key"], filename="voice.ogg", duration_s=_seconds(data))
    return Screen(_caption(data, t), media=(recording,))


def file(data: Data, t: Texts) -> Screen:
    """The same as an MP3, with what can be done next."""
    recording = Media(
        kind=MediaKind.AUDIO,
        storage_key=data["key"],
        filename=f"{file_name(data['title'])}.mp3",
        duration_s=_seconds(data),
        title=data["title"],
        performer=data["voice"],
    )
    keyboard = [
        [Button(t("🗣 Other voice"), OtherVoice(_id(data))), Button(t("🗑 Delete"), DeleteVoiceover(_id(data)))],
        _back(data, t),
    ]
    return Screen(_caption(data, t), keyboard, media=(recording,))


def _caption(data: Data, t: Texts) -> Markup:
    """Who speaks; a synthesizer is called one."""
    if data["engine"] == Engine.ESPEAK:
        return t("🔊 {voice} · offline voice (espeak-ng)", voice=data["voice"])
    return Markup("🔊 {} · {}").format(data["voice"], provider_label(Engine(data["engine"]), t))


def _ways_on(data: Data, t: Texts) -> list[Button]:
    return [
        Button(t("Try again"), MakeVoiceover(_id(data))),
        Button(t("🗣 Other voice"), OtherVoice(_id(data))),
    ]


def _back(data: Data, t: Texts) -> list[Button]:
    draft = [Button(t("‹ The draft"), OpenCard(ids.PostId(UUID(data["post_id"]))))] if data.get("post_id") else []
    return [*draft, Button(t("🔊 My voiceovers"), ListVoiceovers(1))]


def _heading(icon: str, data: Data, t: Texts) -> Markup:
    duration = data.get("duration_ms")
    length = f" · {duration_label(int(duration))}" if duration else ""
    return t("{icon} <b>{title}</b>{length}", icon=icon, title=data["title"], length=length)


def _seconds(data: Data) -> int:
    return max(1, round(int(data["duration_ms"]) / 1000))


def _id(data: Data) -> ids.VoiceoverId:
    return ids.VoiceoverId(UUID(data["voiceover_id"]))
