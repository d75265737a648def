"""Videos among what the calendar shows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from markupsafe import Markup

from bot.publishing.actions import ListVideoPosts, ShowVideoPost
from bot.screens import Button, Screen, clipped, lines
from bot.texts import Texts
from core.publishing.coming import ComingVideo
from core.when.formats import format_local

LISTED = 3
"""Below a page of posts: a picture's caption holds no more."""
NAME_CHARACTERS = 28


def with_videos(screen: Screen, videos: Sequence[ComingVideo], *, zone: str, t: Texts, now: datetime) -> Screen:
    """The same with the next videos below; without any, just the same. Each leads to where its time is changed, or it
    is cancelled."""
    if not videos:
        return screen
    heading = t.plural("📹 <b>{n} video is coming</b>", "📹 <b>{n} videos are coming</b>", len(videos))
    shown = videos[:LISTED]
    rows = [[Button(_label(each, zone, t, now), ShowVideoPost(each.video_post_id))] for each in shown]
    if len(videos) > len(shown):
        rows.append([Button(t("📹 All of them"), ListVideoPosts(1))])
    told = [Markup("{} · <i>{}</i>").format(_time(each, zone, t, now), _name(each)) for each in shown]
    text = lines([screen.text, Markup(), heading, *told])
    return replace(screen, text=text, keyboard=[*rows, *screen.keyboard])


def _label(each: ComingVideo, zone: str, t: Texts, now: datetime) -> str:
    return f"🎬 {_time(each, zone, t, now)} · {_name(each)}"


def _time(each: ComingVideo, zone: str, t: Texts, now: datetime) -> str:
    return format_local(each.at, zone, t.language, now=now)


def _name(each: ComingVideo) -> str:
    return clipped(each.name, NAME_CHARACTERS)
