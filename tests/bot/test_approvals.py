"""Asking others in the chat: whom, where, what they press and write, and what its owner is told."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from telegram import Bot

from bot.app import Application
from bot.approvals.actions import Say, ShowPeople
from bot.deliveries.actions import PostNow
from core.accounts.service import choose_time_zone, user_of
from core.approvals.models import Verdict
from core.approvals.people import name_person
from core.approvals.queries import approval_about
from core.channels.models import ChannelKind
from core.clock import FixedClock
from core.deps import Deps
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of
from core.posts.scheduling import schedule_post
from core.settings import Settings
from core.telegram.client import open_limiter, open_plain_bot
from core.telegram.sender import Sender
from jobs.approvals import tend_approvals
from jobs.runtime import Bench
from tests.bot.at_work import work
from tests.bot.chat import Chat
from tests.factories import make_channel, make_post
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import SeenMessage

TEXT = "Bread that pays for the oven."


@pytest.fixture
async def bench(deps: Deps, settings: Settings, sandbox: RunningSandbox) -> AsyncIterator[Bench]:
    there = settings.model_copy(update={"telegram_api_url": sandbox.base_url})
    async with open_plain_bot(there) as plain:
        yield Bench(deps=deps, sender=Sender(plain, open_limiter(there, deps.redis)), worker="host:1:aa")


class Story:
    """Ann writes, Bo and Cy are asked, and all three are in a group."""

    def __init__(self, ann: Chat, bo: Chat, cy: Chat, bench: Bench, queue: RecordingQueue) -> None:
        self.ann, self.bo, self.cy, self._bench, self._queue = ann, bo, cy, bench, queue
        self.group = 0
        self.post: Post

    async def work(self) -> None:
        await work(self._bench, self._queue)

    async def request(self) -> SeenMessage:
        """The newest request in the group, as it is now."""
        await self.work()
        there = await self.bo.person.history(chat_id=self.group)
        return [message for message in there if message.buttons][-1]

    async def told(self, who: Chat) -> list[str]:
        await self.work()
        return [message.text for message in await who.person.history() if not message.outgoing]

    async def stands(self) -> Post:
        async with self._bench.deps.read() as session:
            return await post_of(session, owner_id=self.post.owner_id, post_id=self.post.id)


async def invited(owner: Chat, guest: Chat) -> None:
    """The owner's link, opened and agreed to."""
    shown = await owner.say("/approvals")
    await owner.press(shown, "Get the link")
    link = (await owner.person.refresh(shown)).text.split("start=")[1].split()[0]
    asked = await guest.say(f"/start {link}")
    assert "Ann asks you to look at posts before they go out." in asked.text
    await guest.press(asked, "Yes, I'll do that")


@pytest.fixture
async def story(
    application: Application, sandbox: RunningSandbox, deps: Deps, bench: Bench, queue: RecordingQueue
) -> Story:
    """Everybody has said hello; the group is connected; a post is scheduled in two hours."""
    chats = [Chat(application, sandbox, await sandbox.client.new_person(name)) for name in ("Ann", "Bo", "Cy")]
    for chat in chats:
        await chat.say("/start")
    told = Story(chats[0], chats[1], chats[2], bench, queue)
    made = await told.ann.person.make_chat("supergroup", "Bakers")
    await told.ann.person.add_bot(made["id"])
    for guest in chats[1:]:
        body = {"user_id": guest.person.id, "status": "member", "by_user_id": told.ann.person.id}
        await sandbox.client.request("POST", f"/client/chats/{made['id']}/members", json=body)
    told.group = int(made["id"])
    async with deps.tx() as tx:
        ann, bo, cy = [await user_of(tx.session, (await chat.user()).id) for chat in chats]
        await choose_time_zone(tx, user_id=ann.id, time_zone="Europe/Berlin")
        for named in (bo, cy):
            await name_person(tx, owner_id=ann.id, user_id=named.id, told=False)
        await make_channel(tx, ann, chat_id=told.group, kind=ChannelKind.SUPERGROUP, title="Bakers")
        told.post = await make_post(tx, ann, TEXT)
        await schedule_post(tx, owner_id=ann.id, post_id=told.post.id, due_at=tx.now + timedelta(hours=2))
    await told.work()
    told.ann.application.actors.forget(told.ann.person.id)
    return told


