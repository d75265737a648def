"""A script in the chat: paging, changing lines by buttons or by reply, sections anew, and the audio."""

import regex
from telegram import Message

from bot.actions import actions_under
from bot.context import Context
from bot.podcasts import script_screens as screens
from bot.podcasts.actions import (
    AskLine,
    ChooseLine,
    DropLine,
    DropSection,
    GiveLine,
    MakeAudio,
    RedoSection,
    RetryPodcast,
    ShowLine,
    ShowScript,
    StopPodcast,
    SwapVoices,
)
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.errors import Conflict, InvalidInput
from core.limits import GENERATIONS, hit
from core.podcasts import editing, service
from core.podcasts.models import Podcast
from core.podcasts.pages import page_of_section, page_with_line, script_page
from core.podcasts.queries import options_of, podcast_of, script_of
from core.podcasts.script import Line, Script, Speaker
from core.podcasts.showing import podcast_data

LINE_PROMPT = "podcasts.line"
NUMBERED = regex.compile(r"\s*(?P<number>\p{Nd}{1,4})\s*[.:)\-–—=]?\s+(?P<text>.+)", regex.DOTALL)


def register(router: Router) -> None:
    router.press(ShowScript, on_show)
    router.press(ChooseLine, on_choose_line)
    router.press(ShowLine, on_line)
    router.press(AskLine, on_ask_line)
    router.prompt(LINE_PROMPT, on_line_words, about="changing a line")
    router.press(DropLine, on_drop_line)
    router.press(GiveLine, on_give_line)
    router.press(RedoSection, on_redo)
    router.press(DropSection, on_drop_section)
    router.press(SwapVoices, on_swap)
    router.press(MakeAudio, on_make)
    router.press(StopPodcast, on_stop)
    router.press(RetryPodcast, on_retry)
    router.reply(on_reply)


async def on_show(context: Context, press: ShowScript) -> None:
    await context.show(_card(await _podcast(context, press.podcast_id), press.page, context))


async def on_choose_line(context: Context, press: ChooseLine) -> None:
    podcast = await _same(context, press.podcast_id, press.version, press.page)
    if podcast is not None:
        await context.show(screens.choose_line(_data(podcast, press.page, context), context.texts))


async def on_line(context: Context, press: ShowLine) -> None:
    podcast = await _same(context, press.podcast_id, press.version)
    if podcast is None:
        return
    script = _script(podcast)
    line = script.line(press.number)
    name, other = _names(podcast, line)
    await context.show(
        screens.one_line(
            podcast.id,
            press.number,
            line,
            name=name,
            other=other,
            page=page_with_line(script, press.number),
            version=podcast.script_version,
            t=context.texts,
        )
    )


async def on_ask_line(context: Context, press: AskLine) -> None:
    podcast = await _same(context, press.podcast_id, press.version)
    if podcast is None:
        return
    line = _script(podcast).line(press.number)
    await context.ask(
        LINE_PROMPT,
        podcast_id=ids.short(podcast.id),
        number=press.number,
        version=press.version,
        message_id=context.place.message_id,
    )
    await context.send(screens.ask_line(press.number, line, context.texts))


async def on_line_words(context: Context, prompt: Prompt) -> None:
    """The new words; when they can't be taken, it is asked again."""
    podcast_id = ids.PodcastId(ids.parse_short(prompt.data["podcast_id"]))
    try:
        await _say(
            context, podcast_id, prompt.data["number"], context.text, prompt.data["version"], prompt.data["message_id"]
        )
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise


async def on_reply(context: Context, replied: Message) -> bool:
    """A reply to a script with a line's number and words changes that line."""
    shown = next((action for action in actions_under(replied) if isinstance(action, SwapVoices)), None)
    if shown is None:
        return False
    typed = NUMBERED.fullmatch(context.text)
    if typed is None:
        raise InvalidInput("podcasts.line_number_missing")
    await _say(context, shown.podcast_id, int(typed["number"]), typed["text"], shown.version, replied.message_id)
    return True


async def _say(
    context: Context, podcast_id: ids.PodcastId, number: int, text: str, version: int, message_id: int
) -> None:
    """Let a line say something else, and show it where the script stands."""
    if await _same(context, podcast_id, version, message_id=message_id) is None:
        return
    async with context.deps.tx() as tx:
        podcast = await editing.edit_line(
            tx, owner_id=context.actor.id, podcast_id=podcast_id, number=number, text=text, version=version
        )
    await context.change(message_id, _card(podcast, page_with_line(_script(podcast), number), context))
    await context.send(screens.line_kept(number, context.texts))


