"""Options for one network: who may see it, what others may do with it, and what has to be disclosed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.context import Context
from bot.publishing import option_screens as screens
from bot.publishing import tiktok_texts
from bot.publishing.actions import (
    ChoosePrivacy,
    DiscloseThese,
    EndDisclosure,
    ExplainOff,
    OpenPage,
    ShowDisclosure,
    ShowPublication,
    Switch,
    Turn,
    UsePrivacy,
)
from bot.publishing.labels import network_label, switch_label
from bot.publishing.looking import change, look, view_of
from bot.publishing.option_screens import Looked
from bot.router import Router
from bot.screens import Toast
from core.errors import InvalidInput, NotAllowed
from core.publishing.networks.contract import Wanted
from core.publishing.page_links import LINK_LIFE, open_page_link
from core.publishing.readiness import ONLY_ME

SET: Final[Mapping[Switch, Callable[[Wanted, bool], Wanted]]] = {
    Switch.COMMENTS: lambda wanted, on: replace(wanted, comments=on),
    Switch.DUET: lambda wanted, on: replace(wanted, duet=on),
    Switch.STITCH: lambda wanted, on: replace(wanted, stitch=on),
    Switch.AI_MADE: lambda wanted, on: replace(wanted, ai_made=on),
    Switch.OWN_BRAND: lambda wanted, on: replace(wanted, own_brand=on),
    Switch.PAID_PARTNERSHIP: lambda wanted, on: replace(wanted, paid_partnership=on),
    Switch.FEED: lambda wanted, on: replace(wanted, share_to_feed=on),
    Switch.SUBSCRIBERS: lambda wanted, on: replace(wanted, notify_subscribers=on),
    Switch.KIDS: lambda wanted, on: replace(wanted, made_for_kids=on),
    Switch.INBOX: lambda wanted, on: replace(wanted, inbox=on),
}
IN_DISCLOSURE: Final = frozenset({Switch.OWN_BRAND, Switch.PAID_PARTNERSHIP})


def register(router: Router) -> None:
    router.press(ShowPublication, on_show)
    router.press(ChoosePrivacy, on_choose_privacy)
    router.press(UsePrivacy, on_use_privacy)
    router.press(Turn, on_turn)
    router.press(ExplainOff, on_explain_off)
    router.press(ShowDisclosure, on_disclosure)
    router.press(EndDisclosure, on_end_disclosure)
    router.press(DiscloseThese, on_disclose)
    router.press(OpenPage, on_open_page)


async def on_show(context: Context, press: ShowPublication) -> None:
    await context.stop_asking()
    await _show(context, await look(context, press.publication_id, fresh=True))


async def on_choose_privacy(context: Context, press: ChoosePrivacy) -> None:
    await context.show(screens.privacy(await look(context, press.publication_id), context.texts))


async def on_use_privacy(context: Context, press: UsePrivacy) -> None:
    """Only what the network offers now."""
    seen = await look(context, press.publication_id)
    if seen.terms is None or press.option not in seen.terms.privacy_options:
        raise InvalidInput("publishing.privacy_gone")
    if seen.wanted.paid_partnership and press.option == ONLY_ME:
        raise InvalidInput("publishing.branded_private")
    await _show(context, await change(context, seen, replace(seen.wanted, privacy=press.option)))


async def on_turn(context: Context, press: Turn) -> None:
    """What the account has switched off stays off, whatever was pressed."""
    seen = await look(context, press.publication_id)
    if press.on and seen.terms is not None and screens.is_switched_off(seen.terms, press.switch):
        raise NotAllowed("publishing.switched_off")
    if press.switch is Switch.PAID_PARTNERSHIP and press.on and seen.wanted.privacy == ONLY_ME:
        raise InvalidInput("publishing.branded_private")
    seen = await change(context, seen, SET[press.switch](seen.wanted, press.on))
    if press.switch in IN_DISCLOSURE:
        await context.show(screens.disclosure(seen, context.texts))
    else:
        await _show(context, seen)


async def on_explain_off(context: Context, press: ExplainOff) -> None:
    t = context.texts
    await view_of(context, press.publication_id)
    if press.switch is Switch.PAID_PARTNERSHIP:
        await context.toast(Toast(tiktok_texts.branded_private(t).unescape(), alert=True))
        return
    said = t(
        "{what} is switched off in the account's own settings. You can change that in {network}'s app.",
        what=switch_label(press.switch, t),
        network=network_label("tiktok"),
    )
    await context.toast(Toast(said.unescape(), alert=True))


async def on_disclosure(context: Context, press: ShowDisclosure) -> None:
    await context.show(screens.disclosure(await look(context, press.publication_id), context.texts))


async def on_end_disclosure(context: Context, press: EndDisclosure) -> None:
    seen = await look(context, press.publication_id)
    nothing = replace(seen.wanted, own_brand=False, paid_partnership=False)
    await _show(context, await change(context, seen, nothing))


async def on_disclose(context: Context, press: DiscloseThese) -> None:
    """Switched on without a choice isn't done."""
    seen = await look(context, press.publication_id)
    if not (seen.wanted.own_brand or seen.wanted.paid_partnership):
        await context.toast(Toast(tiktok_texts.nothing_disclosed(context.texts).unescape(), alert=True))
        return
    await _show(context, seen)


async def on_open_page(context: Context, press: OpenPage) -> None:
    """All of it on one page in the browser. Below the options, which stay."""
    seen = await look(context, press.publication_id)
    url = await open_page_link(context.deps, owner_id=context.actor.id, publication_id=seen.one.id)
    await context.send(screens.page_link(url, LINK_LIFE.seconds // 60, context.texts))


async def _show(context: Context, seen: Looked) -> None:
    await context.show(screens.publication(seen, context.texts))