async def ask(story: Story, *, in_group: bool = True, both: bool = True) -> SeenMessage:
    """From the draft's card to the request."""
    listed = await story.ann.say("/posts")
    await story.ann.press(listed, listed.buttons[0].text)
    await story.ann.press(await story.ann.person.refresh(listed), "More")
    await story.ann.press(await story.ann.person.refresh(listed), "Ask others first")
    shown = await story.ann.person.refresh(listed)
    assert "1 of 2 have to agree" in shown.text
    if both:
        await story.ann.press(shown, "2 of 2")
    if in_group:
        await story.ann.press(await story.ann.person.refresh(listed), "👥 Bakers")
    await story.ann.press(await story.ann.person.refresh(listed), "Ask them")
    return await story.request() if in_group else await story.bo.last()


async def test_two_people_in_a_group_agree_and_the_post_goes_on(story: Story) -> None:
    request = await ask(story)
    assert request.text.startswith("🕓 Waiting: 0 of 2 agree\nAnn asks: may this go out?")
    assert TEXT in request.text
    assert (await story.stands()).status == PostStatus.ON_HOLD
    answer = await story.bo.press(request, "Approve")
    assert answer is not None
    assert answer.text == "Thank you. It needs more people to agree."
    assert "1 of 2 agree" in (await story.request()).text
    answer = await story.cy.press(request, "Approve")
    assert answer is not None
    assert answer.text == "Thank you: it is approved."
    changed = await story.request()
    assert changed.id == request.id
    assert changed.text.startswith("✅ Approved")
    assert (await story.stands()).status == PostStatus.SCHEDULED
    assert any(text.startswith("✅ Approved: Bo, Cy.") for text in await story.told(story.ann))


async def test_who_is_not_asked_is_answered_and_nothing_is_counted(story: Story) -> None:
    request = await ask(story)
    answer = await story.ann.press(request, "Approve")
    assert answer is not None
    assert answer.text == "You weren't asked about this one, so nothing was counted. Asked were: Bo, Cy."
    assert "0 of 2 agree" in (await story.request()).text


async def test_a_reply_in_the_group_is_kept_and_passed_on_with_the_name(story: Story) -> None:
    request = await ask(story)
    await story.cy.person.send_text("More crumbs, please.", chat_id=story.group, reply_to=request)
    await story.cy.handle_updates()
    assert "💬 Cy: More crumbs, please." in (await story.request()).text
    assert any(text.startswith("💬 Cy on your post:\nMore crumbs, please.") for text in await story.told(story.ann))


async def test_other_talk_in_the_group_is_none_of_its_business(story: Story) -> None:
    await ask(story)
    before = len(await story.cy.person.history(chat_id=story.group))
    await story.cy.person.send_text("Lunch?", chat_id=story.group)
    await story.cy.handle_updates()
    assert len(await story.cy.person.history(chat_id=story.group)) == before + 1


async def test_what_was_changed_meanwhile_must_be_looked_at_again(story: Story, deps: Deps) -> None:
    request = await ask(story)
    await story.bo.press(request, "Approve")
    listed = await story.ann.say("/posts")
    await story.ann.press(listed, listed.buttons[0].text)
    await story.ann.press(await story.ann.person.refresh(listed), "Edit")
    await story.ann.person.send_text("=Bread that pays for two ovens.")
    await story.ann.handle_updates()
    async with deps.read() as session:
        approval = await approval_about(session, post_id=story.post.id)
    assert approval is not None
    old = Say(approval.id, 1, Verdict.APPROVED)
    answer = await story.cy.press_data(request, old.encode())
    assert answer is not None
    assert "was changed after you saw it" in (answer.text or "")
    changed = await story.request()
    assert "0 of 2 agree" in changed.text
    assert "two ovens" in changed.text


async def test_changes_wanted_are_told_and_hold_it(story: Story) -> None:
    request = await ask(story)
    answer = await story.bo.press(request, "Changes wanted")
    assert answer is not None
    assert answer.text == ("Noted, it doesn't go out like that. Reply to the message: what should change?")
    assert (await story.request()).text.startswith("✏️ Changes wanted")
    assert any(text.startswith("✏️ Bo wants changes") for text in await story.told(story.ann))


