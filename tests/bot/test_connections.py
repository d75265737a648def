"""/connect: what is connected, the link, a test, the end of a connection; and only one's own."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from telegram import Bot

from bot.app import Application, build_application
from bot.connections.actions import AskDisconnecting, CheckConnection, DisconnectAccount, ShowConnection
from bot.notices import render
from core import ids
from core.accounts.models import User
from core.deps import Deps
from core.providers.discovery import Network
from core.publishing.networks.contract import NetworkErrorCode, network_error
from tests.bot.chat import Chat
from tests.core.connections.played import PlayedNetwork, connected, planned, row_of, with_network
from tests.factories import make_user
from web.sandbox.client import SeenMessage


@pytest.fixture
def network() -> PlayedNetwork:
    return PlayedNetwork()


@pytest.fixture
def there(deps: Deps, network: PlayedNetwork) -> Deps:
    return with_network(deps, network)


@pytest.fixture
def application(there: Deps, bot: Bot) -> Application:
    return build_application(there, bot)


async def started(chat: Chat) -> User:
    await chat.say("/start")
    return await chat.user()


async def opened(chat: Chat, button: str) -> SeenMessage:
    await chat.press(await chat.last(), button)
    return await chat.last()


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_each_network_is_shown_with_its_state(chat: Chat, there: Deps, network: PlayedNetwork) -> None:
    owner = await started(chat)
    shown = await chat.say("/connect")
    assert "▫️ TikTok: not connected" in shown.text
    assert "▫️ YouTube: can't be connected here" in shown.text
    assert labels(shown) == ["➕ Connect TikTok", "📣 Channels and groups"]

    await connected(there, owner, network)
    shown = await chat.say("/connect")
    assert "✅ TikTok: @ann" in shown.text
    assert labels(shown) == ["✅ TikTok @ann", "➕ Another TikTok account", "📣 Channels and groups"]
    await chat.press(shown, "📣 Channels and groups")
    assert "No channel or group is connected yet" in (await chat.last()).text


async def test_the_link_is_a_new_one_each_time(chat: Chat, there: Deps) -> None:
    await started(chat)
    await chat.say("/connect")
    first = await opened(chat, "➕ Connect TikTok")
    assert "works once, and for 10 minutes" in first.text
    second = await opened(chat, "🔁 New link")
    urls = [next(button.url for button in message.buttons if button.url) for message in (first, second)]
    assert urls[0] != urls[1]
    assert all("/oauth/start/" in str(url) for url in urls)
    async with there.sessions() as session:
        open_links = await session.execute(text("SELECT count(*) FROM consents WHERE ended_at IS NULL"))
        assert open_links.scalar_one() == 1


async def test_a_network_that_is_not_set_up_gives_no_link(chat: Chat) -> None:
    await started(chat)
    shown = await chat.say("/connect")
    answer = await chat.press_data(shown, "cn.new:youtube")
    assert answer is not None
    assert "YouTube can't be connected here" in str(answer.text)


async def test_a_test_says_whether_it_works(chat: Chat, there: Deps, network: PlayedNetwork) -> None:
    await connected(there, await started(chat), network)
    await chat.say("/connect")
    shown = await opened(chat, "✅ TikTok @ann")
    assert "as far as I know" in shown.text
    answer = await chat.press(shown, "🧪 Test")
    assert answer is not None
    assert answer.text == "It works."
    assert "Tested just now" in (await chat.last()).text

    network.fails = network_error(Network.TIKTOK, NetworkErrorCode.UNAVAILABLE)
    answer = await chat.press(await chat.last(), "🧪 Test")
    assert answer is not None
    assert "try again" in str(answer.text)

    network.fails = None
    network.forget_everything()
    await chat.press(await chat.last(), "🧪 Test")
    lost = await chat.last()
    assert "It doesn't work any more" in lost.text
    assert labels(lost) == ["🔁 Connect again", "🔌 Disconnect", "‹ Back"]
    assert "⚠️ TikTok: @ann, connect it again" in (await opened(chat, "‹ Back")).text


async def test_disconnecting_asks_first_and_names_what_is_planned(
    chat: Chat, there: Deps, network: PlayedNetwork
) -> None:
    owner = await started(chat)
    connection = await connected(there, owner, network)
    await planned(there, owner, connection, captions=[f"Bread {number}" for number in range(7)])
    await chat.say("/connect")
    await opened(chat, "✅ TikTok @ann")
    question = await opened(chat, "🔌 Disconnect")
    assert "7 planned videos won't go out there" in question.text
    assert "Bread 0" in question.text
    assert "and 2 more" in question.text
    assert network.revoked == []
    assert "Connected" in (await opened(chat, "‹ Keep it")).text

    await opened(chat, "🔌 Disconnect")
    done = await opened(chat, "🔌 Disconnect")
    assert "TikTok is disconnected" in done.text
    assert "yours to take back" not in done.text
    assert len(network.revoked) == 1
    assert "▫️ TikTok: not connected" in (await opened(chat, "‹ Where you publish")).text


async def test_where_the_network_has_no_way_its_owner_is_told_theirs(
    chat: Chat, there: Deps, network: PlayedNetwork
) -> None:
    network.revokes = False
    await connected(there, await started(chat), network)
    await chat.say("/connect")
    await opened(chat, "✅ TikTok @ann")
    await opened(chat, "🔌 Disconnect")
    assert "In TikTok: Settings" in (await opened(chat, "🔌 Disconnect")).text


async def test_a_network_that_is_away_is_asked_again_later(chat: Chat, there: Deps, network: PlayedNetwork) -> None:
    await connected(there, await started(chat), network)
    network.fails = network_error(Network.TIKTOK, NetworkErrorCode.UNAVAILABLE)
    await chat.say("/connect")
    await opened(chat, "✅ TikTok @ann")
    await opened(chat, "🔌 Disconnect")
    said = (await opened(chat, "🔌 Disconnect")).text
    assert "I take the permission back as soon as it does" in said
    assert "yours to take back" not in said


@pytest.mark.parametrize("action", [ShowConnection, CheckConnection, AskDisconnecting, DisconnectAccount])
async def test_somebody_elses_account_is_not_there(
    chat: Chat, there: Deps, network: PlayedNetwork, action: type[ShowConnection]
) -> None:
    async with there.tx() as tx:
        other = await make_user(tx)
    theirs = await connected(there, other, network)
    await started(chat)
    shown = await chat.say("/connect")
    for connection_id in (theirs.id, ids.ConnectionId(ids.new())):
        answer = await chat.press_data(shown, action(connection_id).encode())
        assert answer is not None
        assert "isn't there any more, or it isn't yours" in str(answer.text)
    assert (await row_of(there, theirs)).status == "active"
    assert network.revoked == []


async def test_what_is_told_of_a_connection(chat: Chat, there: Deps, network: PlayedNetwork) -> None:
    owner = await started(chat)
    connection = await connected(there, owner, network)
    await planned(there, owner, connection, captions=["Bread & <butter>"])
    now = there.clock.now()
    whose = {
        "language": "en",
        "connection_id": str(connection.id),
        "network": "tiktok",
        "username": "ann",
        "zone": "Europe/Lisbon",
        "waiting": 1,
        "posts": [{"caption": "Bread & <butter>", "due_at": now.isoformat()}],
    }
    lost = render("connections.lost", whose | {"expired": False}, now=now)
    assert "I can't publish on TikTok <code>@ann</code> any more." in lost.text
    assert "was taken back" in lost.text
    assert "Bread &amp; &lt;butter&gt;" in lost.text
    ended = render("connections.lost", whose | {"expired": True, "waiting": 0, "posts": []}, now=now)
    assert "has run out" in ended.text
    assert "Nothing is planned" in ended.text
    ending = render("connections.ending", whose | {"ends_at": (now + timedelta(days=5)).isoformat()}, now=now)
    assert "ends on Thu, 26 Nov" in ending.text
    given_up = render("connections.not_revoked", whose, now=now)
    assert "I couldn't give back my permission for TikTok <code>@ann</code>" in given_up.text
    assert "In TikTok: Settings" in given_up.text
    assert "is connected again" in render("connections.connected", whose | {"again": True}, now=now).text
