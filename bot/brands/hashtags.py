"""A brand's groups of hashtags: making, changing, deleting. Putting one under a draft is in bot/posts/hashtags.py."""

from uuid import UUID

from bot.brands import hashtag_screens as screens
from bot.brands.actions import (
    ChangeHashtags,
    DeleteHashtagGroup,
    NewHashtagGroup,
    RenameHashtagGroup,
    ShowHashtagGroup,
    ShowHashtags,
)
from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.brands import hashtags
from core.brands.members import check_role
from core.brands.queries import access_of, hashtag_group_of, hashtag_groups
from core.errors import InvalidInput

NAME_PROMPT = "brands.group_name"
TAGS_PROMPT = "brands.hashtags"


def register(router: Router) -> None:
    router.press(ShowHashtags, on_groups)
    router.press(ShowHashtagGroup, on_group)
    router.press(NewHashtagGroup, on_new)
    router.press(RenameHashtagGroup, on_rename)
    router.press(ChangeHashtags, on_change)
    router.press(DeleteHashtagGroup, on_delete)
    router.prompt(NAME_PROMPT, on_name, about="a group of hashtags")
    router.prompt(TAGS_PROMPT, on_hashtags, about="a group of hashtags")


async def on_groups(context: Context, press: ShowHashtags) -> None:
    await context.show(await _groups(context, press.brand_id))


async def on_group(context: Context, press: ShowHashtagGroup) -> None:
    await context.show(await _group(context, press.group_id))


async def on_new(context: Context, press: NewHashtagGroup) -> None:
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
    await context.ask(NAME_PROMPT, brand_id=str(press.brand_id))
    await context.send(screens.ask_name(access.brand, context.texts))


async def on_rename(context: Context, press: RenameHashtagGroup) -> None:
    async with context.deps.read() as session:
        group, _ = await hashtag_group_of(session, user_id=context.actor.id, group_id=press.group_id)
    await context.ask(NAME_PROMPT, group_id=str(group.id))
    await context.send(screens.ask_new_name(group, context.texts))


async def on_change(context: Context, press: ChangeHashtags) -> None:
    async with context.deps.read() as session:
        group, _ = await hashtag_group_of(session, user_id=context.actor.id, group_id=press.group_id)
    await context.ask(TAGS_PROMPT, group_id=str(group.id))
    await context.send(screens.ask_hashtags(group.name, context.texts))


async def on_name(context: Context, prompt: Prompt) -> None:
    """Of a new group its hashtags are asked next; another one has its new name."""
    try:
        name = hashtags.cleaned_name(context.text)
        if "group_id" in prompt.data:
            async with context.deps.tx() as tx:
                group = await hashtags.change_group(tx, user_id=context.actor.id, group_id=_group_id(prompt), name=name)
            await context.send(await _group(context, group.id))
            return
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.ask(TAGS_PROMPT, **prompt.data, called=name)
    await context.send(screens.ask_hashtags(name, context.texts))


async def on_hashtags(context: Context, prompt: Prompt) -> None:
    try:
        async with context.deps.tx() as tx:
            if "group_id" in prompt.data:
                group = await hashtags.change_group(
                    tx, user_id=context.actor.id, group_id=_group_id(prompt), hashtags=context.text.split()
                )
            else:
                brand_id = ids.BrandId(UUID(prompt.data["brand_id"]))
                group = await hashtags.create_group(
                    tx,
                    user_id=context.actor.id,
                    brand_id=brand_id,
                    name=prompt.data["called"],
                    hashtags=context.text.split(),
                )
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(await _groups(context, group.brand_id))


async def on_delete(context: Context, press: DeleteHashtagGroup) -> None:
    if not press.sure:
        async with context.deps.read() as session:
            group, _ = await hashtag_group_of(session, user_id=context.actor.id, group_id=press.group_id)
        await context.show(screens.ask_delete(group, context.texts))
        return
    async with context.deps.tx() as tx:
        group = await hashtags.delete_group(tx, user_id=context.actor.id, group_id=press.group_id)
    await context.toast(context.texts("Deleted."))
    await context.show(await _groups(context, group.brand_id))


async def _groups(context: Context, brand_id: ids.BrandId) -> Screen:
    async with context.deps.read() as session:
        access = await access_of(session, user_id=context.actor.id, brand_id=brand_id)
        found = await hashtag_groups(session, brand_id=brand_id)
    return screens.groups(access, found, context.texts)


async def _group(context: Context, group_id: ids.HashtagGroupId) -> Screen:
    async with context.deps.read() as session:
        group, access = await hashtag_group_of(session, user_id=context.actor.id, group_id=group_id)
    return screens.group(group, access, context.texts)


def _group_id(prompt: Prompt) -> ids.HashtagGroupId:
    return ids.HashtagGroupId(UUID(prompt.data["group_id"]))
