"""Putting a group of hashtags under a draft."""

from collections.abc import Sequence

from bot.brands.actions import ShowBrands
from bot.context import Context
from bot.posts.actions import AddHashtags, ChooseHashtags, ShowCard
from bot.posts.drafts import show_card
from bot.router import Router
from bot.screens import Button, Screen, rows_of
from bot.texts import Texts
from core import ids
from core.brands.hashtags import append_group, groups_for_drafts
from core.brands.models import HashtagGroup
from core.brands.queries import Access
from core.posts.queries import post_of


def register(router: Router) -> None:
    router.press(ChooseHashtags, on_choose)
    router.press(AddHashtags, on_add)


async def on_choose(context: Context, press: ChooseHashtags) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
        found = await groups_for_drafts(session, user_id=context.actor.id, first=post.brand_id)
    await context.show(choose(post.id, found, context.texts))


async def on_add(context: Context, press: AddHashtags) -> None:
    """The card comes back with them; Undo takes them away again."""
    async with context.deps.tx() as tx:
        post, added = await append_group(tx, user_id=context.actor.id, post_id=press.post_id, group_id=press.group_id)
    t = context.texts
    said = t.plural("{n} hashtag added.", "{n} hashtags added.", added) if added else t("They are there already.")
    await context.toast(said)
    await show_card(context, post)


def choose(post_id: ids.PostId, found: Sequence[tuple[Access, HashtagGroup]], t: Texts) -> Screen:
    """The groups, each with its brand where there are several."""
    back = Button(t("‹ Back"), ShowCard(post_id))
    if not found:
        text = t("There is no group of hashtags yet. Make one in a brand, and it goes under any draft with one press.")
        return Screen(text, [[Button(t("🏷 Brands"), ShowBrands()), back]])
    several = len({access.brand.id for access, _ in found}) > 1
    buttons = [
        Button(f"{access.brand.name}: {group.name}" if several else group.name, AddHashtags(post_id, group.id))
        for access, group in found
    ]
    return Screen(t("Which hashtags shall I put under it?"), [*rows_of(buttons, columns=2), [back]])
