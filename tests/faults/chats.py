"""The chats of a home: people who started the bot, and the channels and groups where it is an administrator."""

from dataclasses import dataclass

from core import ids
from core.deps import Deps
from tests.factories import make_user
from tests.pictures import picture
from web.sandbox.client import Person, SandboxClient

PEOPLE, CHANNELS, GROUPS = 40, 25, 15
PHOTOS = 2


@dataclass(frozen=True, slots=True)
class Chats:
    """Where posts go, and who owns them."""

    people: tuple[Person, ...]
    rooms: tuple[int, ...]
    """Channels and groups."""
    owners: dict[int, ids.UserId]
    """By the person's id at Telegram."""
    photos: tuple[str, ...]
    """Pictures that Telegram knows."""


async def make_chats(
    client: SandboxClient, deps: Deps, *, people: int = PEOPLE, channels: int = CHANNELS, groups: int = GROUPS
) -> Chats:
    """All are welcomed by the bot before anything goes wrong."""
    members = [await client.new_person(f"P{number}") for number in range(people)]
    rooms = [await _room(members[0], "channel", number) for number in range(channels)]
    rooms += [await _room(members[0], "supergroup", number) for number in range(groups)]
    owners = {}
    for person in members:
        await person.send_text("/start")
        async with deps.tx() as tx:
            owners[person.id] = (await make_user(tx, telegram_user_id=person.id, time_zone="UTC")).id
    for person in members:
        await person.wait_for_message(lambda _: True)
    sent = await members[0].upload(*((f"{number}.png", picture()) for number in range(PHOTOS)))
    photos = tuple(str(one.body["photo"][-1]["file_id"]) for one in sent)
    return Chats(tuple(members), tuple(rooms), owners, photos)


async def _room(owner: Person, type_: str, number: int) -> int:
    chat = await owner.make_chat(type_, f"{type_} {number}")
    await owner.add_bot(int(chat["id"]))
    return int(chat["id"])
