"""Draft cards and the history of posts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.channels.labels import target_label
from bot.deliveries.actions import Back, CancelSchedule, ChooseTarget, ChooseTime, OpenCard, PostNow
from bot.deliveries.phrases import first_words, shortened
from bot.evergreen.actions import ShowEvergreen
from bot.images.actions import ImageForPost
from bot.keyboards import pager
from bot.posts.actions import (
    ChooseRewrite,
    ChooseTranslation,
    DeletePost,
    EditPost,
    FilterPosts,
    RestorePost,
    RewritePost,
    SearchPosts,
    ShowCard,
    ShowFullText,
    ShowMore,
    ShowPosts,
    StopRewrite,
    UndoEdit,
)
from bot.posts.details_actions import ShowDetails
from bot.posts.labels import (
    PLATFORMS,
    STATUS_ICONS,
    engine_label,
    language_label,
    platform_label,
    rewrite_label,
    status_label,
    style_label,
)
from bot.posts.makeup_labels import comment_line, layout_line, makeup_line, media_label
from bot.posts.problems import note_sentence, problem_sentence
from bot.publishing.actions import ListVideoPosts, PublishWithWords
from bot.queues.actions import AddToQueue, SelectQueued
from bot.queues.labels import add_label
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.series.actions import ShowSeries
from bot.series.screens import card_line
from bot.texts import Texts
from bot.voiceovers.actions import VoicePost
from core import ids
from core.posts.makeup import entities_of, media_kinds
from core.posts.models import Approval, Post, PostStatus
from core.posts.platforms import WANT_MEDIA, Platform, measure
from core.posts.queries import UPCOMING
from core.posts.scheduling import ARRANGED
from core.posts.service import EDITABLE
from core.providers.text import Ability, RewriteKind, Style
from core.telegram.markup import utf16_length
from core.telegram.rendering import html_of

SHOWN_UNITS = 3_300
"""UTF-16 units of a post that a card shows: Telegram takes 4,096, and there is more on the card than the post."""
COPY_LIMIT = 256
"""https://core.telegram.org/bots/api#copytextbutton"""
PLAIN_REWRITES = (RewriteKind.SHORTER, RewriteKind.LONGER, RewriteKind.HOOK_FIRST, RewriteKind.VOICEOVER)
PREVIEW_UNITS = 60
CAN_BE_EVERGREEN = frozenset({PostStatus.DRAFT, PostStatus.PUBLISHED, PostStatus.PARTIALLY_PUBLISHED})
LATE_UNITS = 300


def draft_card(card: Mapping[str, Any], t: Texts) -> Screen:
    """One post with everything that can be done with it. `card` is core.posts.views.card_data."""
    notes = [sentence for note in card.get("notes", ()) if (sentence := note_sentence(note, t))]
    if card.get("problem"):
        notes.append(Markup("⚠️ ") + problem_sentence(card["problem"], t))
    shown = _shown(card)
    body = [
        _heading(card, t),
        "",
        *([shown] if shown else []),
        *([t("… the rest is under Full text.")] if _is_cut(card) else []),
        *([""] if shown else []),
        *(
            line
            for line in (makeup_line(card, t), layout_line(card, t), comment_line(card, t), _series_line(card, t))
            if line
        ),
        _footer(card, t),
        *(Markup("<i>{}</i>").format(note) for note in notes),
    ]
    return Screen(lines(body), _card_keyboard(card, t))


def _heading(card: Mapping[str, Any], t: Texts) -> Markup:
    place = f" · {card['place']}/{card['total']}" if int(card["total"]) > 1 else ""
    status = PostStatus(card["status"])
    state = "" if status is PostStatus.DRAFT else f" · {STATUS_ICONS[status]} {status_label(status, t)}"
    if status is PostStatus.DRAFT and card.get("approval"):
        asked = t("🕓 others are asked") if card["approval"] == Approval.WAITING else t("✅ approved")
        state = f" · {asked}"
    return t(
        "<b>{platform}</b>{place} · <i>{engine}</i>{state}",
        platform=platform_label(card["platform"]),
        place=place,
        engine=engine_label(card["engine"], t),
        state=state,
    )


def _series_line(card: Mapping[str, Any], t: Texts) -> Markup:
    """Empty for what doesn't recur."""
    series = card.get("series")
    return card_line(series, t, datetime.fromisoformat(card["now"])) if series else Markup()


