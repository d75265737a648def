"""What else can be done with a draft: versions side by side, a thread in pages, the first comment."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.approvals.actions import ShowApproval
from bot.deliveries.actions import ChooseTime
from bot.deliveries.choosing_screens import quick_label
from bot.deliveries.phrases import echo, first_words, shortened
from bot.keyboards import pager
from bot.posts.actions import ChooseHashtags, ChooseRewrite, ShowCard, ShowMore
from bot.posts.labels import PLATFORMS, STATUS_ICONS, platform_label, status_label
from bot.posts.more_actions import (
    AskFirstComment,
    ChooseTimeForAll,
    MakeVersion,
    RemoveFirstComment,
    ScheduleAll,
    ShowFirstComment,
    ShowThread,
    ShowVersions,
)
from bot.posts.problems import problem_sentence
from bot.screens import Button, Screen, lines, rows_of
from bot.templates.actions import SaveAsTemplate
from bot.texts import Texts
from core import ids
from core.posts.makeup import draft_problems, one_message_limit, units_of
from core.posts.models import Post, PostStatus
from core.posts.platforms import Draft, Platform, measure
from core.posts.service import EDITABLE
from core.posts.versions import NOT_YET
from core.telegram.markup import utf16_length
from core.when.choices import QuickChoice

COPY_LIMIT = 256
"""https://core.telegram.org/bots/api#copytextbutton"""
VERSION_UNITS = 380
"""UTF-16 units shown of each of at most six versions and some more: Telegram takes 4,096 in one message."""
VERSIONS_SHOWN = 8
WORDS_UNITS = 120

SENTENCES: dict[str, Callable[[Texts, dict[str, Any]], Markup]] = {
    "threads.too_long": lambda t, params: t(
        "That would be a thread of more than {limit} parts. Please shorten it first.", limit=params["limit"]
    ),
    "comments.too_long": lambda t, params: t(
        "That is too long for a comment: {length} of {limit} characters. Please shorten it.",
        length=params["length"],
        limit=params["limit"],
    ),
    "comments.empty": lambda t, _: t("I need the comment as text. Please send it, or /cancel."),
}


def more(post: Post, versions: int, t: Texts) -> Screen:
    """`versions`: how many posts say the same, this one included."""
    editable = post.status in EDITABLE
    asked = t("✅ How it stands") if post.approval else t("✅ Ask others first")
    others = t("🗂 Versions ({n})", n=versions) if versions > 1 else t("🗂 For other platforms")
    comment = ShowFirstComment(post.id) if post.first_comment else AskFirstComment(post.id)
    buttons = [
        *([Button(asked, ShowApproval(post.id))] if editable or post.approval else []),
        *([Button(others, ShowVersions(post.id))] if post.text else []),
        *([Button(t("🧵 As a thread for X"), ShowThread(post.id, 1))] if post.text else []),
        Button(t("💬 First comment"), comment),
        *([Button(t("# Hashtags"), ChooseHashtags(post.id))] if editable else []),
        Button(t("💾 Save as a template"), SaveAsTemplate(post.id)),
    ]
    words = Markup("<i>{}</i>").format(first_words(post.title, post.text, WORDS_UNITS))
    return Screen(
        lines([t("✨ <b>More for this post</b>"), words]),
        [*rows_of(buttons, columns=2), [Button(t("‹ Back"), ShowCard(post.id))]],
    )


def versions(post: Post, found: Sequence[Post], t: Texts) -> Screen:
    """All together, each with its length against its platform's limit."""
    shown = found[:VERSIONS_SHOWN]
    body: list[str] = [
        t.plural("🗂 <b>One post, {n} platform</b>", "🗂 <b>One post, {n} platforms</b>", len(found)),
        t("Each was fitted to its platform's rules. Open one to change it alone."),
    ]
    for each in shown:
        body += ["", *_version(each, t)]
    rows = [_version_row(each, t) for each in shown]
    missing = [platform for platform in Platform if platform not in {each.platform for each in found}]
    new = [Button(t("➕ {platform}", platform=PLATFORMS[each]), MakeVersion(post.id, each)) for each in missing]
    everywhere = [Button(t("➕ All platforms"), MakeVersion(post.id, None))] if len(missing) > 1 else []
    waiting = sum(each.status in NOT_YET for each in found)
    schedule = [Button(t("⏰ Schedule all"), ChooseTimeForAll(post.id))] if len(found) > 1 and waiting else []
    return Screen(
        lines(body), [*rows, *rows_of(new, columns=3), everywhere, [*schedule, Button(t("‹ Back"), ShowMore(post.id))]]
    )


