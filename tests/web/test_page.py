"""The small page behind links in mails and after paying."""

import pytest

from core.chat_address import note_username
from core.deps import Deps
from web.page import Page, Words, show

T = Words("en")
FORM, WAY, CHAT = '<form method="post">', 'href="https://example.com/pay"', "Back to the chat"


@pytest.mark.parametrize(
    ("page", "offered"),
    [
        (Page("Sure?", deed="Yes"), [FORM]),
        (Page("Not paid", way=("Go on", "https://example.com/pay")), [WAY, CHAT]),
        (Page("Done"), [CHAT]),
    ],
    ids=lambda given: given.title if isinstance(given, Page) else "",
)
async def test_a_page_offers_what_is_to_be_done_and_else_the_way_back(
    deps: Deps, page: Page, offered: list[str]
) -> None:
    await note_username(deps.redis, "postaify_bot")
    shown = (await show(deps, page, T)).text or ""
    assert [thing for thing in (FORM, WAY, CHAT) if thing in shown] == offered


async def test_what_somebody_has_written_is_no_markup(deps: Deps) -> None:
    page = Page(T("Hello {name}", name="<b>Ann</b>"), (T("{name}", name="<i>"),), small="<u>")
    shown = (await show(deps, page, T)).text or ""
    assert "Hello &lt;b&gt;Ann&lt;/b&gt;" in shown
    assert not {"<b>", "<i>", "<u>"} & {shown[place : place + 3] for place in range(len(shown))}