def _shown(card: Mapping[str, Any]) -> Markup:
    text = Markup(html_of(card["text"], entities_of(card.get("entities", ())), units=SHOWN_UNITS))  # noqa: S704
    return Markup("<b>{}</b>\n\n{}").format(card["title"], text) if card["title"] else text


def _is_cut(card: Mapping[str, Any]) -> bool:
    return utf16_length(card["text"]) > SHOWN_UNITS


def _footer(card: Mapping[str, Any], t: Texts) -> Markup:
    parts = [_length(card, t)]
    if int(card["version"]) > 1:
        parts.append(t("version {number}", number=card["version"]))
    if card.get("target"):
        parts.append(t("→ {chat}", chat=target_label(card["target"])))
    return Markup(" · ").join(parts)


def _length(card: Mapping[str, Any], t: Texts) -> Markup:
    """As the platform counts; in Telegram the footer counts, and under media there is less room."""
    if card["platform"] == Platform.TELEGRAM and card.get("units") is not None:
        length, limit = card["units"], card["one_message"]
    else:
        counted = measure(Platform(card["platform"]), card["text"])
        length, limit = counted.length, counted.limit
    return t("{length}/{limit} characters", length=length, limit=limit)


def _card_keyboard(card: Mapping[str, Any], t: Texts) -> Keyboard:
    post_id, status = _post_id(card), PostStatus(card["status"])
    rows: list[list[Button]] = [_card_pager(card)]
    if status in EDITABLE:
        rows.append(_editing_row(card, post_id, t))
    rows.append(_series_row(card, t) or _timing_row(post_id, status, t))
    queue = _queue_row(card, post_id, status, t)
    if status in EDITABLE and (card.get("has_choice") or card.get("target")):
        place = Button(t("📍 Where it goes"), ChooseTarget(post_id, Back.CARD, 1))
        rows += [queue, [place, _details(post_id, t)]]
    elif status in EDITABLE:
        rows += rows_of([*queue, _details(post_id, t)], columns=2)
    else:
        rows.append(queue)
    rows.append(_studio_row(card, post_id, status, t))
    rows.append(_video_row(card, post_id, status, t))
    rows.append(_more_row(card, post_id, status, t))
    return [row for row in rows if row]


def _studio_row(card: Mapping[str, Any], post_id: ids.PostId, status: PostStatus, t: Texts) -> list[Button]:
    """What can be made for it, and what else can be done with it."""
    row = [Button(t("🖼 Image"), ImageForPost(post_id))] if status in EDITABLE and card["text"] else []
    voice = [Button(t("🔊 Voice"), VoicePost(post_id))] if card["text"] else []
    return [*row, *voice, Button(t("✨ More"), ShowMore(post_id))]


def _video_row(card: Mapping[str, Any], post_id: ids.PostId, status: PostStatus, t: Texts) -> list[Button]:
    """The words as those of a video, for where videos are published."""
    if status not in EDITABLE or Platform(card["platform"]) not in WANT_MEDIA or not card["text"]:
        return []
    return [Button(t("📹 Publish with a video"), PublishWithWords(post_id))]


def _details(post_id: ids.PostId, t: Texts) -> Button:
    return Button(t("⚙️ Details"), ShowDetails(post_id))


def _card_pager(card: Mapping[str, Any]) -> list[Button]:
    if not card["next_id"]:
        return []
    return [
        Button("‹", ShowCard(ids.PostId(UUID(card["previous_id"])))),
        Button(f"{card['place']}/{card['total']}", ShowCard(_post_id(card))),
        Button("›", ShowCard(ids.PostId(UUID(card["next_id"])))),
    ]


def _editing_row(card: Mapping[str, Any], post_id: ids.PostId, t: Texts) -> list[Button]:
    row = [Button(t("✏️ Edit"), EditPost(post_id))]
    if card["text"]:
        row.append(Button(t("🔁 Rewrite"), ChooseRewrite(post_id)))
    if int(card["version"]) > 1:
        row.append(Button(t("↩️ Undo"), UndoEdit(post_id, int(card["version"]))))
    return row


def _series_row(card: Mapping[str, Any], t: Texts) -> list[Button]:
    series = card.get("series")
    return [Button(t("🔁 What comes next"), ShowSeries(ids.SeriesId(UUID(series["series_id"]))))] if series else []


