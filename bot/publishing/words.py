"""The words for one network: typed, taken from a draft, cut to what fits, and the moment that the cover shows."""

from dataclasses import replace

from bot.context import Context
from bot.prompts import Prompt
from bot.publishing import option_screens as screens
from bot.publishing.actions import (
    AskCaption,
    AskHashtags,
    AskTitle,
    ChooseCaptionDraft,
    ChooseCover,
    CopyWords,
    MendWords,
    TakeDraft,
    UseCover,
)
from bot.publishing.looking import change, look
from bot.publishing.option_screens import Looked
from bot.publishing.screens import choose_words
from bot.router import Router
from bot.screens import Screen, Toast
from core import ids
from core.db import Page
from core.errors import AppError, InvalidInput
from core.posts.queries import PostFilter, post_of, posts
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.covers import frame_at, posting_picture
from core.publishing.models import VideoPostStatus
from core.publishing.networks.contract import Wanted
from core.publishing.readiness import mended
from core.publishing.tags import with_hashtags
from core.videos.queries import own_video

CAPTION_PROMPT, TITLE_PROMPT, HASHTAGS_PROMPT = "publishing.caption", "publishing.title", "publishing.hashtags"
DRAFTS_A_PAGE = 6
TYPED_MOST = 10_000
"""Characters: longer, and it is no caption of any network."""
COVER_MS = 1_000


def register(router: Router) -> None:
    router.press(AskCaption, on_ask_caption)
    router.press(AskTitle, on_ask_title)
    router.press(AskHashtags, on_ask_hashtags)
    router.prompt(CAPTION_PROMPT, on_caption, about="writing the words of a video")
    router.prompt(TITLE_PROMPT, on_title, about="writing the title of a video")
    router.prompt(HASHTAGS_PROMPT, on_hashtags, about="choosing hashtags")
    router.press(ChooseCaptionDraft, on_choose_draft)
    router.press(TakeDraft, on_take_draft)
    router.press(MendWords, on_mend)
    router.press(CopyWords, on_copy)
    router.press(ChooseCover, on_choose_cover)
    router.press(UseCover, on_use_cover)


async def on_ask_caption(context: Context, press: AskCaption) -> None:
    seen = await look(context, press.publication_id)
    await _ask(context, CAPTION_PROMPT, seen, screens.ask_caption(seen, context.texts))


async def on_ask_title(context: Context, press: AskTitle) -> None:
    seen = await look(context, press.publication_id)
    await _ask(context, TITLE_PROMPT, seen, screens.ask_title(seen, context.texts))


async def on_ask_hashtags(context: Context, press: AskHashtags) -> None:
    seen = await look(context, press.publication_id)
    await _ask(context, HASHTAGS_PROMPT, seen, screens.ask_hashtags(seen, context.texts))


async def _ask(context: Context, prompt: str, seen: Looked, screen: Screen) -> None:
    await context.show(screen)
    await context.ask(prompt, publication_id=ids.short(seen.one.id))


async def on_caption(context: Context, prompt: Prompt) -> None:
    """What is beyond the network's limit is kept and told, with what to cut."""
    typed = await _typed(context, prompt)
    seen = await look(context, _publication_id(prompt))
    await _changed(context, seen, replace(seen.wanted, caption=typed))


async def on_title(context: Context, prompt: Prompt) -> None:
    typed = await _typed(context, prompt)
    seen = await look(context, _publication_id(prompt))
    await _changed(context, seen, replace(seen.wanted, title=" ".join(typed.split())))


async def on_hashtags(context: Context, prompt: Prompt) -> None:
    typed = await _typed(context, prompt)
    seen = await look(context, _publication_id(prompt))
    await _changed(context, seen, replace(seen.wanted, caption=with_hashtags(seen.wanted.caption, typed)))


async def _typed(context: Context, prompt: Prompt) -> str:
    """What was written; anything else leaves the question open. Raises InvalidInput."""
    typed = context.text.strip()
    if typed and len(typed) <= TYPED_MOST:
        return typed
    await context.ask(prompt.name, **prompt.data)
    raise InvalidInput("publishing.words_too_long" if typed else "publishing.no_words", most=TYPED_MOST)


async def _changed(context: Context, seen: Looked, wanted: Wanted) -> None:
    await context.send(screens.publication(await change(context, seen, wanted), context.texts))


async def on_choose_draft(context: Context, press: ChooseCaptionDraft) -> None:
    seen = await look(context, press.publication_id)
    async with context.deps.read() as session:
        page = await posts(
            session, owner_id=context.actor.id, page=Page(press.page, DRAFTS_A_PAGE), chosen=PostFilter()
        )
    await context.show(choose_words(seen.one.id, page, context.texts))


async def on_take_draft(context: Context, press: TakeDraft) -> None:
    """The draft's words, and its title where the network has titles."""
    seen = await look(context, press.publication_id)
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    titled = seen.one.network is Network.YOUTUBE and post.title
    wanted = replace(seen.wanted, caption=post.text, title=post.title if titled else seen.wanted.title)
    await context.show(screens.publication(await change(context, seen, wanted), context.texts))


async def on_mend(context: Context, press: MendWords) -> None:
    seen = await look(context, press.publication_id)
    await context.show(
        screens.publication(await change(context, seen, mended(seen.one.network, seen.wanted)), context.texts)
    )


async def on_copy(context: Context, press: CopyWords) -> None:
    """What other networks don't take they say themselves."""
    seen = await look(context, press.publication_id)
    if seen.post.status is not VideoPostStatus.DRAFT:
        raise service.NotNow(status=seen.post.status)
    async with context.deps.tx() as tx:
        for each in seen.post.publications:
            if each.id != seen.one.id:
                wanted = replace(each.wanted, caption=seen.wanted.caption)
                await service.set_wanted(
                    tx, owner_id=context.actor.id, publication_id=each.id, wanted=wanted, consented=False
                )
    await context.toast(Toast(context.texts("Copied to the others.")))


async def on_choose_cover(context: Context, press: ChooseCover) -> None:
    seen = await look(context, press.publication_id)
    at_ms = press.at_ms if press.at_ms is not None else seen.wanted.cover_ms
    at_ms = min(max(0, at_ms if at_ms is not None else COVER_MS), round(seen.post.duration_s * 1000))
    picture = await cover_picture(context, seen, at_ms)
    await context.show(screens.cover(seen, at_ms, context.texts, picture=picture))


async def on_use_cover(context: Context, press: UseCover) -> None:
    seen = await look(context, press.publication_id)
    at_ms = press.at_ms
    if at_ms is not None:
        at_ms = min(max(0, at_ms), round(seen.post.duration_s * 1000))
    await context.show(
        screens.publication(await change(context, seen, replace(seen.wanted, cover_ms=at_ms)), context.texts)
    )


async def cover_picture(context: Context, seen: Looked, at_ms: int) -> bytes | None:
    """The moment under the account's name and picture; None when the file can't be read: words do, then."""
    async with context.deps.read() as session:
        video = await own_video(session, video_id=seen.post.video_id, owner_id=context.actor.id)
    try:
        frame = await frame_at(context.deps.storage, video, at_ms)
    except AppError:
        return None
    return await posting_picture(context.deps, frame, seen.terms)


def _publication_id(prompt: Prompt) -> ids.PublicationId:
    return ids.PublicationId(ids.parse_short(prompt.data["publication_id"]))