async def on_drop_line(context: Context, press: DropLine) -> None:
    if await _same(context, press.podcast_id, press.version) is None:
        return
    async with context.deps.tx() as tx:
        podcast = await editing.drop_line(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, number=press.number, version=press.version
        )
    await context.show(_card(podcast, page_with_line(_script(podcast), press.number), context))


async def on_give_line(context: Context, press: GiveLine) -> None:
    if await _same(context, press.podcast_id, press.version) is None:
        return
    async with context.deps.tx() as tx:
        podcast = await editing.give_line(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, number=press.number, version=press.version
        )
    await context.show(_card(podcast, page_with_line(_script(podcast), press.number), context))


async def on_drop_section(context: Context, press: DropSection) -> None:
    if await _same(context, press.podcast_id, press.version) is None:
        return
    async with context.deps.tx() as tx:
        podcast = await editing.drop_section(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, number=press.section, version=press.version
        )
    await context.show(_card(podcast, page_of_section(_script(podcast), press.section), context))


async def on_swap(context: Context, press: SwapVoices) -> None:
    if await _same(context, press.podcast_id, press.version, press.page) is None:
        return
    async with context.deps.tx() as tx:
        podcast = await editing.swap_voices(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, version=press.version
        )
    await context.show(_card(podcast, press.page, context))


async def on_redo(context: Context, press: RedoSection) -> None:
    """The message shows that it is written, and then the script again."""
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    if await _same(context, press.podcast_id, press.version) is None:
        return
    async with context.deps.tx() as tx:
        await editing.regenerate_section(
            tx,
            owner_id=context.actor.id,
            podcast_id=press.podcast_id,
            number=press.section,
            version=press.version,
            place=context.place,
        )


async def on_make(context: Context, press: MakeAudio) -> None:
    """From here on the pressed message shows how far it is; a second press changes nothing."""
    async with context.deps.tx() as tx:
        await service.make_audio(tx, owner_id=context.actor.id, podcast_id=press.podcast_id, place=context.place)


async def on_stop(context: Context, press: StopPodcast) -> None:
    async with context.deps.tx() as tx:
        stopping = await service.cancel_podcast(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, place=context.place
        )
    t = context.texts
    await context.toast(t("Stopping…") if stopping else t("There is nothing to stop any more."))


async def on_retry(context: Context, press: RetryPodcast) -> None:
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await service.retry_podcast(tx, owner_id=context.actor.id, podcast_id=press.podcast_id, place=context.place)


async def _podcast(context: Context, podcast_id: ids.PodcastId) -> Podcast:
    """With a script. Raises Conflict "podcasts.no_script"."""
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=podcast_id)
    if podcast.script is None:
        raise Conflict("podcasts.no_script")
    return podcast


async def _same(
    context: Context, podcast_id: ids.PodcastId, version: int, page: int = 1, *, message_id: int | None = None
) -> Podcast | None:
    """The podcast while its script is the one that the button was made for; else it is shown as it is now."""
    podcast = await _podcast(context, podcast_id)
    if podcast.script_version == version:
        return podcast
    card, told = _card(podcast, page, context), context.texts("The script has changed since. This is how it is now.")
    if message_id is not None:
        await context.change(message_id, card)
        await context.send(Screen(told))
    else:
        await context.show(card)
        await context.toast(told)
    return None


def _card(podcast: Podcast, page: int, context: Context) -> Screen:
    return screens.script_card(_data(podcast, page, context), context.texts)


def _data(podcast: Podcast, page: int, context: Context) -> dict[str, object]:
    return podcast_data(podcast, language=context.actor.language, **script_page(podcast, page))


def _script(podcast: Podcast) -> Script:
    return script_of(podcast) or Script("", "", ())


def _names(podcast: Podcast, line: Line) -> tuple[str, str]:
    """Of who says it, and of the other one."""
    script, options = _script(podcast), options_of(podcast)
    names = script.host or options.host.name, script.guest or options.guest.name
    return names if line.speaker is Speaker.HOST else names[::-1]
