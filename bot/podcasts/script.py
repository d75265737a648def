"""A script in the chat: paging, changing lines by buttons or by reply, sections anew, and the audio."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import regex
from telegram import Message

from bot.actions import actions_under
from bot.context import Context
from bot.podcasts import script_screens as screens
from bot.podcasts.actions import (
    AskLine,
    AskLineWish,
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
    WriteSectionAnew,
)
from bot.podcasts.voices import check_voices
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.db import ReadSession, TelegramId
from core.errors import Conflict, InvalidInput
from core.limits import GENERATIONS, hit
from core.podcasts import editing, service
from core.podcasts.models import Podcast
from core.podcasts.pages import page_of_section, page_with_line
from core.podcasts.queries import podcast_of, script_of
from core.podcasts.quotes import speaker_names
from core.podcasts.script import Line, Script, Speaker
from core.podcasts.showing import script_data
from core.posts.writing import Place

LINE_PROMPT = "podcasts.line"
LINE_WISH_PROMPT = "podcasts.line_wish"
SECTION_WISH_PROMPT = "podcasts.section_wish"
NUMBERED = regex.compile(r"\s*(?P<number>\p{Nd}{1,4})\s*[.:)\-–—=]?\s+(?P<text>.+)", regex.DOTALL)


def register(router: Router) -> None:
    router.press(ShowScript, on_show)
    router.press(ChooseLine, on_choose_line)
    router.press(ShowLine, on_line)
    router.press(AskLine, on_ask_line)
    router.prompt(LINE_PROMPT, on_line_words, about="changing a line")
    router.press(AskLineWish, on_ask_line_wish)
    router.prompt(LINE_WISH_PROMPT, on_line_wish, about="changing a line")
    router.press(DropLine, on_drop_line)
    router.press(GiveLine, on_give_line)
    router.press(RedoSection, on_redo)
    router.press(WriteSectionAnew, on_section_anew)
    router.prompt(SECTION_WISH_PROMPT, on_section_wish, about="writing a section anew")
    router.press(DropSection, on_drop_section)
    router.press(SwapVoices, on_swap)
    router.press(MakeAudio, on_make)
    router.press(StopPodcast, on_stop)
    router.press(RetryPodcast, on_retry)
    router.reply(on_reply)


class Versioned(Protocol):
    """A press that was made for one version of a script."""

    @property
    def podcast_id(self) -> ids.PodcastId: ...

    @property
    def version(self) -> int: ...


PageOf = Callable[[Script, int], int]


async def on_show(context: Context, press: ShowScript) -> None:
    await context.stop_asking()
    await context.show(await _card(context, await _podcast(context, press.podcast_id), press.page))


async def on_choose_line(context: Context, press: ChooseLine) -> None:
    podcast = await _same(context, press.podcast_id, press.version, press.page)
    if podcast is not None:
        await context.show(screens.choose_line(await _data(context, podcast, press.page), context.texts))


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
    line = await _asked_about(context, press, press.number, LINE_PROMPT)
    if line is not None:
        await context.send(screens.ask_line(press.number, line, context.texts))


async def on_ask_line_wish(context: Context, press: AskLineWish) -> None:
    line = await _asked_about(context, press, press.number, LINE_WISH_PROMPT)
    if line is not None:
        offline = context.deps.scripts.offline
        await context.send(screens.ask_line_wish(press.number, line, offline=offline, t=context.texts))


async def _asked_about(context: Context, press: Versioned, number: int, prompt: str) -> Line | None:
    """The line, while the script is the one that the button was made for; the next message is about it."""
    podcast = await _same(context, press.podcast_id, press.version)
    if podcast is None:
        return None
    line = _script(podcast).line(number)
    await context.ask(
        prompt,
        podcast_id=ids.short(podcast.id),
        number=number,
        version=press.version,
        message_id=context.place.message_id,
    )
    return line


async def on_line_words(context: Context, prompt: Prompt) -> None:
    """The new words; when they can't be taken, it is asked again."""
    data = prompt.data
    try:
        await _say(context, _id_in(prompt), data["number"], context.text, data["version"], data["message_id"])
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise


async def on_line_wish(context: Context, prompt: Prompt) -> None:
    """What should be different about the line; the script's message shows that it is written."""
    await _by_wish(context, prompt, editing.request_line)


async def on_section_wish(context: Context, prompt: Prompt) -> None:
    await _by_wish(context, prompt, editing.regenerate_section)


