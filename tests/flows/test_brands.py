"""A brand from end to end, in real processes: learned from posts, shared by a link, written with, and taken away."""

import pytest

from tests.core.brands.test_learning import POSTS
from tests.flows.house import House
from tests.flows.steps import drafts_of, options_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process


async def pressed(person: Person, message: SeenMessage, button: str, then: str) -> SeenMessage:
    """Press, and wait until the message says something."""
    await person.press(message, button)
    return await person.wait_until_edited(message, then)


async def answered(person: Person, text: str, then: str) -> SeenMessage:
    sent = await person.send_text(text)
    return await person.wait_for_message(then, after=sent.id)


async def learned(person: Person) -> SeenMessage:
    """A brand that sounds like three posts: its learned card."""
    listed = await answered(person, "/brands", "No brand yet")
    await person.press(listed, "New brand")
    await person.wait_for_message("What is the brand called?", after=listed.id)
    await answered(person, "Oven & Bread", "What is Oven")
    await answered(person, "A bakery in Porto.", "Whom does")
    card = await answered(person, "Neighbours", "not learned yet")
    voice = await pressed(person, card, "Voice", "Nothing yet")
    await person.press(voice, "Forward posts")
    asked = await person.wait_for_message("Forward me 3 to 10 posts", after=voice.id)
    for post in POSTS:
        await person.send_text(post)
    count = await person.wait_for_message("I have 3 posts", after=asked.id)
    return await pressed(person, count, "Learn the voice", "this is how it sounds")


async def test_a_brand_is_learned_shared_written_with_and_taken_away(house: House, person: Person) -> None:
    done = await learned(person)
    assert "I took it as the signature" in done.text
    assert "Emojis: 1 in a post · 🍞" in done.text
    brand = await pressed(person, done, "Show the brand", "Signs with: Ann, the oven")
    members = await pressed(person, brand, "Members", "who has access")
    await person.press(members, "Invite an editor")
    invite = await person.wait_for_message("it works once", after=members.id)
    link = next(line for line in invite.text.splitlines() if line.startswith("https://t.me/"))

    guest = await house.sandbox.client.new_person("Ben")
    asked = await answered(guest, f"/start {link.partition('start=')[2]}", "invites you to the brand")
    await pressed(guest, asked, "Join", "You are an editor")
    await person.wait_for_message("Ben has joined", after=invite.id)
    options = await options_of(guest)
    assert "🏷 As Oven & Bread" in [button.text for button in options.buttons]
    draft = await drafts_of(guest, options)
    assert "Ann, the oven 🔥" in draft.text
    assert "🍞" in draft.text

    again = await answered(person, "/brands", "Your brands")
    for button, then in (
        ("Oven & Bread", "Signs with"),
        ("Members", "who has access"),
        ("Ben", "editor of"),
        ("Remove", "lose access"),
        ("Yes, remove", "who has access"),
    ):
        again = await pressed(person, again, button, then)
    await guest.wait_for_message("You have no access to the brand", after=draft.id)
    await answered(guest, "/brands", "No brand yet")
