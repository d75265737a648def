"""By those who are asked: approving, wanting changes and commenting, in the group or in private."""

from telegram import Message, ReactionTypeEmoji
from telegram.error import TelegramError

from bot.actions import actions_under
from bot.approvals import screens
from bot.approvals.actions import Say, SeeRequest, ShowWhole
from bot.approvals.sentences import SENTENCES
from bot.context import Context
from bot.router import Router
from bot.screens import Screen, Toast
from core import ids
from core.approvals import service
from core.approvals.models import Approval, ApprovalStatus, Verdict
from core.approvals.queries import asked_of
from core.approvals.showing import approval_data
from core.approvals.telling import add_comment
from core.deliveries.statuses import status_message_of
from core.errors import AppError
from core.posts.content import footer_for, message_of
from core.posts.queries import post_of


def register(router: Router) -> None:
    router.press(Say, on_say, in_groups=True)
    router.press(ShowWhole, on_show_whole, in_groups=True)
    router.press(SeeRequest, on_see_request)
    router.reply(on_reply)
    router.reply(on_reply, in_groups=True)


async def on_say(context: Context, press: Say) -> None:
    """The message changes by itself; what a press led to is said over the chat."""
    async with context.deps.tx() as tx:
        said = await service.say(
            tx,
            user_id=context.actor.id,
            approval_id=press.approval_id,
            revision=press.revision,
            verdict=press.verdict,
        )
    await context.toast(_answer(context, said, press.verdict))
    await _redraw_copy(context, said.approval)


def _answer(context: Context, said: service.Said, verdict: Verdict) -> Toast:
    t = context.texts
    if not said.changed:
        return Toast(t("You have said so already."))
    if verdict is Verdict.CHANGES:
        return Toast(t("Noted, it doesn't go out like that. Reply to the message: what should change?"), alert=True)
    if said.approval.status == ApprovalStatus.APPROVED:
        return Toast(t("Thank you: it is approved."))
    return Toast(t("Thank you. It needs more people to agree."))


async def _redraw_copy(context: Context, approval: Approval) -> None:
    """A request that was shown once more, in private, doesn't change by itself."""
    if not context.is_private or context.pressed is None:
        return
    async with context.deps.read() as session:
        _, seat = await asked_of(session, user_id=context.actor.id, approval_id=approval.id)
        status = await status_message_of(session, owner_id=approval.owner_id, subject_id=seat.id)
    if status is None or status.message_id != context.pressed.message_id:
        await context.show(await _request(context, approval.id))


async def on_show_whole(context: Context, press: ShowWhole) -> None:
    """As it will look, where the request is."""
    async with context.deps.read() as session:
        approval, _ = await asked_of(session, user_id=context.actor.id, approval_id=press.approval_id)
        post = await post_of(session, owner_id=approval.owner_id, post_id=approval.post_id)
        content = message_of(post, await footer_for(session, post))
    await context.send_content(content)


async def on_see_request(context: Context, press: SeeRequest) -> None:
    await context.send(await _request(context, press.approval_id))


async def _request(context: Context, approval_id: ids.ApprovalId) -> Screen:
    async with context.deps.read() as session:
        approval, _ = await asked_of(session, user_id=context.actor.id, approval_id=approval_id)
        post = await post_of(session, owner_id=approval.owner_id, post_id=approval.post_id)
        data = await approval_data(session, approval, post)
    return screens.request(data, context.texts, context.deps.clock.now())


async def on_reply(context: Context, replied: Message) -> bool:
    """A reply to a request is a comment on the post. In a group nothing but that is answered."""
    asked = next((each for each in actions_under(replied) if isinstance(each, ShowWhole)), None)
    if asked is None:
        return False
    text = context.received.text.strip()
    try:
        if not text:
            await context.send(Screen(context.texts("I pass on words only. Please write what you think of it.")))
            return True
        async with context.deps.tx() as tx:
            await add_comment(
                tx,
                user_id=context.actor.id,
                approval_id=asked.approval_id,
                text=text,
                chat_id=None if context.is_private else context.chat_id,
            )
    except AppError as error:
        if context.is_private or error.error_code not in SENTENCES:
            raise
        await context.send(Screen(SENTENCES[error.error_code](context.texts, error.params)))
        return True
    await _nod(context)
    return True


async def _nod(context: Context) -> None:
    """Seen, and passed on. Only a courtesy: the request shows the comment."""
    if context.message is None:
        return
    try:
        await context.bot.set_message_reaction(context.chat_id, context.message.message_id, ReactionTypeEmoji("👌"))
    except TelegramError:
        return