async def _by_wish(context: Context, prompt: Prompt, verb: Callable[..., Awaitable[Podcast]]) -> None:
    data = prompt.data
    if await _same(context, _id_in(prompt), data["version"], message_id=data["message_id"]) is None:
        return
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    place = Place(context.chat_id, TelegramId(data["message_id"]), context.actor.language)
    try:
        async with context.deps.tx() as tx:
            await verb(
                tx,
                owner_id=context.actor.id,
                podcast_id=_id_in(prompt),
                number=data["number"],
                version=data["version"],
                wish=context.text,
                place=place,
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
    await context.change(message_id, await _card(context, podcast, page_with_line(_script(podcast), number)))
    await context.send(screens.line_kept(number, context.texts))


async def on_drop_line(context: Context, press: DropLine) -> None:
    await _edited(context, press, editing.drop_line, press.number, page_with_line)


async def on_give_line(context: Context, press: GiveLine) -> None:
    await _edited(context, press, editing.give_line, press.number, page_with_line)


async def on_drop_section(context: Context, press: DropSection) -> None:
    await _edited(context, press, editing.drop_section, press.section, page_of_section)


async def _edited(
    context: Context, press: Versioned, verb: Callable[..., Awaitable[Podcast]], number: int, page_of: PageOf
) -> None:
    """Change a line or a section, and show the script where that was."""
    if await _same(context, press.podcast_id, press.version) is None:
        return
    async with context.deps.tx() as tx:
        podcast = await verb(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, number=number, version=press.version
        )
    await context.show(await _card(context, podcast, page_of(_script(podcast), number)))


async def on_swap(context: Context, press: SwapVoices) -> None:
    if await _same(context, press.podcast_id, press.version, press.page) is None:
        return
    async with context.deps.tx() as tx:
        podcast = await editing.swap_voices(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, version=press.version
        )
    await context.show(await _card(context, podcast, press.page))


async def on_redo(context: Context, press: RedoSection) -> None:
    """A model is told what should be different, if anything; the offline writer begins at once."""
    podcast = await _same(context, press.podcast_id, press.version)
    if podcast is None:
        return
    if context.deps.scripts.offline:
        await _write_anew(context, press, press.section)
        return
    script = _script(podcast)
    title = script.section(press.section).title
    await context.ask(
        SECTION_WISH_PROMPT,
        podcast_id=ids.short(podcast.id),
        number=press.section,
        version=press.version,
        message_id=context.place.message_id,
    )
    page = page_of_section(script, press.section)
    await context.show(
        screens.ask_section_wish(podcast.id, press.section, title, page=page, version=press.version, t=context.texts)
    )


async def on_section_anew(context: Context, press: WriteSectionAnew) -> None:
    await context.stop_asking()
    if await _same(context, press.podcast_id, press.version) is not None:
        await _write_anew(context, press, press.section)


async def _write_anew(context: Context, press: Versioned, section: int) -> None:
    """The message shows that it is written, and then the script again."""
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await editing.regenerate_section(
            tx,
            owner_id=context.actor.id,
            podcast_id=press.podcast_id,
            number=section,
            version=press.version,
            place=context.place,
        )


async def on_make(context: Context, press: MakeAudio) -> None:
    """From here on the pressed message shows how far it is; a second press changes nothing."""
    await check_voices(context, press.podcast_id)
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
    await check_voices(context, press.podcast_id)
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await service.retry_podcast(
            tx,
            owner_id=context.actor.id,
            podcast_id=press.podcast_id,
            place=context.place,
            offline=context.deps.scripts.offline,
        )


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
    card, told = (
        await _card(context, podcast, page),
        context.texts("The script has changed since. This is how it is now."),
    )
    if message_id is not None:
        await context.change(message_id, card)
        await context.send(Screen(told))
    else:
        await context.show(card)
        await context.toast(told)
    return None


async def _card(context: Context, podcast: Podcast, page: int) -> Screen:
    return screens.script_card(await _data(context, podcast, page), context.texts)


async def _data(context: Context, podcast: Podcast, page: int) -> dict[str, object]:
    async with context.deps.read() as session:
        return await _data_in(context, session, podcast, page)


async def script_screen(context: Context, session: ReadSession, podcast: Podcast) -> Screen:
    """Its first page."""
    return screens.script_card(await _data_in(context, session, podcast, 1), context.texts)


async def _data_in(context: Context, session: ReadSession, podcast: Podcast, page: int) -> dict[str, object]:
    now = context.deps.clock.now()
    data = await script_data(session, podcast, page, language=context.actor.language, now=now)
    return {**data, "zone": context.actor.time_zone}


def _id_in(prompt: Prompt) -> ids.PodcastId:
    return ids.PodcastId(ids.parse_short(prompt.data["podcast_id"]))


def _script(podcast: Podcast) -> Script:
    return script_of(podcast) or Script("", "", ())


def _names(podcast: Podcast, line: Line) -> tuple[str, str]:
    """Of who says it, and of the other one."""
    names = speaker_names(podcast, _script(podcast))
    other = next(each for each in Speaker if each is not line.speaker)
    return names[line.speaker], names[other]
