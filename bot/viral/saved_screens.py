"""The list of saved videos, and one of them. Pure."""

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup

from bot.billing.actions import ShowPlans
from bot.billing.labels import plan_label
from bot.keyboards import pager, ticked
from bot.screens import Button, Screen, clipped, lines
from bot.scripts.actions import OpenVideoScript, ShowWay
from bot.texts import Texts
from bot.viral.actions import (
    AskNote,
    ClearNote,
    ExportSaved,
    ForgetSaved,
    ListSaved,
    RestoreSaved,
    SearchSaved,
    ShowSaved,
    ShowVideo,
    ShowViral,
    StartVersion,
)
from bot.viral.labels import NETWORKS, age_label
from core import ids
from core.db import Paged
from core.providers.discovery import Network
from core.viral.models import SavedVideo
from core.viral.pages import compact, times
from core.viral.queries import Seen
from core.viral.saving import NOTE_CHARACTERS

LABEL_CHARACTERS = 44
TITLE_CHARACTERS = 220


def listed(
    found: Paged[SavedVideo],
    videos: Mapping[ids.VideoId, Seen],
    counts: Mapping[Network, int],
    t: Texts,
    *,
    network: Network | None = None,
    search: str = "",
) -> Screen:
    """A page of them, each as a button; 📝 has a note. `counts`: how many there are of each network."""
    if not counts:
        return Screen(
            t("💾 <b>No saved videos yet</b>\nPress <b>Save</b> below a video that you want to keep."),
            [[Button(t("🔎 Find some"), ShowViral())]],
        )
    text = lines(
        [
            t("💾 <b>Your saved videos</b>"),
            *([t("With “{words}”", words=search)] if search else []),
            t.plural("{n} video", "{n} videos", found.total) if found.total else t("None of these."),
            *([_sample(t)] if any(seen.video.sample for seen in videos.values()) else []),
        ]
    )
    rows = [
        [Button(_label(saved, videos[saved.video_id]), ShowSaved(saved.id))]
        for saved in found.items
        if saved.video_id in videos
    ]
    clear = [Button(t("✕ All words"), ListSaved(1, network))] if search else []
    return Screen(
        text,
        [
            *rows,
            pager(found.number, found.pages, lambda number: ListSaved(number, network, bool(search))),
            _networks(counts, network, t, found=bool(search)),
            [Button(t("🔎 Search"), SearchSaved()), *clear, Button(t("📄 CSV"), ExportSaved())],
            [Button(t("🔥 Find more"), ShowViral())],
        ],
    )


def _networks(counts: Mapping[Network, int], shown: Network | None, t: Texts, *, found: bool) -> list[Button]:
    """A filter, where there is something to choose."""
    if len(counts) < 2 and shown is None:
        return []
    each = [
        Button(ticked(NETWORKS[network], network is shown), ListSaved(1, network, found))
        for network in Network
        if network in counts
    ]
    return [Button(ticked(str(t("All")), shown is None), ListSaved(1, None, found)), *each]


def _label(saved: SavedVideo, seen: Seen) -> str:
    shown = clipped(seen.video.title, LABEL_CHARACTERS) or f"@{seen.creator.handle}"
    return f"{'📝 ' if saved.note else ''}{shown} · {compact(seen.video.views)}"


def one(saved: SavedVideo, seen: Seen, now: datetime, t: Texts, *, picture: bytes | None) -> Screen:
    """One of them, with its note."""
    row = seen.video
    score = times(seen.outlier.score)
    facts = [f"@{seen.creator.handle}", NETWORKS[Network(row.network)], compact(row.views), *([score] if score else [])]
    text = lines(
        [
            t("💾 <b>{title}</b>", title=" ".join(row.title.split())[:TITLE_CHARACTERS] or f"@{seen.creator.handle}"),
            Markup.escape(" · ".join(facts)),
            t("Saved {age} ago.", age=age_label(saved.saved_at, now, t)),
            *(["", t("📝 {note}", note=saved.note)] if saved.note else []),
            *([_sample(t)] if row.sample else []),
        ]
    )
    note = Button(t("📝 Change the note") if saved.note else t("📝 Add a note"), AskNote(saved.id))
    open_it = [Button(t("▶️ Open"), url=row.url)] if row.url.startswith("https://") else []
    return Screen(
        text,
        [
            [Button(t("📊 Numbers"), ShowVideo(row.id, None)), *open_it],
            [Button(t("✍️ Write my version"), StartVersion(row.id)), note],
            [
                Button(t("📜 Script"), OpenVideoScript(row.id)),
                Button(t("🎬 Like this channel"), ShowWay(seen.creator.id)),
            ],
            [Button(t("‹ Saved"), ListSaved(1)), Button(t("🗑 Remove"), ForgetSaved(saved.id))],
        ],
        picture=picture,
    )


def just_saved(saved: SavedVideo, t: Texts, *, again: bool) -> Screen:
    words = t("💾 It is among your saved videos already.") if again else t("💾 Saved.")
    note = t("📝 Change the note") if saved.note else t("📝 Add a note")
    return Screen(words, [[Button(note, AskNote(saved.id)), Button(t("My saved videos"), ListSaved(1))]])


def forgotten(saved: SavedVideo, seen: Seen, t: Texts) -> Screen:
    title = " ".join(seen.video.title.split())[:TITLE_CHARACTERS] or f"@{seen.creator.handle}"
    return Screen(
        t("🗑 <b>“{title}” is no longer saved</b>\nIt can come back for a week, with its note.", title=title),
        [[Button(t("↩️ Undo"), RestoreSaved(saved.id)), Button(t("‹ Saved"), ListSaved(1))]],
    )


def ask_words(t: Texts) -> Screen:
    return Screen(t("Which words should be in the title, the note or the creator's name? Send them, or /cancel."))


def exported(rows: int, total: int, t: Texts) -> Screen:
    more = t("The newest {n} of {total}.", n=rows, total=total) if rows < total else Markup()
    return Screen(lines([t.plural("📄 {n} saved video", "📄 {n} saved videos", rows), *([more] if more else [])]))


def no_export(plan: str | None, t: Texts) -> Screen:
    """`plan`: the smallest that has it."""
    needed = (
        t("Exporting to CSV comes with the plan {plan} and those above it.", plan=plan_label(plan, t))
        if plan is not None
        else t("No plan has exporting to CSV at the moment.")
    )
    return Screen(
        lines([needed, t("Your saved videos stay where they are.")]), [[Button(t("Compare plans"), ShowPlans(0))]]
    )


def ask_note(saved: SavedVideo, t: Texts) -> Screen:
    """With the way to take the present one away."""
    clear = [[Button(t("✕ No note"), ClearNote(saved.id))]] if saved.note else []
    return Screen(
        t("📝 What do you want to remember? Send up to {n} characters, or /cancel.", n=NOTE_CHARACTERS), clear
    )


def _sample(t: Texts) -> Markup:
    return t("🧪 <b>Sample data</b>: made up to try things out, from no network.")
