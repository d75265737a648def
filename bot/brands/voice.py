"""Learning a brand's voice from posts, and changing its style card by hand."""

from uuid import UUID

from bot.brands import voice_screens as screens
from bot.brands.actions import (
    AskTrait,
    ChooseChannel,
    ChooseTrait,
    ClearTrait,
    CollectPosts,
    ForgetPosts,
    LearnFromChannel,
    LearnVoice,
    ShowVoice,
    StopLearning,
)
from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.brands import learning
from core.brands.members import check_role
from core.brands.queries import access_of
from core.brands.service import change_trait
from core.brands.style import Trait
from core.brands.voice import style_of
from core.channels.queries import channel_of, channels_of
from core.db import Page
from core.errors import InvalidInput
from core.limits import GENERATIONS, hit

POSTS_PROMPT = "brands.posts"
TRAIT_PROMPT = "brands.trait"
CHANNELS_SHOWN = 20


def register(router: Router) -> None:
    router.press(ShowVoice, on_voice)
    router.press(CollectPosts, on_collect)
    router.prompt(POSTS_PROMPT, on_post, about="posts to learn a voice from")
    router.press(ForgetPosts, on_forget)
    router.press(LearnVoice, on_learn)
    router.press(StopLearning, on_stop)
    router.press(ChooseChannel, on_choose_channel)
    router.press(LearnFromChannel, on_channel)
    router.press(ChooseTrait, on_choose_trait)
    router.press(AskTrait, on_ask_trait)
    router.press(ClearTrait, on_clear_trait)
    router.prompt(TRAIT_PROMPT, on_trait, about="how a brand sounds")


async def on_voice(context: Context, press: ShowVoice) -> None:
    await context.show(await _voice(context, press.brand_id))


async def on_collect(context: Context, press: CollectPosts) -> None:
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
    await context.ask(POSTS_PROMPT, brand_id=str(press.brand_id))
    await context.send(screens.ask_posts(access.brand, context.texts))


async def on_post(context: Context, prompt: Prompt) -> None:
    """One post after the other; one answer tells how many there are."""
    brand_id, said = ids.BrandId(UUID(prompt.data["brand_id"])), dict(prompt.data)
    try:
        if not context.received.text.strip():
            raise InvalidInput("brands.needs_text")
        async with context.deps.tx() as tx:
            posts = await learning.add_examples(
                tx, user_id=context.actor.id, brand_id=brand_id, texts=[context.received.text]
            )
        screen = screens.collected(brand_id, posts, context.texts)
        if "answer_id" in said:
            said["answer_id"] = await context.change(int(said["answer_id"]), screen)
        else:
            said["answer_id"] = await context.send(screen)
    finally:
        await context.ask(prompt.name, **said)


async def on_forget(context: Context, press: ForgetPosts) -> None:
    async with context.deps.tx() as tx:
        await learning.forget_examples(tx, user_id=context.actor.id, brand_id=press.brand_id)
    await context.toast(context.texts("Forgotten. What was learned from them stays."))
    await context.show(await _voice(context, press.brand_id))


async def on_learn(context: Context, press: LearnVoice) -> None:
    """From here on the pressed message shows how it goes."""
    await context.stop_asking()
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await learning.request_learning(tx, user_id=context.actor.id, brand_id=press.brand_id, place=context.place)


async def on_stop(context: Context, press: StopLearning) -> None:
    async with context.deps.tx() as tx:
        stopping = await learning.cancel_learning(
            tx, user_id=context.actor.id, brand_id=press.brand_id, place=context.place
        )
    await context.toast(context.texts("Stopping…") if stopping else context.texts("It has ended already."))


async def on_choose_channel(context: Context, press: ChooseChannel) -> None:
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
        found = await channels_of(session, owner_id=context.actor.id, page=Page(1, CHANNELS_SHOWN))
    await context.show(screens.choose_channel(access.brand, found.items, context.texts))


async def on_channel(context: Context, press: LearnFromChannel) -> None:
    """Learn from what is known of it; where that is too little, say why and what else there is."""
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
        channel = await channel_of(session, owner_id=context.actor.id, channel_id=press.channel_id)
        known = await learning.known_posts(session, owner_id=context.actor.id, channel_id=press.channel_id)
    if len(known.texts) < learning.POSTS_LEAST:
        await context.show(screens.too_few_known(access.brand, channel, known, context.texts))
        return
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await learning.add_examples(
            tx, user_id=context.actor.id, brand_id=press.brand_id, texts=known.texts, instead=True
        )
        await learning.request_learning(tx, user_id=context.actor.id, brand_id=press.brand_id, place=context.place)


async def on_choose_trait(context: Context, press: ChooseTrait) -> None:
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
    await context.show(screens.choose_trait(access, context.texts))


async def on_ask_trait(context: Context, press: AskTrait) -> None:
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
    await context.ask(TRAIT_PROMPT, brand_id=str(press.brand_id), trait=press.trait)
    await context.send(screens.ask_trait(access, style_of(access.brand), press.trait, context.texts))


async def on_clear_trait(context: Context, press: ClearTrait) -> None:
    await context.stop_asking()
    async with context.deps.tx() as tx:
        await change_trait(tx, user_id=context.actor.id, brand_id=press.brand_id, trait=press.trait, text="")
    await context.show(await _voice(context, press.brand_id))


async def on_trait(context: Context, prompt: Prompt) -> None:
    brand_id = ids.BrandId(UUID(prompt.data["brand_id"]))
    try:
        if not context.text.strip():
            raise InvalidInput("brands.needs_text")
        async with context.deps.tx() as tx:
            await change_trait(
                tx, user_id=context.actor.id, brand_id=brand_id, trait=Trait(prompt.data["trait"]), text=context.text
            )
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(await _voice(context, brand_id))


async def _voice(context: Context, brand_id: ids.BrandId) -> Screen:
    async with context.deps.read() as session:
        access = await access_of(session, user_id=context.actor.id, brand_id=brand_id)
        examples = await learning.examples_of(session, user_id=context.actor.id, brand_id=brand_id)
    return screens.voice(
        access,
        style_of(access.brand),
        examples=len(examples),
        offline=context.deps.voice_reader.offline,
        t=context.texts,
    )
