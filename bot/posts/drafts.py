"""Draft cards: showing, editing, rewriting, undoing, deleting."""

from uuid import UUID

from telegram import Message, ReactionTypeEmoji
from telegram.error import TelegramError

from bot.actions import actions_under
from bot.context import Context
from bot.inline import DRAFT_LINK
from bot.posts import details, screens
from bot.posts.actions import (
    ChooseRewrite,
    ChooseTranslation,
    DeletePost,
    EditPost,
    PostAsItIs,
    RestorePost,
    RewritePost,
    ShowCard,
    ShowFullText,
    StopRewrite,
    UndoEdit,
)
from bot.posts.labels import OUTPUT_LANGUAGES
from bot.prompts import Prompt
from bot.received import Received, shifted, spoken_in
from bot.router import Router
from bot.screens import Screen, Toast
from core import ids
from core.db import TelegramId
from core.errors import InvalidInput
from core.limits import GENERATIONS, hit
from core.posts import service as posts
from core.posts.cards import return_to_card
from core.posts.details import has_details
from core.posts.makeup import entities_of
from core.posts.models import Post
from core.posts.platforms import Draft, Platform
from core.posts.queries import PostNotFound, post_of, post_on_card
from core.posts.spoken import INSTRUCTION_LIMIT, request_hearing
from core.posts.writing import Place, bind_card, card_of, draft_from_source
from core.providers.text import Rewrite, RewriteKind
from core.sources.unread import UnreadFile
from core.telegram.content import Content, Entity, TextFormat
from core.telegram.markup import from_entities, to_entities, utf16_length

EDIT_PROMPT = "posts.edit"
REPLACES = "="


def register(router: Router) -> None:
    router.press(ShowCard, on_show_card)
    router.press(PostAsItIs, on_as_it_is)
    router.press(EditPost, on_edit)
    router.press(ChooseRewrite, on_choose_rewrite)
    router.press(ChooseTranslation, on_choose_translation)
    router.press(RewritePost, on_rewrite)
    router.press(StopRewrite, on_stop_rewrite)
    router.press(UndoEdit, on_undo)
    router.press(ShowFullText, on_full_text)
    router.press(DeletePost, on_delete)
    router.press(RestorePost, on_restore)
    router.prompt(EDIT_PROMPT, on_edit_answer)
    router.reply(on_reply)
    router.link(DRAFT_LINK, on_link)


async def on_show_card(context: Context, press: ShowCard) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    await show_card(context, post)


async def on_link(context: Context, rest: str) -> None:
    """`t.me/<bot>?start=d-<id>` opens one's own draft; what isn't an id is nobody's."""
    try:
        post_id = ids.PostId(ids.parse_short(rest))
    except ValueError:
        raise PostNotFound(post_id=rest[: ids.SHORT_LENGTH]) from None
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=post_id)
    await send_card(context, post)


async def on_as_it_is(context: Context, press: PostAsItIs) -> None:
    async with context.deps.tx() as tx:
        post = await draft_from_source(tx, owner_id=context.actor.id, source_id=press.source_id)
    await show_card(context, post)


