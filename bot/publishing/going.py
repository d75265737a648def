"""The last look, and off it goes: now or at a time. Whoever presses there has agreed to what stands above."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from telegram.error import BadRequest

from bot.accounts.time_zones import ask_time_zone
from bot.context import Context
from bot.deliveries import choosing_screens as times
from bot.deliveries.grid import day_of, month_of
from bot.deliveries.phrases import NO_ZONE
from bot.prompts import Prompt
from bot.publishing import going_screens as screens
from bot.publishing.actions import (
    AgreeAndChooseTime,
    ChooseTime,
    PickDay,
    PickHour,
    PickMinute,
    Preview,
    PublishAt,
    PublishIn,
    PublishMissed,
    PublishNow,
    PublishQuick,
    TypeTime,
    WatchVideo,
)
from bot.publishing.agreeing import unless_unagreed
from bot.publishing.drafting import text_pressed
from bot.publishing.looking import look
from bot.publishing.option_screens import Looked
from bot.publishing.words import COVER_MS, cover_picture
from bot.router import Router
from bot.screens import Toast
from core import ids
from core.db import Json
from core.deliveries.statuses import status_message_of
from core.errors import AppError, Conflict, InvalidInput
from core.podcasts.fitting import SIZE_BYTES
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import VideoPostStatus
from core.publishing.queries import VideoPostView, video_post_view
from core.telegram.content import Content, Media, MediaKind
from core.tx import Tx
from core.videos.queries import own_video
from core.when.choices import instant_of_choice, quick_choices
from core.when.phrases import parse_when
from core.when.times import local_day

PROMPT = "publishing.time"


def register(router: Router) -> None:
    router.press(Preview, on_preview)
    router.press(WatchVideo, on_watch)
    router.press(PublishNow, on_now)
    router.press(PublishMissed, on_missed)
    router.press(AgreeAndChooseTime, on_agree)
    router.press(ChooseTime, on_choose_time)
    router.press(PublishIn, on_in)
    router.press(PublishQuick, on_quick)
    router.press(PublishAt, on_at)
    router.press(PickDay, on_pick_day)
    router.press(PickHour, on_pick_hour)
    router.press(PickMinute, on_pick_minute)
    router.press(TypeTime, on_type_time)
    router.prompt(PROMPT, on_typed_time, about="choosing a time")


async def on_preview(context: Context, press: Preview) -> None:
    view = await _view(context, press.video_post_id)
    looked, problems = await _looked(context, view)
    first = min(looked, key=lambda each: each.one.network is not Network.TIKTOK, default=None)
    picture = await cover_picture(context, first, _cover_ms(first)) if first is not None else None
    await context.show(screens.preview(view, looked, problems, context.texts, picture=picture))


async def _looked(context: Context, view: VideoPostView) -> tuple[list[Looked], dict[ids.PublicationId, Json]]:
    """What each network says right now, side by side; and why some couldn't be asked."""
    answers = await asyncio.gather(
        *(look(context, each.id, fresh=True) for each in view.publications), return_exceptions=True
    )
    looked, problems = [], {}
    for one, answer in zip(view.publications, answers, strict=True):
        if isinstance(answer, Looked):
            looked.append(answer)
        elif isinstance(answer, AppError):
            problems[one.id] = {"code": answer.error_code, "params": answer.params}
        else:
            raise answer
    return looked, problems


def _cover_ms(seen: Looked) -> int:
    return seen.wanted.cover_ms if seen.wanted.cover_ms is not None else COVER_MS


async def on_watch(context: Context, press: WatchVideo) -> None:
    """The video itself, as far as it fits into a message."""
    view = await _view(context, press.video_post_id)
    async with context.deps.read() as session:
        video = await own_video(session, video_id=view.video_id, owner_id=context.actor.id)
    if video.size_bytes > SIZE_BYTES:
        raise InvalidInput("publishing.too_big_to_watch")
    medium = Media(kind=MediaKind.VIDEO, storage_key=video.storage_key, width=video.width, height=video.height)
    await context.send_content(Content(text="", media=(medium,)))


async def on_now(context: Context, press: PublishNow) -> None:
    """The pressed message tells from now on how far it is. A second press changes nothing."""
    view = await _view(context, press.video_post_id)
    begin = service.retry_failed if view.retryable else service.publish_now
    try:
        async with context.deps.tx() as tx:
            await _agree(tx, context, view)
            await begin(
                tx, owner_id=context.actor.id, video_post_id=press.video_post_id, message_id=text_pressed(context)
            )
    except service.NotNow:
        await context.toast(Toast(context.texts("It is on its way already, or out.")))
        return
    await context.toast(Toast(context.texts("Going out now.")))
    await _end(context)


async def on_missed(context: Context, press: PublishMissed) -> None:
    async with unless_unagreed(context, press.video_post_id), context.deps.tx() as tx:
        await service.publish_now(tx, owner_id=context.actor.id, video_post_id=press.video_post_id)
    await context.toast(Toast(context.texts("Going out now.")))


async def on_agree(context: Context, press: AgreeAndChooseTime) -> None:
    view = await _view(context, press.video_post_id)
    async with context.deps.tx() as tx:
        await _agree(tx, context, view)
    await on_choose_time(context, ChooseTime(press.video_post_id))


async def on_choose_time(context: Context, press: ChooseTime) -> None:
    """A plan that is still open, in place; another time for what is scheduled below its status, which stays."""
    waiting = await context.waiting()
    if waiting is not None and waiting.name == PROMPT:
        await context.stop_asking()
    view = await _check_open(context, press.video_post_id)
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    now, zone = _now_and_zone(context)
    choices = quick_choices(now=now, zone=zone)
    screen = screens.choose_time(press.video_post_id, choices, zone=zone, t=context.texts)
    if view.status is VideoPostStatus.SCHEDULED and await _is_status(context, view.id):
        await context.send(screen)
    else:
        await context.show(screen)


