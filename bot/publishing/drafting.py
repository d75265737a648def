"""From a video, or a draft's words, to a plan of where it goes."""

from collections.abc import Collection

from bot.context import Context
from bot.publishing import screens, status_screens
from bot.publishing.actions import (
    ChooseAccounts,
    ChooseVideo,
    DeleteVideoPost,
    ListVideoPosts,
    PublishDraft,
    PublishVideo,
    PublishVideoWithDraft,
    PublishWithWords,
    ShowVideoPost,
    UseAccount,
    UseByHand,
)
from bot.publishing.labels import BY_HAND
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.connections.queries import connections_of
from core.db import Page, TelegramId
from core.posts.models import Post
from core.posts.queries import post_of
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import Manner, VideoPostStatus
from core.publishing.queries import VideoPostView, video_post_view, video_posts
from core.publishing.showing import video_post_data
from core.videos.queries import own_videos, video_names

PAGE_SIZE = 6


def register(router: Router) -> None:
    router.command("publish", on_publish, menu="Publish a video")
    router.press(ChooseVideo, on_choose_video)
    router.press(PublishVideo, on_video)
    router.press(PublishWithWords, on_words)
    router.press(PublishDraft, on_draft)
    router.press(PublishVideoWithDraft, on_video_with_draft)
    router.press(ShowVideoPost, on_show)
    router.press(ListVideoPosts, on_list)
    router.press(ChooseAccounts, on_choose_accounts)
    router.press(UseAccount, on_use_account)
    router.press(UseByHand, on_use_by_hand)
    router.press(DeleteVideoPost, on_delete)


async def on_publish(context: Context) -> None:
    await context.show(await _videos(context, page=1))


async def on_choose_video(context: Context, press: ChooseVideo) -> None:
    await context.show(await _videos(context, page=press.page))


async def on_words(context: Context, press: PublishWithWords) -> None:
    """A draft's words become a video's: which video? Below the card, which stays."""
    await context.send(await _videos(context, page=1, words_of=await _post(context, press.post_id)))


async def on_draft(context: Context, press: PublishDraft) -> None:
    await context.show(await _videos(context, page=press.page, words_of=await _post(context, press.post_id)))


async def _post(context: Context, post_id: ids.PostId) -> Post:
    async with context.deps.read() as session:
        return await post_of(session, owner_id=context.actor.id, post_id=post_id)


async def _videos(context: Context, *, page: int, words_of: Post | None = None) -> Screen:
    async with context.deps.read() as session:
        videos = await own_videos(session, owner_id=context.actor.id, page=Page(page, PAGE_SIZE))
    t = context.texts
    return screens.choose_video(videos, t, words_of=words_of) if videos.total else screens.no_video(t)


async def on_video(context: Context, press: PublishVideo) -> None:
    """A message of its own: the video's card stays."""
    async with context.deps.tx() as tx:
        post = await service.draft_video_post(tx, owner_id=context.actor.id, video_id=press.video_id)
    await context.send(await _accounts(context, await _view(context, post.id)))


async def on_video_with_draft(context: Context, press: PublishVideoWithDraft) -> None:
    async with context.deps.tx() as tx:
        words = await post_of(tx.session, owner_id=context.actor.id, post_id=press.post_id)
        post = await service.draft_video_post(
            tx, owner_id=context.actor.id, video_id=press.video_id, caption=words.text, post_id=words.id
        )
    await context.show(await _accounts(context, await _view(context, post.id)))


async def on_show(context: Context, press: ShowVideoPost) -> None:
    await show_video_post(context, press.video_post_id)


async def show_video_post(context: Context, video_post_id: ids.VideoPostId) -> None:
    """The choices of a draft; of anything else the pressed message becomes the one that tells how far it is."""
    await context.stop_asking()
    view = await _view(context, video_post_id)
    if view.status is VideoPostStatus.DRAFT:
        screen = screens.draft(view, context.texts) if view.publications else await _accounts(context, view)
        await context.show(screen)
        return
    message_id = text_pressed(context) or await _status_below(context, video_post_id)
    async with context.deps.tx() as tx:
        await service.show_again(tx, owner_id=context.actor.id, video_post_id=video_post_id, message_id=message_id)


def text_pressed(context: Context) -> TelegramId | None:
    """The pressed message, if it can become a status message: a picture can't."""
    pressed = context.pressed
    return TelegramId(pressed.message_id) if pressed is not None and not pressed.photo else None


async def _status_below(context: Context, video_post_id: ids.VideoPostId) -> TelegramId:
    async with context.deps.read() as session:
        data = await video_post_data(session, owner_id=context.actor.id, video_post_id=video_post_id)
    return await context.send(status_screens.status(data, context.texts, context.deps.clock.now()))


async def on_list(context: Context, press: ListVideoPosts) -> None:
    async with context.deps.read() as session:
        posts = await video_posts(session, owner_id=context.actor.id, page=Page(press.page, PAGE_SIZE))
        names = await video_names(session, owner_id=context.actor.id, video_ids={post.video_id for post in posts.items})
    await context.show(screens.video_posts(posts, names, context.actor.time_zone, context.texts))


async def on_choose_accounts(context: Context, press: ChooseAccounts) -> None:
    await context.show(await _accounts(context, await _view(context, press.video_post_id)))


async def on_use_account(context: Context, press: UseAccount) -> None:
    connection_ids, by_hand = await _chosen(context, press.video_post_id)
    connection_ids.discard(press.connection_id)
    if press.chosen:
        connection_ids.add(press.connection_id)
    await _choose(context, press.video_post_id, connection_ids, by_hand)


async def on_use_by_hand(context: Context, press: UseByHand) -> None:
    connection_ids, by_hand = await _chosen(context, press.video_post_id)
    network = BY_HAND[press.network]
    by_hand.discard(network)
    if press.chosen:
        by_hand.add(network)
    await _choose(context, press.video_post_id, connection_ids, by_hand)


async def _chosen(context: Context, video_post_id: ids.VideoPostId) -> tuple[set[ids.ConnectionId], set[Network]]:
    """Without accounts that were disconnected meanwhile."""
    publications = (await _view(context, video_post_id)).publications
    async with context.deps.read() as session:
        there = {each.id for each in await connections_of(session, owner_id=context.actor.id)}
    by_api = {each.connection_id for each in publications if each.manner is Manner.API and each.connection_id}
    return by_api & there, {each.network for each in publications if each.manner is Manner.BY_HAND}


async def _choose(
    context: Context,
    video_post_id: ids.VideoPostId,
    connection_ids: Collection[ids.ConnectionId],
    by_hand: Collection[Network],
) -> None:
    async with context.deps.tx() as tx:
        await service.choose_networks(
            tx,
            owner_id=context.actor.id,
            video_post_id=video_post_id,
            connection_ids=sorted(connection_ids),
            by_hand=sorted(by_hand),
        )
    await context.show(await _accounts(context, await _view(context, video_post_id)))


async def on_delete(context: Context, press: DeleteVideoPost) -> None:
    async with context.deps.tx() as tx:
        await service.delete_video_post(tx, owner_id=context.actor.id, video_post_id=press.video_post_id)
    await context.show(screens.deleted(context.texts))


async def _accounts(context: Context, view: VideoPostView) -> Screen:
    async with context.deps.read() as session:
        connections = await connections_of(session, owner_id=context.actor.id)
    return screens.accounts(view, connections, context.texts)


async def _view(context: Context, video_post_id: ids.VideoPostId) -> VideoPostView:
    async with context.deps.read() as session:
        return await video_post_view(session, owner_id=context.actor.id, video_post_id=video_post_id)
