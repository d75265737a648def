"""Inline mode: `@bot words` in any chat offers one's own posts, to be dropped there as they are.

https://core.telegram.org/bots/api#inline-mode
"""

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedAudio,
    InlineQueryResultCachedDocument,
    InlineQueryResultCachedMpeg4Gif,
    InlineQueryResultCachedPhoto,
    InlineQueryResultCachedVideo,
    InlineQueryResultCachedVoice,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.error import TelegramError

from bot.deliveries.phrases import first_words
from bot.posts.labels import PLATFORMS, STATUS_ICONS, status_label
from bot.texts import Texts, supported_language
from core import ids
from core.accounts.models import User
from core.accounts.service import user_by_telegram_id
from core.db import Page, TelegramId
from core.deps import Deps
from core.posts.makeup import entities_of, media_of
from core.posts.models import Post, PostStatus
from core.posts.platforms import Platform
from core.posts.queries import sendable_posts
from core.telegram.calls import message_entities
from core.telegram.content import CAPTION_LIMIT, TEXT_LIMIT, Entity, MediaKind
from core.telegram.markup import utf16_length

log = structlog.get_logger()

A_PAGE = 20
CACHE_S = 2
"""Telegram asks anew after so long: drafts change."""
TITLE_UNITS = 60
DESCRIPTION_CHARACTERS = 120
QUERY_CHARACTERS = 100
START = "inline"
DRAFT_LINK = "d"
"""Where the button over the results leads: `t.me/<bot>?start=inline`, `?start=d-<id>`."""


def is_inline(update: Update) -> bool:
    return update.inline_query is not None or update.chosen_inline_result is not None


def came_through(update: Update, bot: Bot) -> bool:
    """What somebody has sent through the bot itself: it was offered by it, and is nothing to write from."""
    message = update.message or update.edited_message
    return message is not None and message.via_bot is not None and message.via_bot.id == bot.id


async def answer_inline(deps: Deps, bot: Bot, update: Update) -> str:
    """Offer posts, or note which was taken. Gives the outcome as a word."""
    chosen = update.chosen_inline_result
    if chosen is not None:
        log.info("inline.chosen", result_id=chosen.result_id, from_id=chosen.from_user.id)
        return "chosen"
    if update.inline_query is not None:
        await _offer(deps, bot, update.inline_query)
    return "answered"


async def _offer(deps: Deps, bot: Bot, query: InlineQuery) -> None:
    """Somebody who has never talked to the bot has no posts, and isn't made a user by typing its name."""
    async with deps.read() as session:
        user = await user_by_telegram_id(session, TelegramId(query.from_user.id))
    t = Texts(user.language if user is not None else supported_language(query.from_user.language_code))
    results, following = await _found(deps, user, query, t)
    button = _button(query, results, t)
    try:
        await bot.answer_inline_query(
            query.id,
            results,
            cache_time=CACHE_S,
            is_personal=True,
            next_offset=following,
            button=button,
        )
    except TelegramError as error:  # mostly too late; whoever goes on typing asks anew
        log.info("inline.not_answered", detail=error.message)


def _button(query: InlineQuery, results: list[InlineQueryResult], t: Texts) -> InlineQueryResultsButton:
    """Leads to the bot: to the one post that was found, else to all of them."""
    if len(results) == 1 and not query.offset:
        return InlineQueryResultsButton(
            str(t("Open this draft").unescape()), start_parameter=f"{DRAFT_LINK}-{results[0].id}"
        )
    if results:
        label = t("Open my posts")
    else:
        label = t("No post has these words") if query.query.strip() else t("No posts yet: write one")
    return InlineQueryResultsButton(str(label.unescape()), start_parameter=START)


async def _found(deps: Deps, user: User | None, query: InlineQuery, t: Texts) -> tuple[list[InlineQueryResult], str]:
    """One page, and the offset of the next; empty at the end."""
    if user is None:
        return [], ""
    number = int(query.offset) if query.offset.isdecimal() and len(query.offset) < 6 else 1
    search = query.query.strip()[:QUERY_CHARACTERS]
    async with deps.read() as session:
        page = await sendable_posts(session, owner_id=user.id, page=Page(number, A_PAGE), search=search)
    if page.number < number:
        return [], ""
    results = [result for post in page.items if (result := result_of(post, t)) is not None]
    return results, str(number + 1) if number < page.pages else ""


def result_of(post: Post, t: Texts) -> InlineQueryResult | None:
    """A post as it can be sent through the bot; None for what takes several messages, or files that Telegram hasn't."""
    text, entities = _words(post)
    media = media_of(post)
    length = utf16_length(text)
    if not media:
        return _article(post, text, entities, t) if 0 < length <= TEXT_LIMIT else None
    if len(media) > 1 or media[0].file_id is None or length > CAPTION_LIMIT:
        return None
    return _cached(post, media[0].kind, media[0].file_id, text, entities, t)


def _words(post: Post) -> tuple[str, tuple[Entity, ...]]:
    """A title stands over the text, as in the chat."""
    if not post.title:
        return post.text, entities_of(post.entities)
    return f"{post.title}\n\n{post.text}".strip(), (Entity(type="bold", offset=0, length=utf16_length(post.title)),)


def _article(post: Post, text: str, entities: tuple[Entity, ...], t: Texts) -> InlineQueryResult:
    content = InputTextMessageContent(
        text,
        entities=message_entities(entities),
        link_preview_options=None if post.link_preview else LinkPreviewOptions(is_disabled=True),
    )
    return InlineQueryResultArticle(
        ids.short(post.id), _title(post, t), content, reply_markup=_keyboard(post), description=_description(post, t)
    )


def _cached(
    post: Post, kind: MediaKind, file_id: str, text: str, entities: tuple[Entity, ...], t: Texts
) -> InlineQueryResult:
    name, title = ids.short(post.id), _title(post, t)
    caption, marked, keyboard = text or None, message_entities(entities) or None, _keyboard(post)
    match kind:
        case MediaKind.PHOTO:
            return InlineQueryResultCachedPhoto(
                name, file_id, title, _description(post, t), caption, keyboard, caption_entities=marked
            )
        case MediaKind.VIDEO:
            return InlineQueryResultCachedVideo(
                name, file_id, title, _description(post, t), caption, keyboard, caption_entities=marked
            )
        case MediaKind.AUDIO:
            return InlineQueryResultCachedAudio(name, file_id, caption, keyboard, caption_entities=marked)
        case MediaKind.VOICE:
            return InlineQueryResultCachedVoice(name, file_id, title, caption, keyboard, caption_entities=marked)
        case MediaKind.DOCUMENT:
            return InlineQueryResultCachedDocument(
                name, title, file_id, _description(post, t), caption, keyboard, caption_entities=marked
            )
        case MediaKind.ANIMATION:
            return InlineQueryResultCachedMpeg4Gif(name, file_id, title, caption, keyboard, caption_entities=marked)


def _title(post: Post, t: Texts) -> str:
    named = first_words(post.title, post.text, TITLE_UNITS)
    return named or str(t("Without words").unescape())


def _description(post: Post, t: Texts) -> str:
    """Where it is for, how it stands, and how it goes on."""
    status = PostStatus(post.status)
    begins = " ".join(post.text.split())[:DESCRIPTION_CHARACTERS]
    standing = status_label(status, t).unescape()
    return f"{STATUS_ICONS[status]} {PLATFORMS[Platform(post.platform)]} · {standing}\n{begins}"


def _keyboard(post: Post) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(each["text"], url=each["url"]) for each in row] for row in post.buttons]
    return InlineKeyboardMarkup(rows) if rows else None
