"""The weekly report in words and as a chart."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from babel.dates import format_date
from markupsafe import Markup

from bot.publishing.actions import ChooseReport, ListVideoPosts, ShowVideoPost
from bot.publishing.labels import network_label
from bot.screens import Button, Screen, clipped, lines
from bot.texts import Texts
from core import ids
from core.pictures.charts import Bar, Bars, Charts, charts_png
from core.telegram.content import Media, MediaKind
from core.viral.pages import compact

Data = Mapping[str, Any]
NAME_CHARACTERS, BUTTONS = 32, 3


def report(data: Data, t: Texts, *, picture: bytes | None = None) -> Screen:
    """What was published, how it does, and what all videos gained. A stored picture is sent with a delivery."""
    text = [t("📊 <b>Your videos, last 7 days</b>"), *_summary(data, t), ""]
    text += [_line(number, each, t) for number, each in enumerate(data["items"], start=1)]
    if not data["items"]:
        text.append(t("Nothing was published in these days."))
    numbers = [
        Button(str(number), ShowVideoPost(ids.VideoPostId(UUID(each["video_post_id"]))))
        for number, each in enumerate(data["items"][:BUTTONS], start=1)
    ]
    stored = data.get("picture")
    media = (Media(kind=MediaKind.PHOTO, storage_key=stored),) if stored else ()
    return Screen(
        lines(text),
        [numbers, [Button(t("📤 Published"), ListVideoPosts(1)), _switch(data, t)]],
        picture=picture,
        media=media,
    )


def _switch(data: Data, t: Texts) -> Button:
    if data["subscribed"]:
        return Button(t("🔕 Unsubscribe"), ChooseReport(wanted=False))
    return Button(t("🔔 Each Monday"), ChooseReport(wanted=True))


def _summary(data: Data, t: Texts) -> list[Markup]:
    gained, before = data["gained"], data["gained_before"]
    told = [
        t.plural("{n} video published", "{n} videos published", data["published"]),
        t(
            "+{views} views{change} · +{likes} likes · +{comments} comments",
            views=compact(gained["views"]),
            change=_change(gained["views"], before["views"]),
            likes=compact(gained["likes"]),
            comments=compact(gained["comments"]),
        ),
    ]
    return told if before["views"] > 0 else [*told, t("<i>There is no week before to compare with yet.</i>")]


def _change(now: int, before: int) -> str:
    """ " (+20 %)" against the week before."""
    return f" ({100 * (now - before) / before:+.0f} %)" if before > 0 else ""


def _line(number: int, each: Data, t: Texts) -> Markup:
    name = clipped(str(each["name"]), NAME_CHARACTERS)
    shown = Markup('<a href="{}">{}</a>').format(each["url"], name) if each["url"] else Markup.escape(name)
    facts = [
        t("{views} views", views=compact(each["views"])),
        t("{likes} likes", likes=compact(each["likes"])),
        t("{comments} comments", comments=compact(each["comments"])),
    ]
    return t(
        "{number}. {name} · {network}\n     <b>{facts}</b>",
        number=number,
        name=shown,
        network=network_label(each["network"]),
        facts=Markup(" · ").join(facts),
    )


def chart(data: Data, t: Texts) -> bytes:
    """Views gained by day. Not for an event loop."""
    bars = [Bar(_day(each["day"], t), max(0, each["views"]), compact(each["views"])) for each in data["days"]]
    title = str(t("Your videos, last 7 days").unescape())
    subtitle = str(t("+{views} views", views=compact(data["gained"]["views"])).unescape())
    return charts_png(Charts(title, subtitle, [Bars(str(t("Views by day")), bars)], dark=data["dark"]))


def _day(day: str, t: Texts) -> str:
    return str(format_date(date.fromisoformat(day), "EEE", locale=t.locale))
