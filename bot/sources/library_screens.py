"""The list of sources, and what is asked and said about one of them. Pure."""

from collections.abc import Collection
from datetime import timedelta

from markupsafe import Markup

from bot.keyboards import pager, ticked
from bot.screens import Button, Keyboard, Screen, clipped, lines, rows_of
from bot.sources.actions import (
    DeleteSource,
    ListSources,
    OpenSource,
    OpenSourcePage,
    PickSource,
    SearchSources,
    Shelf,
    TalkAboutPicked,
    UndeleteSource,
    WriteFromPicked,
)
from bot.sources.screens import ICONS
from bot.texts import Texts
from core import ids
from core.db import Paged
from core.sources.models import SourceStatus
from core.sources.queries import SourceTitle
from core.sources.reading import SourceKind

TITLE_CHARACTERS = 44


def listed(
    found: Paged[SourceTitle], t: Texts, *, shown: ListSources, search: str, picked: Collection[ids.SourceId]
) -> Screen:
    """A page of them, each as a button: opened, or chosen to be used together."""
    text = lines(
        [
            t("🧩 <b>Choose several</b>") if shown.picking else t("📚 <b>Your sources</b>"),
            *([t("With “{words}”", words=search)] if search else []),
            _how_many(found, shown, t),
            *([t.plural("{n} chosen", "{n} chosen", len(picked))] if shown.picking else []),
        ]
    )
    rows = [[_row(source, shown, picked, t)] for source in found.items]
    pages = pager(found.number, found.pages, lambda page: ListSources(page, shown.shelf, shown.found, shown.picking))
    return Screen(text, [*rows, pages, *_shelves(shown, t), *_below(found, shown, picked, t)])


def _how_many(found: Paged[SourceTitle], shown: ListSources, t: Texts) -> Markup:
    if found.total:
        return t.plural("{n} source", "{n} sources", found.total)
    if shown.found or shown.shelf is not Shelf.ALL:
        return t("There is none like that.")
    return t("None yet. Whatever you send me to write from is kept here.")


def _row(source: SourceTitle, shown: ListSources, picked: Collection[ids.SourceId], t: Texts) -> Button:
    icon = "⚠️" if source.status == SourceStatus.UNREAD else ICONS[SourceKind(source.kind)]
    label = f"{icon} {clipped(source.title, TITLE_CHARACTERS) or _untitled(source, t)}"
    if shown.picking:
        return Button(ticked(label, source.id in picked), PickSource(source.id, shown.page, shown.shelf, shown.found))
    return Button(label, OpenSource(source.id))


def _untitled(source: SourceTitle, t: Texts) -> str:
    match source.kind:
        case SourceKind.AUDIO:
            return t("A recording").unescape()
        case SourceKind.VIDEO:
            return t("A video").unescape()
        case SourceKind.FILE:
            return t("A file").unescape()
        case _:
            return t("Media without words").unescape()


def _shelves(shown: ListSources, t: Texts) -> Keyboard:
    labels = {
        Shelf.ALL: t("All"),
        Shelf.TEXTS: t("Texts"),
        Shelf.LINKS: t("Links"),
        Shelf.FILES: t("Files"),
        Shelf.RECORDINGS: t("Recordings"),
    }
    buttons = [
        Button(ticked(label, shelf is shown.shelf), ListSources(1, shelf, shown.found, shown.picking))
        for shelf, label in labels.items()
    ]
    return rows_of(buttons, columns=3)


def _below(found: Paged[SourceTitle], shown: ListSources, picked: Collection[ids.SourceId], t: Texts) -> Keyboard:
    if shown.picking:
        use = [Button(t("✍️ Write posts"), WriteFromPicked()), Button(t("🎙 Podcast"), TalkAboutPicked())]
        back = Button(t("‹ Sources"), ListSources(1, shown.shelf, shown.found, False))
        return [use if len(picked) >= 2 else [], [back]]
    several = [Button(t("🧩 Use several"), ListSources(1, shown.shelf, shown.found, True))] if found.total > 1 else []
    everything = [Button(t("✖️ All of them"), ListSources(1, Shelf.ALL, False, False))] if shown.found else []
    return [
        [Button(t("🔎 Search"), SearchSources()), *everything],
        [*several, Button(t("🌐 A large file"), OpenSourcePage(None))],
    ]


def ask_search(t: Texts) -> Screen:
    return Screen(t("Which words should be in the source? Send them, or /cancel."))


def ask_title(title: str, t: Texts) -> Screen:
    if not title:
        return Screen(t("What should it be called? Send the title, or /cancel."))
    return Screen(t("What should “{title}” be called? Send the new title, or /cancel.", title=title))


def renamed(source_id: ids.SourceId, title: str, t: Texts) -> Screen:
    return Screen(t("✓ It is called “{title}” now.", title=title), [[Button(t("Show it"), OpenSource(source_id))]])


def ask_delete(source_id: ids.SourceId, title: str, posts: int, podcasts: int, t: Texts) -> Screen:
    """What was made of it stays."""
    made = [
        *([t.plural("{n} post was written from it.", "{n} posts were written from it.", posts)] if posts else []),
        *([t.plural("{n} podcast was made from it.", "{n} podcasts were made from it.", podcasts)] if podcasts else []),
    ]
    text = lines(
        [
            t("🗑 <b>Delete “{title}”?</b>", title=title) if title else t("🗑 <b>Delete this source?</b>"),
            *made,
            t("They stay as they are; only nothing more can be written from it."),
        ]
    )
    sure = Button(t("Yes, delete it"), DeleteSource(source_id, sure=True))
    return Screen(text, [[sure, Button(t("‹ Keep it"), OpenSource(source_id))]])


def deleted(source_id: ids.SourceId, title: str, within: timedelta, t: Texts) -> Screen:
    text = lines(
        [
            t("🗑 <b>“{title}” is deleted</b>", title=title) if title else t("🗑 <b>The source is deleted</b>"),
            t("It can come back for {n} days. What was made of it stays.", n=within.days),
        ]
    )
    back = Button(t("‹ Sources"), ListSources(1, Shelf.ALL, False, False))
    return Screen(text, [[Button(t("↩️ Undo"), UndeleteSource(source_id)), back]])