def _version(post: Post, t: Texts) -> list[Markup]:
    length, limit = _length(post)
    status = PostStatus(post.status)
    heading = t(
        "<b>{platform}</b> · {length}/{limit} · {icon} {status}",
        platform=platform_label(post.platform),
        length=length,
        limit=limit,
        icon=STATUS_ICONS[status],
        status=status_label(status, t),
    )
    problems = draft_problems(Platform(post.platform), Draft(post.text, post.title), has_media=bool(post.media))
    told = [
        Markup("⚠️ ") + problem_sentence({"code": each.code, "params": {"platform": post.platform, **each.params}}, t)
        for each in problems[:1]
    ]
    title = [Markup("<b>{}</b>").format(post.title)] if post.title else []
    return [heading, *title, Markup.escape(shortened(post.text, VERSION_UNITS)), *told]


def _length(post: Post) -> tuple[int, int]:
    if post.platform == Platform.TELEGRAM:
        return units_of(post), one_message_limit(post)
    counted = measure(Platform(post.platform), post.text)
    return counted.length, counted.limit


def _version_row(post: Post, t: Texts) -> list[Button]:
    """To it, its rewrites, and its time."""
    row = [Button(f"📝 {platform_label(post.platform)}", ShowCard(post.id))]
    if post.status in EDITABLE:
        row += [Button(t("🔁 Rewrite"), ChooseRewrite(post.id))]
        row += [Button(t("⏰ Schedule"), ChooseTime(post.id))] if post.status in NOT_YET else []
    return row


def time_for_all(post_id: ids.PostId, choices: Sequence[QuickChoice], *, zone: str, now: datetime, t: Texts) -> Screen:
    """One time for all versions that have none yet."""
    buttons = [Button(quick_label(each, zone, t), ScheduleAll(post_id, each.key)) for each in choices]
    body = [
        t("⏰ <b>When should all versions go out?</b>"),
        t("For another time, or a time for each, go back and press ⏰ beside it."),
    ]
    return Screen(lines(body), [*rows_of(buttons, columns=2), [Button(t("‹ Back"), ShowVersions(post_id))]])


def scheduled(
    post_id: ids.PostId,
    outcomes: Sequence[tuple[Post, Markup | None]],
    at: datetime,
    *,
    zone: str,
    now: datetime,
    t: Texts,
) -> Screen:
    """What became of each: scheduled, or why not."""
    body: list[str] = [echo(at, zone, t, now), ""]
    for post, refused in outcomes:
        named = platform_label(post.platform)
        body.append(
            t("✅ {platform}: scheduled", platform=named)
            if refused is None
            else t("⚠️ {platform}: not scheduled. {reason}", platform=named, reason=refused)
        )
    if not outcomes:
        body.append(t("All of them have a time already."))
    return Screen(lines(body), [[Button(t("‹ Versions"), ShowVersions(post_id))]])


def thread(post: Post, parts: Sequence[str], part: int, t: Texts) -> Screen:
    """One part; a tap on its text copies it."""
    number = min(max(1, part), len(parts))
    text = parts[number - 1]
    counted = measure(Platform.TWITTER, text)
    heading = t("🧵 <b>Thread for X: part {n} of {total}</b>", n=number, total=len(parts))
    if len(parts) == 1:
        heading = t("🧵 It fits into one post on X, so it needs no thread.")
    body = [
        heading,
        t("{length}/{limit} characters", length=counted.length, limit=counted.limit),
        "",
        Markup("<code>{}</code>").format(text),
        "",
        t("<i>Tap the text to copy it.</i>"),
    ]
    copy = [Button(t("📋 Copy this part"), copy=text)] if utf16_length(text) <= COPY_LIMIT else []
    turn = pager(number, len(parts), lambda page: ShowThread(post.id, page))
    return Screen(lines(body), [turn, copy, [Button(t("‹ Back"), ShowMore(post.id))]])


def first_comment(post: Post, t: Texts) -> Screen:
    body = [
        t("💬 <b>First comment</b>"),
        Markup("<code>{}</code>").format(post.first_comment),
        "",
        comment_note(post.platform, t),
    ]
    copy = [Button(t("📋 Copy"), copy=post.first_comment)] if utf16_length(post.first_comment) <= COPY_LIMIT else []
    return Screen(
        lines(body),
        [
            copy,
            [Button(t("✏️ Change"), AskFirstComment(post.id)), Button(t("🗑 Remove"), RemoveFirstComment(post.id))],
            [Button(t("‹ Back"), ShowMore(post.id))],
        ],
    )


def comment_note(platform: str, t: Texts) -> Markup:
    """What happens with it, said honestly: nobody posts it but its owner."""
    if platform == Platform.TELEGRAM:
        return t(
            "Telegram lets me write below a channel's post only as a member of its discussion group, so I don't. When "
            "the post is out, I show you this comment to be pasted there."
        )
    return t(
        "{platform} gets it from you: when the post is out, I show you this comment to be pasted there.",
        platform=platform_label(platform),
    )


def ask_first_comment(post: Post, t: Texts) -> Screen:
    body = [
        t("💬 Send me what you want to write below the post once it is out: a link or a question, say."),
        comment_note(post.platform, t),
        t("/cancel leaves it as it is."),
    ]
    return Screen(lines(body))
