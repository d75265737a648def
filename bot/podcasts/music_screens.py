"""The music before and after episodes: what there is, how it plays, and how to send another piece. Pure."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from bot.keyboards import ticked
from bot.podcasts.labels import duration_label
from bot.podcasts.music_actions import (
    AskMusic,
    AskRemoveMusic,
    HearMusic,
    LeaveMusic,
    RemoveMusic,
    SetEpisodeMusic,
    SetMeeting,
    SetPlays,
    ShowMusic,
)
from bot.screens import Button, Keyboard, Screen, lines
from bot.texts import Texts
from core import ids
from core.podcasts.models import PodcastMusic
from core.podcasts.music_choices import Meeting, Plays
from core.podcasts.own_music import FILE_BYTES, KEPT_S, choices_of

MEGABYTE = 1_000_000
SENTENCES: dict[str, Callable[[Texts, dict[str, Any]], Markup]] = {
    "podcasts.music_not_found": lambda t, _: t("You have no music for your episodes any more."),
    "podcasts.music_too_big": lambda t, params: t(
        "That file is too big: I can fetch at most {size} MB. Send a shorter piece; its beginning is enough.",
        size=int(params["limit_bytes"]) // MEGABYTE,
    ),
    "podcasts.music_too_short": lambda t, params: t(
        "That is too short: it takes at least {seconds} seconds. Send a longer piece.", seconds=params["least_s"]
    ),
}


def no_music(podcast_id: ids.PodcastId | None, t: Texts) -> Screen:
    """An invitation: the next file that comes is taken for it."""
    text = lines(
        [
            t("🎵 <b>Music for your episodes</b>"),
            t("It plays before the first words and after the last ones, and you send it only once."),
            "",
            _what_to_send(t),
        ]
    )
    return Screen(text, [[_back(podcast_id, t)]])


def ask_music(podcast_id: ids.PodcastId | None, t: Texts) -> Screen:
    """Another piece in place of the one that is there."""
    return Screen(
        lines([t("🎵 <b>Another piece</b>"), _what_to_send(t)]), [[Button(t("‹ Keep this one"), ShowMusic(podcast_id))]]
    )


def _what_to_send(t: Texts) -> Markup:
    return t(
        "Send me an audio file now, such as an MP3, of at most {size} MB. Its first {seconds} seconds are kept. "
        "Take music that you may publish. Or /cancel.",
        size=FILE_BYTES // MEGABYTE,
        seconds=int(KEPT_S),
    )


def own_music(
    music: PodcastMusic, t: Texts, *, podcast_id: ids.PodcastId | None, on: bool = False, news: Markup | None = None
) -> Screen:
    """`on`: whether the episode of that card has it. `news`: what has just happened."""
    choices = choices_of(music)
    text = lines(
        [
            *([news, ""] if news is not None else []),
            t("🎵 <b>{title}</b> · {duration}", title=music.title, duration=duration_label(music.duration_ms)),
            _plays_line(choices.plays, t),
            _meeting_line(choices.meeting, t),
            *([] if podcast_id is None else ["", _episode_line(t, on=on)]),
        ]
    )
    return Screen(text, [*_switch(podcast_id, t, on=on), *_ways(podcast_id, choices.plays, choices.meeting, t)])


def _plays_line(plays: Plays, t: Texts) -> Markup:
    match plays:
        case Plays.BOTH:
            return t("It plays before the first words and after the last ones.")
        case Plays.INTRO:
            return t("It plays before the first words.")
        case Plays.OUTRO:
            return t("It plays after the last words.")


def _meeting_line(meeting: Meeting, t: Texts) -> Markup:
    if meeting is Meeting.DUCK:
        return t("Where voice and music meet, it is quiet below the voice.")
    return t("Where voice and music meet, it is faded out: nobody talks over it.")


def _episode_line(t: Texts, *, on: bool) -> Markup:
    return t("<b>This episode has it.</b>") if on else t("This episode is made <b>without</b> it.")


def _switch(podcast_id: ids.PodcastId | None, t: Texts, *, on: bool) -> Keyboard:
    if podcast_id is None:
        return []
    return [
        [
            Button(ticked(t("With music"), on), SetEpisodeMusic(podcast_id, on=True)),
            Button(ticked(t("Without"), not on), SetEpisodeMusic(podcast_id, on=False)),
        ]
    ]


def _ways(podcast_id: ids.PodcastId | None, plays: Plays, meeting: Meeting, t: Texts) -> Keyboard:
    places = {Plays.BOTH: t("Both ends"), Plays.INTRO: t("Beginning"), Plays.OUTRO: t("End")}
    meetings = {Meeting.DUCK: t("Quiet below voices"), Meeting.FADE: t("Faded out")}
    return [
        [Button(ticked(label, each is plays), SetPlays(podcast_id, each)) for each, label in places.items()],
        [Button(ticked(label, each is meeting), SetMeeting(podcast_id, each)) for each, label in meetings.items()],
        [
            Button(t("▶️ Hear it"), HearMusic(podcast_id)),
            Button(t("🔁 Replace"), AskMusic(podcast_id)),
            Button(t("🗑 Remove"), AskRemoveMusic(podcast_id)),
        ],
        [_back(podcast_id, t)],
    ]


def ask_remove(music: PodcastMusic, podcast_id: ids.PodcastId | None, t: Texts) -> Screen:
    text = lines(
        [
            t("🗑 <b>Remove “{title}”?</b>", title=music.title),
            t("Your next episodes are made without music. Those that are done stay as they are."),
        ]
    )
    return Screen(
        text,
        [[Button(t("Yes, remove it"), RemoveMusic(podcast_id)), Button(t("‹ Keep it"), ShowMusic(podcast_id))]],
    )


def removed(podcast_id: ids.PodcastId | None, t: Texts) -> Screen:
    return Screen(
        t("🗑 The music is removed. Your next episodes are made without."),
        [[Button(t("🎵 Send another"), ShowMusic(podcast_id)), _back(podcast_id, t)]],
    )


def preview_caption(music: PodcastMusic, t: Texts) -> Markup:
    return t("🎵 {title}, as it sounds around an episode", title=music.title)


def _back(podcast_id: ids.PodcastId | None, t: Texts) -> Button:
    return Button(t("‹ Podcasts") if podcast_id is None else t("‹ Back"), LeaveMusic(podcast_id))
