"""Connected chats: whose they are, how many fit, and which one is the default."""

import pytest

from core import ids
from core.channels.models import Channel, ChannelKind
from core.channels.queries import (
    ChannelNotFound,
    channel_of,
    channels_of,
    default_channel,
    message_url,
    room_for_channels,
)
from core.channels.service import (
    SeenChat,
    choose_default,
    connect_channel,
    disconnect_channel,
    move_chat,
    reconnect_channel,
)
from core.db import Page, TelegramId
from core.errors import LimitReached
from core.tx import Tx
from tests.factories import make_channel, make_user

CHAT = -1_001_234_567_890


async def test_connecting_the_same_chat_again_is_the_same_row_with_the_new_title(tx: Tx) -> None:
    owner = await make_user(tx)
    first = await make_channel(tx, owner, chat_id=CHAT, title="Old")
    second = await make_channel(tx, owner, chat_id=CHAT, title="New")
    assert (second.id, second.title) == (first.id, "New")
    assert (await channels_of(tx.session, owner_id=owner.id, page=Page())).total == 1


async def test_the_free_plan_has_room_for_one_and_says_how_full_it_is(tx: Tx) -> None:
    owner = await make_user(tx)
    await make_channel(tx, owner)
    with pytest.raises(LimitReached) as refused:
        await make_channel(tx, owner)
    assert refused.value.params | {"resets_at": ""} == {
        "feature": "target_chats",
        "limit": 1,
        "used": 1,
        "asked": 1,
        "plan": "free",
        "resets_at": "",
    }


async def test_two_users_may_connect_the_same_chat_and_dont_see_each_others(tx: Tx) -> None:
    ann, ben = await make_user(tx), await make_user(tx)
    hers, his = await make_channel(tx, ann, chat_id=CHAT), await make_channel(tx, ben, chat_id=CHAT)
    assert hers.id != his.id
    with pytest.raises(ChannelNotFound):
        await channel_of(tx.session, owner_id=ben.id, channel_id=hers.id)
    for act in (disconnect_channel, reconnect_channel):
        with pytest.raises(ChannelNotFound):
            await act(tx, owner_id=ben.id, channel_id=hers.id)
    with pytest.raises(ChannelNotFound):
        await choose_default(tx, owner_id=ben.id, channel_id=hers.id, wanted=True)


async def test_a_disconnected_chat_makes_room_and_comes_back_only_where_there_is_some(tx: Tx) -> None:
    owner = await make_user(tx)
    first = await make_channel(tx, owner)
    for _ in range(2):
        await disconnect_channel(tx, owner_id=owner.id, channel_id=first.id)
    with pytest.raises(ChannelNotFound):
        await channel_of(tx.session, owner_id=owner.id, channel_id=first.id)
    second = await make_channel(tx, owner)
    with pytest.raises(LimitReached):
        await reconnect_channel(tx, owner_id=owner.id, channel_id=first.id)
    await disconnect_channel(tx, owner_id=owner.id, channel_id=second.id)
    await reconnect_channel(tx, owner_id=owner.id, channel_id=first.id)
    assert (await room_for_channels(tx.session, owner_id=owner.id, now=tx.now)).used == 1


async def test_there_is_one_default_and_a_disconnected_one_is_none(tx: Tx) -> None:
    owner = await make_user(tx)
    first = await make_channel(tx, owner)
    await choose_default(tx, owner_id=owner.id, channel_id=first.id, wanted=True)
    await disconnect_channel(tx, owner_id=owner.id, channel_id=first.id)
    assert await default_channel(tx.session, owner_id=owner.id) is None
    second = await make_channel(tx, owner)
    await choose_default(tx, owner_id=owner.id, channel_id=second.id, wanted=True)
    assert await default_channel(tx.session, owner_id=owner.id) is second
    await choose_default(tx, owner_id=owner.id, channel_id=second.id, wanted=False)
    assert await default_channel(tx.session, owner_id=owner.id) is None


async def test_a_group_that_became_a_supergroup_takes_everybodys_connection_along(tx: Tx) -> None:
    ann, ben = await make_user(tx), await make_user(tx)
    hers = await make_channel(tx, ann, chat_id=-77, kind=ChannelKind.GROUP)
    his = await make_channel(tx, ben, chat_id=-77, kind=ChannelKind.GROUP)
    await disconnect_channel(tx, owner_id=ben.id, channel_id=his.id)
    known = await connect_channel(
        tx, owner_id=ben.id, seen=SeenChat(TelegramId(CHAT), ChannelKind.SUPERGROUP, "Bakers", None)
    )
    await move_chat(tx, from_id=TelegramId(-77), to_id=TelegramId(CHAT))
    await tx.session.refresh(hers)
    assert (hers.chat_id, hers.kind) == (CHAT, "supergroup")
    page = await channels_of(tx.session, owner_id=ben.id, page=Page())
    assert [each.id for each in page.items] == [known.id]


@pytest.mark.parametrize(
    ("chat_id", "username", "url"),
    [
        (CHAT, None, "https://t.me/c/1234567890/7"),
        (CHAT, "ovennews", "https://t.me/ovennews/7"),
        (-77, None, None),
    ],
)
def test_a_message_has_an_address_except_in_basic_groups(chat_id: int, username: str | None, url: str | None) -> None:
    channel = Channel(id=ids.new(), chat_id=TelegramId(chat_id), username=username)
    assert message_url(channel, 7) == url
