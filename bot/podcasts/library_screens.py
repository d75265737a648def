"""The list of podcasts, one of them, and the private feed. Pure."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.keyboards import pager, ticked
from bot.podcasts.actions import (
    AskRotateFeed,
    AskTitle,
    DeletePodcast,
    ListPodcasts,
    RetryPodcast,
    RotateFeed,
    SendEpisode,
    SendTranscript,
    Shelf,
    ShowDownload,
    ShowFeed,
    ShowPodcast,
    ShowPodcastOptions,
    ShowScript,
    StartPodcast,
    StopPodcast,
    UndeletePodcast,
)
from bot.podcasts.labels import STATUS_ICONS, duration_label, shelf_label, status_label
from bot.podcasts.music_actions import ShowMusic
from bot.podcasts.sentences import podcast_problem
from bot.screens import Button, Keyboard, Screen, clipped, lines, rows_of
from bot.texts import Texts
from core.podcasts.models import WORKING, Podcast, PodcastStatus
from core.podcasts.quotes import is_outdated
from core.when.formats import format_local

TITLE_CHARACTERS = 48


def shelf(podcasts: Sequence[Podcast], shown: Shelf, *, page: int, pages: int, total: int, t: Texts) -> Screen:
    """A page of them, each as a button."""
    if not total and shown is Shelf.ALL:
        return Screen(
            t("🎙 <b>No podcasts yet</b>\nSend me a text or a link and press <b>Podcast</b> below it."),
            [[Button(t("🎙 New podcast"), StartPodcast())]],
        )
    text = lines(
        [
            t("🎙 <b>Your podcasts</b> · {shelf}", shelf=shelf_label(shown, t)),
            t.plural("{n} podcast", "{n} podcasts", total) if total else t("None of these."),
        ]
    )
    found = [[Button(_label(podcast, t), ShowPodcast(podcast.id))] for podcast in podcasts]
    shelves = [Button(ticked(shelf_label(each, t), each is shown), ListPodcasts(each, 1)) for each in Shelf]
    return Screen(
        text,
        [
            *found,
            pager(page, pages, lambda number: ListPodcasts(shown, number)),
            *rows_of(shelves, columns=3),
            [Button(t("🎙 New podcast"), StartPodcast()), Button(t("📡 Your feed"), ShowFeed())],
            [Button(t("🎵 Music"), ShowMusic(None))],
        ],
    )


def _label(podcast: Podcast, t: Texts) -> str:
    icon = STATUS_ICONS[PodcastStatus(podcast.status)]
    title = clipped(podcast.title, TITLE_CHARACTERS) or str(t("Untitled"))
    return " · ".join([f"{icon} {title}", *([duration_label(_duration_ms(podcast))] if podcast.parts else [])])


def details(podcast: Podcast, *, time_zone: str | None, now: datetime, t: Texts) -> Screen:
    """One of them, with what can be done in its state."""
    status = PodcastStatus(podcast.status)
    made = format_local(podcast.created_at, time_zone, t.language, now=now) if time_zone else None
    text = lines(
        [
            t("{icon} <b>{title}</b>", icon=STATUS_ICONS[status], title=podcast.title or t("Untitled")),
            Markup(" · ").join(
                [
                    status_label(status, t),
                    *([Markup.escape(duration_label(_duration_ms(podcast)))] if podcast.parts else []),
                    *([Markup.escape(made)] if made else []),
                ]
            ),
            *([podcast_problem(podcast.error, t)] if podcast.error and status is PodcastStatus.FAILED else []),
            *([t("✏️ The script has changed since the audio was made.")] if is_outdated(podcast) else []),
            *([t("<i>Reply to its audio with a question, and I look for the answer.</i>")] if podcast.parts else []),
        ]
    )
    return Screen(text, [*_ways(podcast, status, t), _last_row(podcast, t)])


def _ways(podcast: Podcast, status: PodcastStatus, t: Texts) -> Keyboard:
    podcast_id = podcast.id
    script = Button(t("📜 Script"), ShowScript(podcast_id, 1))
    rename = Button(t("✏️ Rename"), AskTitle(podcast_id))
    if status in WORKING:
        return [[Button(t("Cancel"), StopPodcast(podcast_id))]]
    if status is PodcastStatus.READY:
        return [
            [Button(t("🎧 Send it to me"), SendEpisode(podcast_id)), Button(t("⬇️ Download"), ShowDownload(podcast_id))],
            [script, Button(t("📄 Transcript"), SendTranscript(podcast_id)), rename],
        ]
    again = [Button(t("Try again"), RetryPodcast(podcast_id))] if status is not PodcastStatus.SCRIPT_READY else []
    if podcast.script is None:
        return [[*again, Button(t("Change options"), ShowPodcastOptions(podcast_id))]]
    return [[script, rename], again]


def _last_row(podcast: Podcast, t: Texts) -> list[Button]:
    return [
        Button(t("‹ All podcasts"), ListPodcasts(Shelf.ALL, 1)),
        Button(t("🗑 Delete"), DeletePodcast(podcast.id)),
    ]


def deleted(podcast: Podcast, *, stopped: bool, t: Texts) -> Screen:
    """`stopped`: it was being worked on."""
    text = lines(
        [
            t("🗑 <b>“{title}” is deleted</b>", title=podcast.title or t("Untitled")),
            t("The work at it is stopped, and nothing is charged.")
            if stopped
            else t("It is gone from your list and your feed."),
        ]
    )
    return Screen(
        text,
        [
            [
                Button(t("↩️ Undo"), UndeletePodcast(podcast.id)),
                Button(t("‹ All podcasts"), ListPodcasts(Shelf.ALL, 1)),
            ]
        ],
    )


def ask_title(podcast: Podcast, t: Texts) -> Screen:
    return Screen(
        t("What should “{title}” be called? Send the new title, or /cancel.", title=podcast.title or t("Untitled"))
    )


def renamed(podcast: Podcast, t: Texts) -> Screen:
    text = t("✓ It is called “{title}” now, in your list and your feed.", title=podcast.title)
    return Screen(text, [[Button(t("Show it"), ShowPodcast(podcast.id))]])


def download(podcast: Podcast, links: Sequence[str], t: Texts) -> Screen:
    """Links that work for an hour."""
    rows = [
        [Button(t("⬇️ Download") if len(links) == 1 else t("⬇️ Part {n}", n=number), url=link)]
        for number, link in enumerate(links, start=1)
    ]
    return Screen(
        t("⬇️ <b>{title}</b>\nAnybody who has this link can download it, for one hour.", title=podcast.title),
        [*rows, [Button(t("‹ Back"), ShowPodcast(podcast.id))]],
    )


def download_text(podcast: Podcast, links: Sequence[str], t: Texts) -> Screen:
    """The same where the address is none that Telegram lets a button open."""
    shown = [Markup("<code>{}</code>").format(link) for link in links]
    return Screen(
        lines(
            [
                t("⬇️ <b>{title}</b>", title=podcast.title),
                t("Anybody who has this link can download it, for one hour."),
                *shown,
            ]
        ),
        [[Button(t("‹ Back"), ShowPodcast(podcast.id))]],
    )


def feed(address: str, t: Texts, *, changed: bool = False) -> Screen:
    """The address for podcast apps."""
    text = lines(
        [
            t("📡 <b>Your private feed</b>"),
            *([t("This is the new address. The old one leads nowhere any more.")] if changed else []),
            t("Add this address in your podcast app, and each new episode comes there by itself:"),
            "",
            Markup("<code>{}</code>").format(address),
            "",
            t("Whoever has the address can listen. If it gets around, change it."),
        ]
    )
    return Screen(
        text,
        [
            [Button(t("📋 Copy the address"), copy=address)],
            [Button(t("🔑 Change the address"), AskRotateFeed()), Button(t("‹ Podcasts"), ListPodcasts(Shelf.ALL, 1))],
        ],
    )


def ask_rotate(t: Texts) -> Screen:
    return Screen(
        t("🔑 <b>Change the address of your feed?</b>\nApps that have the old one get no more episodes."),
        [[Button(t("Yes, change it"), RotateFeed()), Button(t("‹ Leave it"), ShowFeed())]],
    )


def transcript_caption(podcast: Podcast, t: Texts) -> Screen:
    return Screen(t("📄 {title}", title=podcast.title))


def _duration_ms(podcast: Podcast) -> int:
    return sum(int(part["duration_ms"]) for part in podcast.parts)
