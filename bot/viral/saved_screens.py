"""The list of saved videos, and one of them. Pure."""

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup

from bot.keyboards import pager
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from bot.viral.actions import AskNote, ClearNote, ForgetSaved, ListSaved, ShowSaved, ShowVideo, ShowViral, StartVersion
from bot.viral.labels import NETWORKS, age_label
from core import ids
from core.db import Paged
from core.providers.discovery import Network
from core.viral.models import SavedVideo
from core.viral.pages import compact, times
from core.viral.queries import Seen
from core.viral.saving import NOTE_CHARACTERS

LABEL_CHARACTERS = 44


def listed(found: Paged[SavedVideo], videos: Mapping[ids.VideoId, Seen], t: Texts) -> Screen:
    """A page of them, each as a button; 📝 has a note."""
    if not found.total:
        return Screen(
            t("💾 <b>No saved videos yet</b>\nPress <b>Save</b> below a video that you want to keep."),
            [[Button(t("🔎 Find some"), ShowViral())]],
        )
    text = lines(
        [
            t("💾 <b>Your saved videos</b>"),
            t.plural("{n} video", "{n} videos", found.total),
            *([_sample(t)] if any(seen.video.sample for seen in videos.values()) else []),
        ]
    )
    rows = [
        [Button(_label(saved, videos[saved.video_id]), ShowSaved(saved.id))]
        for saved in found.items
        if saved.video_id in videos
    ]
    return Screen(text, [*rows, pager(found.number, found.pages, ListSaved), [Button(t("🔎 Find more"), ShowViral())]])


def _label(saved: SavedVideo, seen: Seen) -> str:
    title = " ".join(seen.video.title.split()) or f"@{seen.creator.handle}"
    shown = title if len(title) <= LABEL_CHARACTERS else f"{title[: LABEL_CHARACTERS - 1].rstrip()}…"
    return f"{'📝 ' if saved.note else ''}{shown} · {compact(seen.video.views)}"


def one(saved: SavedVideo, seen: Seen, now: datetime, t: Texts, *, picture: bytes | None) -> Screen:
    """One of them, with its note."""
    row = seen.video
    score = times(seen.outlier.score)
    facts = [f"@{seen.creator.handle}", NETWORKS[Network(row.network)], compact(row.views), *([score] if score else [])]
    text = lines(
        [
            t("💾 <b>{title}</b>", title=" ".join(row.title.split())[:220] or f"@{seen.creator.handle}"),
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
            [Button(t("‹ Saved"), ListSaved(1)), Button(t("🗑 Remove"), ForgetSaved(saved.id))],
        ],
        picture=picture,
    )


def just_saved(saved: SavedVideo, t: Texts, *, again: bool) -> Screen:
    words = t("💾 It is among your saved videos already.") if again else t("💾 Saved.")
    note = t("📝 Change the note") if saved.note else t("📝 Add a note")
    return Screen(words, [[Button(note, AskNote(saved.id)), Button(t("My saved videos"), ListSaved(1))]])


def ask_note(saved: SavedVideo, t: Texts) -> Screen:
    """With the way to take the present one away."""
    clear = [[Button(t("✕ No note"), ClearNote(saved.id))]] if saved.note else []
    return Screen(
        t("📝 What do you want to remember? Send up to {n} characters, or /cancel.", n=NOTE_CHARACTERS), clear
    )


def _sample(t: Texts) -> Markup:
    return t("🧪 <b>Sample data</b>: made up to try things out, from no network.")
