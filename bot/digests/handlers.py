"""/digest: making subscriptions and changing them."""

from typing import Any

from bot.accounts import ask_time_zone
from bot.actions import Action
from bot.context import Context
from bot.digests import issue_screens, screens
from bot.digests.actions import (
    AskKeywords,
    ChooseAlerts,
    ChooseHour,
    ChooseRegion,
    DeleteDigest,
    ListDigests,
    MakeDigest,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    SayNothingNew,
    SetAlerts,
    SetFrequency,
    SetHour,
    SetQuiet,
    SetRegion,
    SetWeekday,
    ShowDigest,
    ShowQuiet,
    StopAlerts,
    TypeQuiet,
    Unsubscribe,
    UseNetwork,
)
from bot.digests.reading import page_of
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.digests import service
from core.digests.models import Digest
from core.digests.previewing import preview
from core.digests.queries import count_watches, digest_of, digests_of, disturbance_of
from core.digests.service import NO_ZONE, Wanted, clean_keywords
from core.errors import InvalidInput, LimitReached
from core.limits import GENERATIONS, hit
from core.queues.slots import MINUTES_OF_DAY, QuietHours
from core.queues.spoken import parse_quiet_hours
from core.viral.asking import ANYWHERE, REGIONS
from core.viral.searching import searchable

KEYWORDS_PROMPT, QUIET_PROMPT = "digests.keywords", "digests.quiet"


def register(router: Router) -> None:
    router.command("digest", on_digest, menu="What goes viral, sent by itself")
    router.press(ListDigests, on_list)
    router.press(MakeDigest, on_make)
    router.press(ShowDigest, on_show)
    router.press(AskKeywords, on_ask_keywords)
    router.press(UseNetwork, on_network)
    router.press(SetFrequency, on_frequency)
    router.press(SetWeekday, on_weekday)
    router.press(ChooseHour, on_choose_hour)
    router.press(SetHour, on_hour)
    router.press(ChooseRegion, on_choose_region)
    router.press(SetRegion, on_region)
    router.press(SayNothingNew, on_nothing_new)
    router.press(ChooseAlerts, on_choose_alerts)
    router.press(SetAlerts, on_alerts)
    router.press(PreviewDigest, on_preview)
    router.press(PauseDigest, on_pause)
    router.press(DeleteDigest, on_delete)
    router.press(RestoreDigest, on_restore)
    router.press(Unsubscribe, on_unsubscribe)
    router.press(StopAlerts, on_stop_alerts)
    router.press(ShowQuiet, on_show_quiet)
    router.press(SetQuiet, on_set_quiet)
    router.press(TypeQuiet, on_type_quiet)
    router.prompt(KEYWORDS_PROMPT, on_keywords, about="the keywords of a digest")
    router.prompt(QUIET_PROMPT, on_quiet, about="setting the quiet hours")


async def on_digest(context: Context) -> None:
    """Words behind the command are the keywords of a new one."""
    if context.arguments:
        await _make(context, context.arguments)
    else:
        await context.send(await _list(context))


async def on_list(context: Context, press: ListDigests) -> None:
    await context.show(await _list(context))


async def on_make(context: Context, press: MakeDigest) -> None:
    """Its hour is one of somebody's clock: that is asked for first."""
    if context.actor.time_zone is None:
        await _ask_time_zone(context, press)
        return
    await context.ask(KEYWORDS_PROMPT)
    await context.send(screens.ask_keywords(context.texts))


