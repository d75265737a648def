"""Two people in a group are asked before a post goes out: real processes over the sandbox."""

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE, bring_forward, card_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process


async def join(house: House, owner: Person, link: str, group: int, name: str) -> Person:
    """Somebody who follows the owner's link, and is in the group."""
    person = await house.sandbox.client.new_person(name)
    opened = await person.send_text(f"/start {link}")
    asked = await person.wait_for_message("asks you to look at posts", after=opened.id)
    await person.press(asked, "Yes, I'll do that")
    body = {"user_id": person.id, "status": "member", "by_user_id": owner.id}
    await house.sandbox.client.request("POST", f"/client/chats/{group}/members", json=body)
    return person


async def link_of(person: Person) -> str:
    sent = await person.send_text("/approvals")
    shown = await person.wait_for_message("Who may approve your posts", after=sent.id)
    await person.press(shown, "Get the link")
    return (await person.wait_until_edited(shown, "Your link")).text.split("start=")[1].split()[0]


async def connected_group(person: Person) -> int:
    """A group of one's own, connected by /connect there."""
    made = await person.make_chat("supergroup", "Bakers")
    await person.add_bot(made["id"])
    sent = await person.send_text("/connect", chat_id=made["id"])
    await person.wait_for_message("Connected", chat_id=made["id"], after=sent.id)
    return int(made["id"])


async def asked_in(person: Person, draft: SeenMessage, group: int) -> SeenMessage:
    """From a draft's card to the request in the group: both have to agree."""
    await person.press(draft, "More")
    await person.press(await person.wait_until_edited(draft, "More for this post"), "Ask others first")
    choice = await person.wait_until_edited(draft, "Who should agree")
    await person.press(choice, "2 of 2")
    choice = await person.wait_until_edited(draft, "2 of 2 have to agree")
    await person.press(choice, "👥 Bakers")
    choice = await person.wait_until_edited(
        draft, lambda seen: any(button.text.startswith("✓ 👥") for button in seen.buttons)
    )
    await person.press(choice, "Ask them")
    return await person.wait_for_message("0 of 2 agree", chat_id=group)


async def test_two_people_in_a_group_agree_too_late_and_the_owner_decides(house: House, person: Person) -> None:
    await person.send_text("/start")
    group, link = await connected_group(person), await link_of(person)
    bo = await join(house, person, link, group, "Bo")
    cy = await join(house, person, link, group, "Cy")
    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    request = await asked_in(person, draft, group)
    draft = await person.wait_until_edited(draft, "characters")
    await person.press(draft, "Schedule")
    await person.press(await person.wait_until_edited(draft, "Where do you live?"), "London")
    await person.press(await person.wait_until_edited(draft, "When should it go out?"), "Tomorrow")
    await person.wait_for_message("It waits until others agree to it.", after=draft.id)
    answer = await bo.press(request, "Approve")
    assert answer is not None
    await bo.wait_until_edited(request, "1 of 2 agree")
    await cy.send_text("Fine with me.", chat_id=group, reply_to=request)
    await person.wait_for_message("💬 Cy on your post:\nFine with me.", after=draft.id)
    await bring_forward(house, person, in_s=-1)
    await person.wait_for_message("⏸ On hold: not approved in time", after=draft.id)
    await cy.press(request, "Approve")
    late = await person.wait_for_message("What now?", after=draft.id)
    assert ARTICLE not in [seen.text for seen in await person.history() if not seen.outgoing]
    await person.press(late, "Send now")
    await bo.wait_until_edited(request, "✅ Published")
    assert [seen.text for seen in await person.history() if not seen.outgoing].count(ARTICLE) == 1
    rows = await house.rows(
        "SELECT kind, name FROM approval_events JOIN approvals ON approvals.id = approval_id "
        "JOIN users ON users.id = owner_id WHERE telegram_user_id = $1 ORDER BY at, approval_events.id",
        person.id,
    )
    told = [(row["kind"], row["name"]) for row in rows]
    assert told == [("asked", "Ann"), ("approved", "Bo"), ("comment", "Cy"), ("approved", "Cy")]