async def test_its_time_passes_and_one_clear_message_says_what_to_press(
    story: Story, deps: Deps, clock: FixedClock
) -> None:
    await ask(story)
    clock.advance(timedelta(hours=2, minutes=1))
    await tend_approvals(deps)
    await story.work()
    held = await story.ann.last()
    assert held.text.startswith("⏸ On hold: not approved in time")
    assert [button.text for button in held.buttons] == [
        "🔔 Remind them",
        "🚀 Send without them",
        "⏰ Another time",
        "🚫 Cancel post",
    ]
    await story.ann.press(held, "Send without them")
    await story.work()
    assert (await story.stands()).status == PostStatus.PUBLISHED
    assert "Nobody is asked about this any more" in (await story.request()).text


async def test_post_now_says_that_it_waits_and_sends_nothing(story: Story) -> None:
    await ask(story)
    await story.ann.press_data(await story.ann.say("/posts"), PostNow(story.post.id).encode())
    assert "waits until others agree" in (await story.ann.last()).text
    assert (await story.stands()).status == PostStatus.ON_HOLD


async def test_each_in_private_with_a_comment_by_reply(story: Story) -> None:
    await ask(story, in_group=False, both=False)
    await story.work()
    request = await story.bo.last()
    assert "Ann asks: may this go out?" in request.text
    await story.bo.person.send_text("Shorter, please.", reply_to=request)
    await story.bo.handle_updates()
    assert any("💬 Bo on your post:" in text for text in await story.told(story.ann))
    await story.bo.press(request, "Approve")
    await story.work()
    assert (await story.bo.person.refresh(request)).text.startswith("✅ Approved")
    assert (await story.stands()).status == PostStatus.SCHEDULED


async def test_who_cannot_be_reached_is_named_to_the_owner(story: Story) -> None:
    await story.bo.person.block()
    await ask(story, in_group=False)
    told = await story.told(story.ann)
    assert any(text.startswith("⚠️ I couldn't show your request to Bo") for text in told)
    assert not any("to Cy" in text for text in told)


async def test_they_are_reminded_by_name(story: Story) -> None:
    request = await ask(story)
    await story.bo.press(request, "Approve")
    await story.work()
    standing = await story.ann.last()
    await story.ann.press(standing, "Remind them")
    await story.work()
    there = await story.bo.person.history(chat_id=story.group)
    assert there[-1].text.startswith("🔔 Cy: Ann still waits for your word")


async def test_as_it_will_look_comes_below_the_request(story: Story) -> None:
    request = await ask(story)
    await story.bo.press(request, "As it will look")
    assert (await story.bo.person.history(chat_id=story.group))[-1].text == TEXT


async def test_who_said_what_is_there_to_be_read(story: Story) -> None:
    request = await ask(story)
    await story.bo.press(request, "Approve")
    await story.work()
    await story.ann.press(await story.ann.last(), "Who said what")
    trail = (await story.ann.last()).text
    assert "📨 Ann asked (version 1)" in trail
    assert "✅ Bo agreed to version 1" in trail


async def test_people_are_listed_removed_and_back(story: Story) -> None:
    listed = await story.ann.say("/approvals")
    assert "• Bo\n• Cy" in listed.text
    await story.ann.press(listed, "✖ Bo")
    gone = await story.ann.person.refresh(listed)
    assert gone.text.startswith("Removed: Bo")
    await story.ann.press(gone, "Undo")
    assert "• Bo" in (await story.ann.person.refresh(listed)).text
    await story.ann.press_data(listed, ShowPeople(None).encode())


async def test_whoever_opens_the_link_is_asked_before_they_are_named(story: Story, sandbox: RunningSandbox) -> None:
    guest = Chat(story.ann.application, sandbox, await sandbox.client.new_person("Dee"))
    await guest.say("/start")
    await invited(story.ann, guest)
    assert any(text.startswith("👤 Dee may approve your posts now.") for text in await story.told(story.ann))
    assert "• Dee" in (await story.ann.say("/approvals")).text


async def test_a_link_that_ended_and_ones_own_name_nobody(story: Story, bot: Bot) -> None:
    shown = await story.ann.say("/approvals")
    await story.ann.press(shown, "Get the link")
    link = (await story.ann.person.refresh(shown)).text.split("start=")[1].split()[0]
    assert "That is your own link" in (await story.ann.say(f"/start {link}")).text
    await story.ann.press(await story.ann.person.refresh(shown), "Who may approve")
    await story.ann.press(await story.ann.person.refresh(shown), "End the link")
    assert "doesn't work any more" in (await story.bo.say(f"/start {link}")).text