def _timing_row(post_id: ids.PostId, status: PostStatus, t: Texts) -> list[Button]:
    if status in ARRANGED:
        return [Button(t("⏰ Change time"), ChooseTime(post_id)), Button(t("🚫 Cancel post"), CancelSchedule(post_id))]
    if status in EDITABLE:
        return [Button(t("⏰ Schedule"), ChooseTime(post_id)), Button(t("🚀 Post now"), PostNow(post_id))]
    return []


def _queue_row(card: Mapping[str, Any], post_id: ids.PostId, status: PostStatus, t: Texts) -> list[Button]:
    """The next free slot, where the target has slots; and what makes it go out again and again."""
    row, offer = [], card.get("queue") or {}
    if offer.get("queued"):
        row.append(Button(t("📥 Its queue"), SelectQueued(post_id)))
    elif offer.get("has_slots") and status in EDITABLE and not card.get("series"):
        now = datetime.fromisoformat(card["now"])
        row.append(Button(add_label(offer, t, now=now), AddToQueue(post_id)))
    if status in CAN_BE_EVERGREEN and (offer.get("has_slots") or status == PostStatus.PUBLISHED):
        row.append(Button(t("♻️ Evergreen"), ShowEvergreen(post_id)))
    return row


def _more_row(card: Mapping[str, Any], post_id: ids.PostId, status: PostStatus, t: Texts) -> list[Button]:
    row = []
    if _is_cut(card):
        row.append(Button(t("📄 Full text"), ShowFullText(post_id)))
    elif 0 < utf16_length(card["text"]) <= COPY_LIMIT:
        row.append(Button(t("📋 Copy"), copy=card["text"]))
    if status not in (*UPCOMING, PostStatus.RECURRING):
        row.append(Button(t("🗑 Delete"), DeletePost(post_id)))
    row.append(Button(t("📚 My posts"), ShowPosts(page=1)))
    return row


def choose_rewrite(post: Post, *, abilities: frozenset[Ability], t: Texts) -> Screen:
    """The rewrites that the engine can do."""
    plain = [Button(rewrite_label(kind, t), RewritePost(post.id, kind, None)) for kind in PLAIN_REWRITES]
    rows = rows_of(plain, columns=2)
    if Ability.TONE in abilities:
        rows.append([Button(style_label(style, t), RewritePost(post.id, RewriteKind.TONE, style)) for style in Style])
    if Ability.TRANSLATE in abilities:
        rows.append([Button(t("🌐 Translate"), ChooseTranslation(post.id))])
    rows.append([Button(t("‹ Back"), ShowCard(post.id))])
    return Screen(t("How should I rewrite it? Or reply to the draft with your own words."), rows)


def choose_translation(post: Post, *, languages: Sequence[str], t: Texts) -> Screen:
    """The language to translate into."""
    buttons = [
        Button(language_label(code, t), RewritePost(post.id, RewriteKind.TRANSLATE, code))
        for code in languages
        if code != post.language
    ]
    return Screen(
        t("Into which language?"), [*rows_of(buttons, columns=3), [Button(t("‹ Back"), ChooseRewrite(post.id))]]
    )


def rewriting(card: Mapping[str, Any], t: Texts) -> Screen:
    """While a rewrite is made."""
    return Screen(
        lines([t("🔁 <b>Rewriting…</b>"), "", _shown(card)]), [[Button(t("Cancel"), StopRewrite(_post_id(card)))]]
    )


def hearing(card: Mapping[str, Any], t: Texts) -> Screen:
    """While somebody listens to what the user has said about it."""
    text = lines([t("🎧 <b>Listening to you…</b>"), "", _shown(card)])
    return Screen(text, [[Button(t("Cancel"), StopRewrite(_post_id(card)))]])


def heard(data: Mapping[str, Any], t: Texts) -> Screen:
    """What was understood, so that a mistake is seen."""
    return Screen(t("🎧 I heard: <i>{words}</i>", words=data["words"]))


def ask_edit(platform: Platform, t: Texts) -> Screen:
    """What the next message will be taken for."""
    asked = [
        t("What should I change? For example: <i>shorter, no emojis</i>."),
        t("To replace the text, begin with <b>=</b> and send all of it. /cancel leaves it as it is."),
    ]
    if platform is Platform.YOUTUBE:
        asked.append(t("Behind = a single line is the new description; of several lines the first is the title."))
    return Screen(lines(asked))