async def on_edit(context: Context, press: EditPost) -> None:
    """The next message says what to change; so does a reply. An old card shows how the post stands now."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    if post.status not in posts.EDITABLE:
        await context.toast(Toast(context.texts("This post is out or on its way, so its text stays."), alert=True))
        await show_card(context, post)
        return
    place = context.place
    await context.ask(EDIT_PROMPT, post_id=str(press.post_id), message_id=place.message_id)
    await context.send(screens.ask_edit(Platform(post.platform), context.texts))


async def on_edit_answer(context: Context, prompt: Prompt) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=ids.PostId(UUID(prompt.data["post_id"])))
    try:
        await _apply(context, post, TelegramId(prompt.data["message_id"]))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise


async def on_reply(context: Context, replied: Message) -> bool:
    """A reply to a draft card changes that draft."""
    post = await _post_on(context, replied)
    if post is None:
        return False
    await _apply(context, post, TelegramId(replied.message_id))
    return True


async def _post_on(context: Context, replied: Message) -> Post | None:
    """The post that a card shows: as written down, or, right after it was sent, by its Edit button."""
    owner_id, message_id = context.actor.id, TelegramId(replied.message_id)
    async with context.deps.read() as session:
        post = await post_on_card(session, owner_id=owner_id, chat_id=context.chat_id, message_id=message_id)
        if post is not None:
            return post
        edit = next((action for action in actions_under(replied) if isinstance(action, EditPost)), None)
        return await post_of(session, owner_id=owner_id, post_id=edit.post_id) if edit is not None else None


async def _apply(context: Context, post: Post, message_id: TelegramId) -> None:
    """What the user sent about a draft: a new text behind `=`, an instruction, written or spoken, or media to go with
    it."""
    text = context.text.strip()
    said = spoken_in(context.message) if context.message is not None else None
    if said is not None:
        await _hear(context, post, message_id, said)
        return
    if not text and context.received.media:
        await details.answer_growing(context, await details.attach(context, post.id))
        return
    if not text:
        raise InvalidInput("posts.edit_needs_text")
    if text.startswith(REPLACES):
        await _redraw(context, await _replace(context, post), message_id)
        return
    if len(text) > INSTRUCTION_LIMIT:
        raise InvalidInput("posts.instruction_too_long", length=len(text), limit=INSTRUCTION_LIMIT)
    place = Place(context.chat_id, message_id, context.actor.language)
    await _rewrite(context, post.id, Rewrite(RewriteKind.INSTRUCTION, text), place)


async def _hear(context: Context, post: Post, message_id: TelegramId, said: UnreadFile) -> None:
    """The words of a voice message are the instruction, once somebody has listened to it."""
    if context.deps.transcriber is None:
        raise InvalidInput("posts.cant_listen")
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    place = Place(context.chat_id, message_id, context.actor.language)
    async with context.deps.tx() as tx:
        await request_hearing(
            tx,
            owner_id=context.actor.id,
            post_id=post.id,
            file_id=said.file_id or "",
            duration_s=said.duration_s,
            place=place,
        )
    await nod(context)


async def _replace(context: Context, post: Post) -> Post:
    """With the text behind `=`. When more of a long text comes, the whole takes the place of its beginning."""
    draft, entities = _typed(context.received, post)
    paste = context.paste
    async with context.deps.tx() as tx:
        changed = await posts.replace_text(
            tx,
            owner_id=context.actor.id,
            post_id=post.id,
            draft=draft,
            entities=entities,
            instead_of=paste.notes.get("version") if paste is not None else None,
        )
    if paste is not None:
        paste.notes = {"version": changed.version}
    return changed


def _typed(typed: Received, post: Post) -> tuple[Draft, tuple[Entity, ...]]:
    """What stands behind the sign; formatted where it goes out in Telegram."""
    behind = typed.text.partition(REPLACES)[2]
    text = behind.strip()
    if not has_details(post) or post.platform == Platform.YOUTUBE:
        return _typed_draft(post, text), ()
    cut = utf16_length(typed.text) - utf16_length(behind.lstrip())
    return Draft(text), to_entities(from_entities(text, shifted(typed.entities, -cut)))


def _typed_draft(post: Post, text: str) -> Draft:
    """For YouTube the first of several lines is the title; a single line is the description, and the title stays."""
    if post.platform != Platform.YOUTUBE:
        return Draft(text)
    title, _, rest = text.partition("\n")
    return Draft(text=rest.strip(), title=title.strip()) if rest else Draft(text, title=post.title)


async def on_choose_rewrite(context: Context, press: ChooseRewrite) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    await context.show(screens.choose_rewrite(post, abilities=context.deps.writer.abilities, t=context.texts))


async def on_choose_translation(context: Context, press: ChooseTranslation) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    await context.show(screens.choose_translation(post, languages=OUTPUT_LANGUAGES, t=context.texts))


async def on_rewrite(context: Context, press: RewritePost) -> None:
    await _rewrite(context, press.post_id, Rewrite(press.kind, press.argument or ""), context.place)


async def _rewrite(context: Context, post_id: ids.PostId, rewrite: Rewrite, place: Place) -> None:
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await posts.request_rewrite(tx, owner_id=context.actor.id, post_id=post_id, rewrite=rewrite, place=place)
    await nod(context)


async def on_stop_rewrite(context: Context, press: StopRewrite) -> None:
    """The text stays as it is."""
    async with context.deps.tx() as tx:
        post = await posts.cancel_rewrite(tx, owner_id=context.actor.id, post_id=press.post_id)
    if post is not None:
        await show_card(context, post)


async def on_undo(context: Context, press: UndoEdit) -> None:
    async with context.deps.tx() as tx:
        post = await posts.undo(tx, owner_id=context.actor.id, post_id=press.post_id, from_version=press.version)
    await show_card(context, post)


async def on_full_text(context: Context, press: ShowFullText) -> None:
    """All of it, in as many messages as it takes."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    content = Content(text=post.text, format=TextFormat.PLAIN, entities=entities_of(post.entities), link_preview=False)
    await context.send_content(content)


async def on_delete(context: Context, press: DeletePost) -> None:
    async with context.deps.tx() as tx:
        post = await posts.delete_post(tx, owner_id=context.actor.id, post_id=press.post_id)
    await context.show(screens.deleted(post, context.texts))


async def on_restore(context: Context, press: RestorePost) -> None:
    async with context.deps.tx() as tx:
        post = await posts.restore_post(tx, owner_id=context.actor.id, post_id=press.post_id)
    await show_card(context, post)


async def show_card(context: Context, post: Post) -> None:
    """Turn the pressed message into the post's card."""
    await _bind(context, post, await context.show(await _card(context, post)))


async def send_card(context: Context, post: Post) -> None:
    """The post's card as a new message."""
    await _bind(context, post, await context.send(await _card(context, post)))


async def _redraw(context: Context, post: Post, message_id: TelegramId) -> None:
    await _bind(context, post, await context.change(message_id, await _card(context, post)))
    await nod(context)


async def _card(context: Context, post: Post) -> Screen:
    async with context.deps.read() as session:
        return screens.draft_card(await card_of(session, post=post, now=context.deps.clock.now()), context.texts)


async def _bind(context: Context, post: Post, message_id: TelegramId) -> None:
    async with context.deps.tx() as tx:
        await bind_card(tx, post_id=post.id, chat_id=context.chat_id, message_id=message_id)
    await return_to_card(context.deps.redis, chat_id=context.chat_id, message_id=message_id)


async def nod(context: Context) -> None:
    """A reaction under what the user wrote: seen, and done. Only a courtesy."""
    if context.message is None:
        return
    try:
        await context.bot.set_message_reaction(context.chat_id, context.message.message_id, ReactionTypeEmoji("👌"))
    except TelegramError:
        return