async def on_in(context: Context, press: PublishIn) -> None:
    await _schedule(context, press.video_post_id, context.deps.clock.now() + timedelta(minutes=press.minutes))


async def on_quick(context: Context, press: PublishQuick) -> None:
    now, zone = _now_and_zone(context)
    at = instant_of_choice(press.choice, now=now, zone=zone)
    if at is None:
        raise InvalidInput("when.in_past")
    await _schedule(context, press.video_post_id, at)


async def on_at(context: Context, press: PublishAt) -> None:
    try:
        at = datetime.fromtimestamp(press.at, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise InvalidInput("when.not_understood") from exc
    await _schedule(context, press.video_post_id, at)


async def on_pick_day(context: Context, press: PickDay) -> None:
    await _check_open(context, press.video_post_id)
    now, zone = _now_and_zone(context)
    month, busy = month_of(press.month, local_day(now, zone)), set[date]()
    moves = screens.moves_of(press.video_post_id)
    await context.show(times.pick_day(moves, month, busy=busy, zone=zone, now=now, t=context.texts))


async def on_pick_hour(context: Context, press: PickHour) -> None:
    await _check_open(context, press.video_post_id)
    now, zone = _now_and_zone(context)
    day, moves = day_of(press.day, local_day(now, zone)), screens.moves_of(press.video_post_id)
    await context.show(times.pick_hour(moves, day, zone=zone, now=now, t=context.texts))


async def on_pick_minute(context: Context, press: PickMinute) -> None:
    await _check_open(context, press.video_post_id)
    now, zone = _now_and_zone(context)
    day, moves = day_of(press.day, local_day(now, zone)), screens.moves_of(press.video_post_id)
    await context.show(times.pick_minute(moves, day, press.hour, zone=zone, now=now, t=context.texts))


async def on_type_time(context: Context, press: TypeTime) -> None:
    await _check_open(context, press.video_post_id)
    _, zone = _now_and_zone(context)
    shown = await context.show(times.ask_words(screens.moves_of(press.video_post_id), zone=zone, t=context.texts))
    await context.ask(PROMPT, video_post_id=str(press.video_post_id), message_id=shown)


async def on_typed_time(context: Context, prompt: Prompt) -> None:
    """What was understood is shown before it counts; what wasn't leaves the question open."""
    now, zone = _now_and_zone(context)
    video_post_id = ids.VideoPostId(UUID(prompt.data["video_post_id"]))
    try:
        when = await asyncio.to_thread(parse_when, context.text, now=now, zone=zone, language=context.actor.language)
    except InvalidInput as error:
        await context.ask(prompt.name, **prompt.data)
        if error.error_code == "when.recurring":
            raise InvalidInput("publishing.no_repeats") from error
        raise
    await _check_open(context, video_post_id)
    await context.send(times.confirm(screens.moves_of(video_post_id), when, zone=zone, now=now, t=context.texts))
    await _remove(context, int(prompt.data["message_id"]))


async def _schedule(context: Context, video_post_id: ids.VideoPostId, at: datetime) -> None:
    """What had a time before keeps its status message, and the question goes; else the question becomes it."""
    view = await _view(context, video_post_id)
    again = view.status is VideoPostStatus.SCHEDULED
    async with unless_unagreed(context, video_post_id), context.deps.tx() as tx:
        await service.schedule(
            tx,
            owner_id=context.actor.id,
            video_post_id=video_post_id,
            due_at=at,
            message_id=None if again else text_pressed(context),
        )
    await context.toast(Toast(context.texts("Scheduled.")))
    await _end(context, whatever=again)


async def _agree(tx: Tx, context: Context, view: VideoPostView) -> None:
    """The text that is agreed to stood above the button. Not for what is on its way or out."""
    for each in view.publications:
        if each.status in service.CHANGEABLE and not each.consented:
            await service.set_wanted(
                tx, owner_id=context.actor.id, publication_id=each.id, wanted=each.wanted, consented=True
            )


async def _check_open(context: Context, video_post_id: ids.VideoPostId) -> VideoPostView:
    """Raises VideoPostNotFound for somebody else's, Conflict for what is on its way or out."""
    view = await _view(context, video_post_id)
    if view.status not in (VideoPostStatus.DRAFT, VideoPostStatus.SCHEDULED, VideoPostStatus.CANCELLED):
        raise Conflict("publishing.not_changeable")
    return view


async def _is_status(context: Context, video_post_id: ids.VideoPostId) -> bool:
    """Whether the pressed message is the one that tells how far it is."""
    async with context.deps.read() as session:
        shown = await status_message_of(session, owner_id=context.actor.id, subject_id=video_post_id)
    return shown is not None and context.pressed is not None and shown.message_id == context.pressed.message_id


async def _view(context: Context, video_post_id: ids.VideoPostId) -> VideoPostView:
    async with context.deps.read() as session:
        return await video_post_view(session, owner_id=context.actor.id, video_post_id=video_post_id)


async def _end(context: Context, *, whatever: bool = False) -> None:
    """The status message has taken the place of a picture; `whatever`: of the pressed message in any case. One that is
    over two days old can't be removed and stays."""
    if context.pressed is not None and (whatever or text_pressed(context) is None):
        await _remove(context, context.pressed.message_id)


async def _remove(context: Context, message_id: int) -> None:
    with suppress(BadRequest):
        await context.bot.delete_message(context.chat_id, message_id)


def _now_and_zone(context: Context) -> tuple[datetime, str]:
    return context.deps.clock.now(), context.actor.time_zone or NO_ZONE