def deleted(post: Post, t: Texts) -> Screen:
    """With a way back."""
    return Screen(
        t("🗑 Deleted: {text}", text=_preview(post, t)),
        [[Button(t("Undo"), RestorePost(post.id)), Button(t("📚 My posts"), ShowPosts(page=1))]],
    )


def history(
    posts: Sequence[Post],
    *,
    page: int,
    pages: int,
    total: int,
    shown: ShowPosts,
    search: str,
    t: Texts,
    videos: int = 0,
) -> Screen:
    """The list of posts, each a button that opens its card. `videos`: how many were published, or are to be."""
    entries = [
        Button(f"{STATUS_ICONS[PostStatus(post.status)]} {_preview(post, t)}", ShowCard(post.id)) for post in posts
    ]

    def at(number: int) -> ShowPosts:
        return ShowPosts(number, shown.status, shown.platform, shown.found)

    filters = FilterPosts(shown.status, shown.platform, shown.found)
    controls = [Button(t("🔎 Search"), SearchPosts()), Button(t("Filter"), filters)]
    if shown != ShowPosts(shown.page):
        controls.append(Button(t("Show all"), ShowPosts(page=1)))
    heading = t.plural("📚 <b>{n} post</b>", "📚 <b>{n} posts</b>", total)
    text = lines([heading, *_filter_lines(shown, search, t), *([] if posts else ["", _nothing(shown, t)])])
    published = t.plural("📹 {n} video", "📹 {n} videos", videos)
    more = [Button(published, ListVideoPosts(1))] if videos else []
    return Screen(text, [*([entry] for entry in entries), pager(page, pages, at), controls, more])


def _filter_lines(shown: ShowPosts, search: str, t: Texts) -> list[Markup]:
    chosen = []
    if shown.status:
        chosen.append(status_label(shown.status, t))
    if shown.platform:
        chosen.append(Markup.escape(PLATFORMS[shown.platform]))
    if shown.found:
        chosen.append(t("with “{search}”", search=search))
    return [Markup(" · ").join(chosen)] if chosen else []


def _nothing(shown: ShowPosts, t: Texts) -> Markup:
    if shown != ShowPosts(shown.page):
        return t("Nothing here fits. Press Show all to see the rest.")
    return t("Nothing here yet. Send me a text, a link or a .txt file, and press Write posts.")


def filters(chosen: FilterPosts, counts: Mapping[PostStatus, int], t: Texts) -> Screen:
    """Narrowing the list by status and platform."""
    by_status = [
        Button(
            f"{STATUS_ICONS[status]} {status_label(status, t)} {count}",
            ShowPosts(1, status, chosen.platform, chosen.found),
        )
        for status, count in counts.items()
    ]
    by_platform = [
        Button(label, ShowPosts(1, chosen.status, platform, chosen.found)) for platform, label in PLATFORMS.items()
    ]
    return Screen(
        t("Show only:"),
        [*rows_of(by_status, columns=2), *rows_of(by_platform, columns=3), [Button(t("Show all"), ShowPosts(page=1))]],
    )


def not_rewritten(data: Mapping[str, Any], t: Texts) -> Screen:
    """Why what the user asked for wasn't done; the draft is as it was."""
    return Screen(problem_sentence(data["error"], t), [[Button(t("Show the draft"), OpenCard(_post_id(data)))]])


def late(data: Mapping[str, Any], t: Texts, now: datetime) -> Screen:
    """A post is overdue, and still being tried."""
    minutes = int((now - datetime.fromisoformat(data["due_at"])).total_seconds() // 60)
    behind = t.plural("{n} minute", "{n} minutes", max(2, minutes))
    return Screen(
        t(
            "⚠️ A post is late by {behind}. I keep trying and will tell you how it ends.\n\n{text}",
            behind=behind,
            text=shortened(data["text"], LATE_UNITS),
        ),
        [
            [
                Button(t("Show the post"), ShowCard(_post_id(data))),
                Button(t("🚫 Cancel post"), CancelSchedule(_post_id(data))),
            ]
        ],
    )


def _preview(post: Post, t: Texts) -> str:
    """Its first words; without any, what it is of."""
    return first_words(post.title, post.text, PREVIEW_UNITS) or str(media_label(media_kinds(post), t).unescape())


def _post_id(card: Mapping[str, Any]) -> ids.PostId:
    return ids.PostId(UUID(card["post_id"]))
