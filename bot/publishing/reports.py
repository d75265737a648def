"""The weekly report: looked at whenever somebody likes, sent each Monday to whoever wants that."""

import asyncio

from bot.context import Context
from bot.publishing import report_screens as screens
from bot.publishing.actions import ChooseReport, ShowReport
from bot.router import Router
from bot.screens import Toast
from core.publishing.reports import choose_report, report_data, wants_report


def register(router: Router) -> None:
    router.press(ShowReport, on_show)
    router.press(ChooseReport, on_choose)


async def on_show(context: Context, press: ShowReport) -> None:
    await _show(context)


async def _show(context: Context) -> None:
    async with context.deps.read() as session:
        data = await report_data(session, owner_id=context.actor.id, now=context.deps.clock.now())
        data["subscribed"] = await wants_report(session, owner_id=context.actor.id)
    drawn = any(day["views"] > 0 for day in data["days"])
    picture = await asyncio.to_thread(screens.chart, data, context.texts) if drawn else None
    await context.show(screens.report(data, context.texts, picture=picture))


async def on_choose(context: Context, press: ChooseReport) -> None:
    """The report below says so, too, with the figures of now."""
    async with context.deps.tx() as tx:
        await choose_report(tx, owner_id=context.actor.id, wanted=press.wanted)
    t = context.texts
    said = (
        t("It comes each Monday morning.") if press.wanted else t("No more weekly reports. /publish has them anyway.")
    )
    await context.toast(Toast(said.unescape(), alert=True))
    await _show(context)
