"""What people do over and over."""

from datetime import UTC, datetime, timedelta

from tests.flows.house import House
from web.sandbox.client import Person, SeenMessage

ARTICLE = (
    "Publishing every day is hard. Most creators give up after three weeks because they start from an empty page. "
    "A better way is to collect notes all week. Write one long article on Friday. Then cut it into ten short posts. "
    "Each post carries one idea. Readers remember one idea, not ten. In our survey of 400 creators, those who reused "
    "one article published four times as often. They also reported less stress. The trick is a system, not talent. "
    "Start with what you already have."
)


async def card_of(person: Person, text: str = ARTICLE) -> SeenMessage:
    """Send a text and get its card."""
    sent = await person.send_text(text)
    return await person.wait_for_message(lambda message: _has(message, "Write posts"), after=sent.id)


async def options_of(person: Person) -> SeenMessage:
    """Send the article and open its options card."""
    card = await card_of(person)
    await person.press(card, "Write posts")
    return await person.wait_until_edited(card, "Choose")


async def drafts_of(person: Person, options: SeenMessage | None = None) -> SeenMessage:
    """Generate, and get the card of the first draft."""
    options = options or await options_of(person)
    await person.press(options, "Generate")
    return await person.wait_for_message(lambda message: _has(message, "Rewrite"), after=options.id)


async def bring_forward(house: House, person: Person, *, in_s: float) -> None:
    """As if the time until their next posts had passed, but for so many seconds: it can't pass by the way."""
    owned = "owner_id = (SELECT id FROM users WHERE telegram_user_id = $1) AND status IN ('scheduled', 'on_hold')"
    due_at = datetime.now(UTC) + timedelta(seconds=in_s)
    await house.rows(f"UPDATE posts SET due_at = $2 WHERE {owned}", person.id, due_at)  # noqa: S608 - our own
    await house.rows(
        f"UPDATE deliveries SET due_at = $2, next_attempt_at = $2 WHERE kind = 'post' AND {owned}",  # noqa: S608 - likewise
        person.id,
        due_at,
    )


def _has(message: SeenMessage, label: str) -> bool:
    return any(label in button.text for button in message.buttons)