async def on_ask_keywords(context: Context, press: AskKeywords) -> None:
    async with context.deps.read() as session:
        digest = await digest_of(session, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.ask(KEYWORDS_PROMPT, digest_id=ids.short(press.digest_id))
    await context.send(screens.ask_keywords(context.texts, present=digest.keywords))


async def on_keywords(context: Context, prompt: Prompt) -> None:
    """Of a new digest, or instead of those that one has. What can't be used leaves the question open."""
    try:
        if "digest_id" in prompt.data:
            digest_id = ids.DigestId(ids.parse_short(prompt.data["digest_id"]))
            await context.send(await _changed(context, digest_id, keywords=clean_keywords(context.text)))
        else:
            await _make(context, context.text)
    except (InvalidInput, LimitReached):
        await context.ask(prompt.name, **prompt.data)
        raise


async def on_show(context: Context, press: ShowDigest) -> None:
    async with context.deps.read() as session:
        digest = await digest_of(session, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.show(await _one(context, digest))


async def on_network(context: Context, press: UseNetwork) -> None:
    """Raises InvalidInput when none would be left."""
    async with context.deps.read() as session:
        digest = await digest_of(session, owner_id=context.actor.id, digest_id=press.digest_id)
    present = service.networks_of(digest)
    if press.wanted and press.network not in searchable(context.deps.discoveries):
        raise InvalidInput("digests.not_offered")
    networks = tuple(each for each in present if each is not press.network)
    if press.wanted:
        networks = (*networks, press.network)
    if not networks:
        raise InvalidInput("digests.last_network")
    await context.show(await _changed(context, press.digest_id, networks=networks))


async def on_frequency(context: Context, press: SetFrequency) -> None:
    await context.show(await _changed(context, press.digest_id, frequency=press.frequency))


async def on_weekday(context: Context, press: SetWeekday) -> None:
    await context.show(await _changed(context, press.digest_id, weekday=press.weekday))


async def on_choose_hour(context: Context, press: ChooseHour) -> None:
    if context.actor.time_zone is None:
        await _ask_time_zone(context, press)
        return
    async with context.deps.read() as session:
        digest = await digest_of(session, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.show(screens.hours(digest, context.actor.time_zone, context.texts))


async def on_hour(context: Context, press: SetHour) -> None:
    await context.show(await _changed(context, press.digest_id, hour=press.hour))


async def on_choose_region(context: Context, press: ChooseRegion) -> None:
    async with context.deps.read() as session:
        digest = await digest_of(session, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.show(screens.regions(digest, context.texts))


async def on_region(context: Context, press: SetRegion) -> None:
    region = press.region if press.region in REGIONS else ANYWHERE
    await context.show(await _changed(context, press.digest_id, region=region))


async def on_nothing_new(context: Context, press: SayNothingNew) -> None:
    await context.show(await _changed(context, press.digest_id, says_nothing_new=press.wanted))


async def on_choose_alerts(context: Context, press: ChooseAlerts) -> None:
    async with context.deps.read() as session:
        digest = await digest_of(session, owner_id=context.actor.id, digest_id=press.digest_id)
        disturbance = await disturbance_of(session, owner_id=context.actor.id)
    await context.show(screens.alerts(digest, disturbance, context.texts))


async def on_alerts(context: Context, press: SetAlerts) -> None:
    await context.show(await _changed(context, press.digest_id, alert_times=press.times))


async def on_preview(context: Context, press: PreviewDigest) -> None:
    """Below the card, as it would come now."""
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        brought, issue = await preview(tx, owner_id=context.actor.id, digest_id=press.digest_id)
    t = context.texts
    if issue is not None:
        await context.send(await page_of(context, issue, 1))
    elif brought.at is None and brought.problem is None:
        await context.send(issue_screens.still_looking(t, press.digest_id))
    else:
        await context.send(issue_screens.nothing_to_preview(brought.problem, t, press.digest_id))


async def on_pause(context: Context, press: PauseDigest) -> None:
    verb = service.pause_digest if press.wanted else service.resume_digest
    async with context.deps.tx() as tx:
        digest = await verb(tx, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.toast(context.texts("Paused.") if press.wanted else context.texts("It goes on."))
    await context.show(await _one(context, digest))


async def on_delete(context: Context, press: DeleteDigest) -> None:
    async with context.deps.tx() as tx:
        digest = await service.delete_digest(tx, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.show(screens.deleted(digest, context.texts))


async def on_restore(context: Context, press: RestoreDigest) -> None:
    async with context.deps.tx() as tx:
        digest = await service.restore_digest(tx, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.show(await _one(context, digest))


async def on_unsubscribe(context: Context, press: Unsubscribe) -> None:
    """The issue stays; what was done stands below it, with the way back."""
    async with context.deps.tx() as tx:
        digest = await service.delete_digest(tx, owner_id=context.actor.id, digest_id=press.digest_id)
    await context.send(screens.deleted(digest, context.texts))


async def on_stop_alerts(context: Context, press: StopAlerts) -> None:
    await context.send(await _changed(context, press.digest_id, alert_times=None))


async def on_show_quiet(context: Context, press: ShowQuiet) -> None:
    """Quiet hours are times of somebody's clock, too."""
    if context.actor.time_zone is None:
        await _ask_time_zone(context, press)
        return
    waiting = await context.waiting()
    if waiting is not None and waiting.name == QUIET_PROMPT:
        await context.stop_asking()
    await context.show(await _quiet(context))


async def on_set_quiet(context: Context, press: SetQuiet) -> None:
    quiet = None
    if press.begins is not None and press.ends is not None:
        if not (0 <= press.begins < MINUTES_OF_DAY and 0 <= press.ends < MINUTES_OF_DAY):
            raise InvalidInput("digests.not_offered")
        quiet = QuietHours(press.begins, press.ends)
    await _set_quiet(context, quiet)
    await context.toast(context.texts("Saved."))
    await context.show(await _quiet(context))


async def on_type_quiet(context: Context, press: TypeQuiet) -> None:
    await context.ask(QUIET_PROMPT)
    await context.show(screens.ask_quiet(context.actor.time_zone or NO_ZONE, context.texts))


async def on_quiet(context: Context, prompt: Prompt) -> None:
    try:
        await _set_quiet(context, parse_quiet_hours(context.text))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(await _quiet(context))


async def _ask_time_zone(context: Context, then: Action) -> None:
    await ask_time_zone(context, then, why=context.texts("So that digests come by your clock."))


async def _make(context: Context, typed: str) -> None:
    """On all networks that can be searched, daily at nine; what its owner wants otherwise is a button on its card.

    Who hasn't told their time zone is asked for it, and has the digest all the same.
    """
    networks = searchable(context.deps.discoveries)
    if not networks:
        await context.send(screens.no_network(context.texts))
        return
    wanted = Wanted(keywords=clean_keywords(typed), networks=tuple(networks))
    async with context.deps.tx() as tx:
        digest = await service.make_digest(tx, owner_id=context.actor.id, wanted=wanted)
    if context.actor.time_zone is None:
        await _ask_time_zone(context, ShowDigest(digest.id))
    else:
        await context.send(await _one(context, digest))


async def _changed(context: Context, digest_id: ids.DigestId, **changes: Any) -> Screen:
    async with context.deps.tx() as tx:
        digest = await service.change_digest(tx, owner_id=context.actor.id, digest_id=digest_id, **changes)
    return await _one(context, digest)


async def _one(context: Context, digest: Digest) -> Screen:
    async with context.deps.read() as session:
        disturbance = await disturbance_of(session, owner_id=context.actor.id)
    zone, now = context.actor.time_zone or NO_ZONE, context.deps.clock.now()
    networks = searchable(context.deps.discoveries)
    return screens.one(digest, networks, disturbance.quiet, now, zone, context.texts)


async def _list(context: Context) -> Screen:
    if not searchable(context.deps.discoveries):
        return screens.no_network(context.texts)
    async with context.deps.read() as session:
        digests = await digests_of(session, owner_id=context.actor.id)
        watches = await count_watches(session, owner_id=context.actor.id)
        disturbance = await disturbance_of(session, owner_id=context.actor.id)
    return screens.listed(digests, watches, disturbance, context.actor.time_zone or NO_ZONE, context.texts)


async def _set_quiet(context: Context, quiet: QuietHours | None) -> None:
    async with context.deps.tx() as tx:
        await service.set_quiet_hours(tx, owner_id=context.actor.id, quiet=quiet)


async def _quiet(context: Context) -> Screen:
    async with context.deps.read() as session:
        disturbance = await disturbance_of(session, owner_id=context.actor.id)
    return screens.quiet(disturbance, context.actor.time_zone or NO_ZONE, context.texts)
