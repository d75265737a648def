"""/analyze: naming a channel, the look at it, its report, and the list of those that were looked at."""

from bot.analyses import screens
from bot.analyses.actions import (
    AnalyzeAgain,
    AnalyzeOn,
    AskChannel,
    DeleteChannel,
    ListChannels,
    RestoreChannel,
    ShowReport,
    StopAnalysis,
)
from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.viral.actions import AnalyzeCreator
from core import ids
from core.analyses import service
from core.analyses.models import Analysis, AnalysisStatus
from core.analyses.queries import analysis_of, analyzed_channels
from core.analyses.reports import screen_data
from core.analyses.wanted import networks_for, wanted_in
from core.billing.queries import Feature, entitlement_of
from core.db import Json, Page
from core.errors import InvalidInput
from core.limits import GENERATIONS, hit
from core.tx import Tx
from core.viral.creators import creators_of
from core.viral.thumbnails import stored_picture

CHANNEL_PROMPT = "analyses.channel"
PAGE_SIZE = 6


def register(router: Router) -> None:
    router.command("analyze", on_analyze, menu="How a channel does, in numbers")
    router.press(AskChannel, on_ask)
    router.prompt(CHANNEL_PROMPT, on_channel, about="a channel to look at")
    router.press(AnalyzeOn, on_network)
    router.press(AnalyzeCreator, on_creator)
    router.press(StopAnalysis, on_stop)
    router.press(AnalyzeAgain, on_again)
    router.press(ShowReport, on_report)
    router.press(ListChannels, on_list)
    router.press(DeleteChannel, on_delete)
    router.press(RestoreChannel, on_restore)


async def on_analyze(context: Context) -> None:
    """Words behind the command name the channel."""
    if context.arguments:
        await _begin(context, context.arguments, compare_with=None)
        return
    await context.ask(CHANNEL_PROMPT, compare_with=None)
    await context.send(await _question(context))


async def on_ask(context: Context, press: AskChannel) -> None:
    other = ids.short(press.compare_with) if press.compare_with is not None else None
    await context.ask(CHANNEL_PROMPT, compare_with=other)
    await context.send(await _question(context))


async def on_channel(context: Context, prompt: Prompt) -> None:
    other = prompt.data.get("compare_with")
    try:
        await _begin(context, context.text, compare_with=ids.AnalysisId(ids.parse_short(other)) if other else None)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise


async def on_network(context: Context, press: AnalyzeOn) -> None:
    """From here on the pressed message shows how far it is; a second press changes nothing."""
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await service.request_analysis(
            tx, owner_id=context.actor.id, analysis_id=press.analysis_id, chat=here(context), network=press.network
        )


async def on_creator(context: Context, press: AnalyzeCreator) -> None:
    """Told by a new message: the video stays."""
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        named = await service.name_creator(tx, owner_id=context.actor.id, creator_id=press.creator_id)
        await service.request_analysis(tx, owner_id=context.actor.id, analysis_id=named.id, chat=_below(context))


async def on_stop(context: Context, press: StopAnalysis) -> None:
    async with context.deps.tx() as tx:
        await service.cancel_analysis(
            tx, owner_id=context.actor.id, analysis_id=press.analysis_id, chat=_below(context)
        )
    await context.toast(context.texts("Stopping…"))


async def on_again(context: Context, press: AnalyzeAgain) -> None:
    """A report stays and is part of the history; what failed makes room."""
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        before = await analysis_of(tx.session, owner_id=context.actor.id, analysis_id=press.analysis_id)
        chat = _below(context) if before.status == AnalysisStatus.READY else here(context)
        await service.repeat_analysis(tx, owner_id=context.actor.id, analysis_id=before.id, chat=chat)


async def on_report(context: Context, press: ShowReport) -> None:
    await context.show(await _report(context, press.analysis_id))


async def on_list(context: Context, press: ListChannels) -> None:
    async with context.deps.read() as session:
        page = Page(press.page, PAGE_SIZE)
        found = await analyzed_channels(session, owner_id=context.actor.id, page=page)
        creators = await creators_of(session, [each.creator_id for each in found.items if each.creator_id is not None])
    await context.show(screens.channels(found, creators, context.texts))


async def on_delete(context: Context, press: DeleteChannel) -> None:
    async with context.deps.tx() as tx:
        await service.delete_channel(tx, owner_id=context.actor.id, analysis_id=press.analysis_id)
        _, data = await ready(context, tx, press.analysis_id)
    await context.show(screens.deleted(data, context.texts))


async def on_restore(context: Context, press: RestoreChannel) -> None:
    async with context.deps.tx() as tx:
        await service.restore_channel(tx, owner_id=context.actor.id, analysis_id=press.analysis_id)
    await context.toast(context.texts("It is back."))
    await context.show(await _report(context, press.analysis_id))


def here(context: Context) -> service.Chat:
    """The pressed message tells from now on."""
    place = context.place
    return service.Chat(place.chat_id, place.language, place.message_id)


async def ready(context: Context, tx: Tx, analysis_id: ids.AnalysisId) -> tuple[Analysis, Json]:
    """A report with what its screens show. Raises AnalysisNotFound, NotReady."""
    analysis = await analysis_of(tx.session, owner_id=context.actor.id, analysis_id=analysis_id)
    if analysis.status != AnalysisStatus.READY:
        raise service.NotReady(status=analysis.status)
    return analysis, await screen_data(tx.session, analysis)


def _below(context: Context) -> service.Chat:
    """A new message tells, or the one that did before."""
    return service.Chat(context.chat_id, context.actor.language)


async def _begin(context: Context, typed: str, *, compare_with: ids.AnalysisId | None) -> None:
    """A link says all; of a handle the network is asked, unless there is only one that can be meant."""
    wanted = wanted_in(typed)
    readable = list(context.deps.discoveries)
    networks = [wanted.network] if wanted.network is not None else networks_for(wanted.named, readable)
    if not networks:
        raise InvalidInput("analyses.no_channel")
    if networks[0] not in readable:
        raise service.NoSuchNetwork(network=str(networks[0]))
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        named = await service.name_channel(tx, owner_id=context.actor.id, wanted=wanted, compare_with=compare_with)
        if len(networks) == 1:
            await service.request_analysis(
                tx, owner_id=context.actor.id, analysis_id=named.id, chat=_below(context), network=networks[0]
            )
    if len(networks) > 1:
        await context.send(screens.choose_network(named.id, wanted.named, networks, context.texts))


async def _question(context: Context) -> Screen:
    deps = context.deps
    async with deps.read() as session:
        left = await entitlement_of(
            session, owner_id=context.actor.id, feature=Feature.CHANNEL_ANALYSES, now=deps.clock.now()
        )
        listed = await analyzed_channels(session, owner_id=context.actor.id, page=Page(1, 1))
    return screens.ask(list(deps.discoveries), left, context.texts, listed=listed.total > 0)


async def _report(context: Context, analysis_id: ids.AnalysisId) -> Screen:
    async with context.deps.tx() as tx:
        _, data = await ready(context, tx, analysis_id)
    picture = await stored_picture(context.deps.storage, data["picture_key"])
    return screens.report({**data, "picture_key": None}, context.texts, context.deps.clock.now(), picture=picture)
