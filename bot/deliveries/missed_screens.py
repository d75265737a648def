"""What missed its time, as one message with the ways out of it for each post and for all."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.channels.labels import target_label
from bot.deliveries.actions import (
    ChooseTimeOfMissed,
    SendAllMissed,
    SendMissedPost,
    ShowCalendar,
    ShowMissed,
    SkipAllMissed,
    SkipMissedPost,
)
from bot.deliveries.phrases import NO_ZONE, first_words
from bot.keyboards import pager
from bot.posts.labels import platform_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.when.formats import format_local

WORDS_IN_LINE = 60
"""UTF-16 units."""

Data = Mapping[str, Any]


def missed(data: Data, t: Texts, now: datetime) -> Screen:
    """The posts that wait for a word. `data` is core.posts.missed.missed_data."""
    if not data["total"]:
        return Screen(t("✅ Nothing waits for you any more."), [[Button(t("📅 Calendar"), ShowCalendar(1))]])
    heading = t.plural(
        "⏸ <b>{n} post missed its time</b>. What now?", "⏸ <b>{n} posts missed their time</b>. What now?", data["total"]
    )
    posts = list(enumerate(data["posts"], start=data["first"]))
    legend = t("🚀 send now · ⏰ choose a time · ⏭ skip")
    text = lines([heading, "", *(_line(number, post, data, t, now) for number, post in posts), "", legend])
    turn = pager(data["page"], data["pages"], ShowMissed)
    return Screen(text, [*(_row(number, post, data["page"]) for number, post in posts), turn, *_all(data, t)])


def _line(number: int, post: Data, data: Data, t: Texts, now: datetime) -> Markup:
    due_at, zone = datetime.fromisoformat(post["due_at"]), data["time_zone"] or NO_ZONE
    place = target_label(post["target"]) if post["target"] else platform_label(post["platform"])
    return Markup("{}. <b>{}</b> · {} · <i>{}</i>").format(
        number,
        format_local(due_at, zone, t.language, now=now),
        place,
        first_words(post["title"], post["text"], WORDS_IN_LINE),
    )


def _row(number: int, post: Data, page: int) -> list[Button]:
    post_id = ids.PostId(UUID(post["post_id"]))
    return [
        Button(f"{number} 🚀", SendMissedPost(post_id, page)),
        Button(f"{number} ⏰", ChooseTimeOfMissed(post_id)),
        Button(f"{number} ⏭", SkipMissedPost(post_id, page)),
    ]


def _all(data: Data, t: Texts) -> Iterator[list[Button]]:
    if data["total"] > 1:
        yield [Button(t("🚀 Send all now"), SendAllMissed()), Button(t("⏭ Skip all"), SkipAllMissed())]
