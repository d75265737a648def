"""/viral: the options card, the search, and its pages of results."""

from dataclasses import replace

from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.viral import choosing_screens, screens
from bot.viral.actions import (
    AskKeyword,
    ChooseRegion,
    ClearKeyword,
    LookUp,
    LookUpAgain,
    SetNetwork,
    SetPeriod,
    SetRegion,
    ShowResults,
    ShowViral,
    StopLookup,
)
from core.accounts.service import user_of
from core.billing.queries import Feature, entitlement_of
from core.db import ReadSession
from core.errors import InvalidInput
from core.limits import GENERATIONS, hit
from core.tx import Tx
from core.viral import service
from core.viral.asking import ANYWHERE, PERIODS, REGIONS, Asked, clean_keyword
from core.viral.models import Lookup, LookupStatus
from core.viral.pages import page_data, page_drawn
from core.viral.queries import choices_of, lookup_of
from core.viral.searching import Results, known_results, searchable

KEYWORD_PROMPT = "viral.keyword"


def register(router: Router) -> None:
    router.command("viral", on_viral, menu="What goes viral in your niche")
    router.press(ShowViral, on_show)
    router.press(SetNetwork, on_network)
    router.press(SetPeriod, on_period)
    router.press(ChooseRegion, on_choose_region)
    router.press(SetRegion, on_region)
    router.press(AskKeyword, on_ask_keyword)
    router.press(ClearKeyword, on_clear_keyword)
    router.prompt(KEYWORD_PROMPT, on_keyword, about="a keyword to look for")
    router.press(LookUp, on_look_up)
    router.press(LookUpAgain, on_again)
    router.press(StopLookup, on_stop)
    router.press(ShowResults, on_results)


async def on_viral(context: Context) -> None:
    """With the last choices; words behind the command are the keyword."""
    async with context.deps.tx() as tx:
        asked = await _choices(context, tx.session)
        if context.arguments:
            asked = replace(asked, keyword=clean_keyword(context.arguments))
            await service.remember_choices(tx, owner_id=context.actor.id, asked=asked)
        card = await _card(context, tx, asked)
    await context.send(card)


async def on_show(context: Context, press: ShowViral) -> None:
    async with context.deps.tx() as tx:
        card = await _card(context, tx, await _choices(context, tx.session))
    await context.show(card)


async def on_network(context: Context, press: SetNetwork) -> None:
    await context.show(await _changed(context, network=press.network))


async def on_period(context: Context, press: SetPeriod) -> None:
    await context.show(await _changed(context, period=press.period if press.period in PERIODS else PERIODS[0]))


async def on_choose_region(context: Context, press: ChooseRegion) -> None:
    async with context.deps.read() as session:
        asked = await choices_of(session, owner_id=context.actor.id)
    await context.show(choosing_screens.choose_region(asked, context.texts))


async def on_region(context: Context, press: SetRegion) -> None:
    await context.show(await _changed(context, region=press.region if press.region in REGIONS else ANYWHERE))


async def on_ask_keyword(context: Context, press: AskKeyword) -> None:
    await context.ask(KEYWORD_PROMPT, message_id=context.place.message_id)
    await context.send(choosing_screens.ask_keyword(context.texts))


async def on_keyword(context: Context, prompt: Prompt) -> None:
    """The card stands below the answer then, where it is seen."""
    try:
        keyword = clean_keyword(context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(await _changed(context, keyword=keyword))


async def on_clear_keyword(context: Context, press: ClearKeyword) -> None:
    await context.show(await _changed(context, keyword=""))


async def on_look_up(context: Context, press: LookUp) -> None:
    async with context.deps.read() as session:
        asked = await _choices(context, session)
    await _look_up(context, asked)


async def on_again(context: Context, press: LookUpAgain) -> None:
    async with context.deps.read() as session:
        lookup = await lookup_of(session, owner_id=context.actor.id, lookup_id=press.lookup_id)
    await _look_up(context, Asked.of(lookup))


async def _look_up(context: Context, asked: Asked) -> None:
    """What is known is shown at once. Else the pressed message shows how far it is; a second press changes nothing."""
    deps, owner_id = context.deps, context.actor.id
    async with deps.read() as session:
        known = await known_results(session, asked, now=deps.clock.now())
    if known is None:
        await hit(deps.redis, GENERATIONS, str(context.actor.telegram_id))
        async with deps.tx() as tx:
            await service.request_lookup(tx, owner_id=owner_id, asked=asked, place=context.place)
        return
    async with deps.tx() as tx:
        lookup = await service.answer_lookup(tx, owner_id=owner_id, asked=asked, results=known)
    await _show_page(context, lookup, known, 1)


async def on_stop(context: Context, press: StopLookup) -> None:
    async with context.deps.tx() as tx:
        await service.cancel_lookup(tx, owner_id=context.actor.id, lookup_id=press.lookup_id, place=context.place)
    await context.toast(context.texts("Stopping…"))


async def on_results(context: Context, press: ShowResults) -> None:
    async with context.deps.read() as session:
        lookup = await lookup_of(session, owner_id=context.actor.id, lookup_id=press.lookup_id)
    if lookup.status != LookupStatus.READY or lookup.results_at is None:
        raise service.NotReady(status=lookup.status)
    results = Results(lookup.video_ids, lookup.results_at, lookup.sample, lookup.problem)
    await _show_page(context, lookup, results, press.page)


async def _show_page(context: Context, lookup: Lookup, results: Results, page: int) -> None:
    """A page of what was found then, with the numbers of now."""
    deps = context.deps
    async with deps.read() as session:
        dark = (await user_of(session, context.actor.id)).dark_pictures
    seen, picture = await page_drawn(deps, results, page, dark=dark)
    data = page_data(lookup.id, Asked.of(lookup), results, page, seen)
    await context.show(screens.results(data, context.texts, deps.clock.now(), picture=picture))


async def _choices(context: Context, session: ReadSession) -> Asked:
    """The last ones, on a network that can still be searched."""
    asked = await choices_of(session, owner_id=context.actor.id)
    networks = searchable(context.deps.discoveries)
    if networks and asked.network not in networks:
        return replace(asked, network=networks[0])
    return asked


async def _changed(context: Context, **changes: object) -> Screen:
    async with context.deps.tx() as tx:
        asked = replace(await _choices(context, tx.session), **changes)  # type: ignore[arg-type]
        await service.remember_choices(tx, owner_id=context.actor.id, asked=asked)
        return await _card(context, tx, asked)


async def _card(context: Context, tx: Tx, asked: Asked) -> Screen:
    entitlement = await entitlement_of(tx.session, owner_id=context.actor.id, feature=Feature.VIRAL_QUERIES, now=tx.now)
    return choosing_screens.card(asked, searchable(context.deps.discoveries), entitlement, context.texts)
