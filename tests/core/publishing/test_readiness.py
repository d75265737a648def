"""What stands between a video and its publication, the tags at the end of its words, and the pictures to choose by."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from core.deps import Deps
from core.errors import InvalidInput
from core.pictures.posting import posting_jpeg
from core.providers.discovery import Network
from core.publishing.covers import frame_at
from core.publishing.networks.contract import Terms, Wanted
from core.publishing.readiness import LackCode, lacks, mended, open_choices, within
from core.publishing.tags import with_hashtags
from tests.bot.publishing.played import OFFERED, make_video
from tests.factories import make_user

READY: dict[Network, Wanted] = {
    Network.TIKTOK: Wanted(privacy="SELF_ONLY"),
    Network.INSTAGRAM: Wanted(),
    Network.YOUTUBE: Wanted(title="Bread", privacy="public", made_for_kids=False),
}


def terms(network: Network, **more: Any) -> Terms:
    return Terms(name="Ann", privacy_options=OFFERED[network], **more)


def codes(network: Network, wanted: Wanted, *, duration_s: float = 10, **more: Any) -> list[LackCode]:
    return [lack.code for lack in lacks(network, wanted, terms=terms(network, **more), duration_s=duration_s)]


@pytest.mark.parametrize("network", list(Network))
def test_what_lacks_nothing_may_go_out(network: Network) -> None:
    assert codes(network, READY[network]) == []


@pytest.mark.parametrize(
    ("network", "wanted", "missing"),
    [
        (Network.TIKTOK, Wanted(), LackCode.PRIVACY_MISSING),
        (Network.TIKTOK, Wanted(privacy="FOLLOWER_OF_CREATOR"), LackCode.PRIVACY_GONE),
        (Network.TIKTOK, Wanted(privacy="SELF_ONLY", paid_partnership=True), LackCode.BRANDED_PRIVATE),
        (Network.TIKTOK, Wanted(privacy="SELF_ONLY", caption="🍞" * 1101), LackCode.WORDS),
        (Network.INSTAGRAM, Wanted(caption="x" * 2201), LackCode.WORDS),
        (Network.INSTAGRAM, Wanted(caption=" ".join(f"#t{n}" for n in range(31))), LackCode.WORDS),
        (Network.INSTAGRAM, Wanted(caption=" ".join(f"@u{n}" for n in range(21))), LackCode.WORDS),
        (Network.YOUTUBE, Wanted(title="", privacy="public", made_for_kids=True), LackCode.WORDS),
        (Network.YOUTUBE, Wanted(title="x" * 101, privacy="public", made_for_kids=True), LackCode.WORDS),
        (Network.YOUTUBE, Wanted(title="a<b", privacy="public", made_for_kids=True), LackCode.WORDS),
        (Network.YOUTUBE, Wanted("é" * 2501, "x", privacy="public", made_for_kids=True), LackCode.WORDS),
        (Network.YOUTUBE, Wanted(title="x", privacy="public"), LackCode.KIDS_MISSING),
        (Network.YOUTUBE, Wanted(title="x", made_for_kids=True), LackCode.PRIVACY_MISSING),
        (
            Network.YOUTUBE,
            Wanted(title="x", privacy="public", made_for_kids=True, tags=("a b",) * 84),
            LackCode.TAGS_TOO_LONG,
        ),
    ],
)
def test_each_rule_is_told_as_itself(network: Network, wanted: Wanted, missing: LackCode) -> None:
    assert codes(network, wanted) == [missing]


def test_a_draft_in_the_inbox_wants_nothing_but_room() -> None:
    assert codes(Network.TIKTOK, Wanted(inbox=True)) == []
    assert codes(Network.TIKTOK, Wanted(inbox=True), duration_s=700, duration_max_s=600) == [LackCode.TOO_LONG]
    assert codes(Network.TIKTOK, Wanted(inbox=True), posts_left=0) == [LackCode.AT_LIMIT]


def test_what_is_too_short_for_a_network_is_told_before_it_is_sent() -> None:
    assert codes(Network.INSTAGRAM, Wanted(), duration_s=2.9, duration_min_s=3.0) == [LackCode.TOO_SHORT]
    assert codes(Network.INSTAGRAM, Wanted(), duration_s=3.0, duration_min_s=3.0) == []


def test_by_hand_only_the_words_count() -> None:
    assert lacks(Network.TIKTOK, Wanted(), terms=None, duration_s=9_000) == []
    told = lacks(Network.INSTAGRAM, Wanted(caption="x" * 2201), terms=None, duration_s=1)
    assert [lack.code for lack in told] == [LackCode.WORDS]


def test_what_the_account_cant_have_is_left_out() -> None:
    wanted = Wanted(comments=True, duet=True, stitch=True)
    assert within(wanted, terms(Network.TIKTOK)) == wanted
    off = within(wanted, terms(Network.TIKTOK, comments_off=True, duet_off=True, stitch_off=True, direct=False))
    assert (off.comments, off.duet, off.stitch, off.inbox) == (False, False, False, True)


@pytest.mark.parametrize("network", list(Network))
def test_mended_words_fit(network: Network) -> None:
    wanted = Wanted(caption="Bread pays for the oven. " * 400, title="<Bread> " * 40, privacy="x", made_for_kids=True)
    assert [lack.code for lack in open_choices(network, mended(network, wanted))] == []


@pytest.mark.parametrize(
    ("caption", "typed", "result"),
    [
        ("Bread", "#a #b", "Bread\n\n#a #b"),
        ("Bread #mid word\n\n#old", "new", "Bread #mid word\n\n#new"),
        ("", "coffee, #Latte coffee COFFEE", "#coffee #Latte"),
        ("Bread\n\n#old #older", "–", "Bread"),
        ("#only", "", ""),
        ("Brot", "Käse, パン", "Brot\n\n#Käse #パン"),
        ("C# is a language", "x", "C# is a language\n\n#x"),
    ],
)
def test_hashtags_stand_at_the_end_each_once(caption: str, typed: str, result: str) -> None:
    assert with_hashtags(caption, typed) == result


async def test_a_frame_is_the_moment_that_was_asked_for(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
    video = await make_video(deps, owner)
    red, blue = [
        Image.open(BytesIO(await frame_at(deps.storage, video, at_ms))).convert("RGB") for at_ms in (300, 1_500)
    ]
    last = Image.open(BytesIO(await frame_at(deps.storage, video, 60_000))).convert("RGB")
    middles = [picture.getpixel((picture.width // 2, picture.height // 2)) for picture in (red, blue, last)]
    reds = [middle[0] for middle in middles if isinstance(middle, tuple)]
    assert reds[0] > 200
    assert max(reds[1:]) < 60


async def test_a_file_that_cant_be_read_has_no_frame(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
    video = await make_video(deps, owner)
    await deps.storage.put(video.storage_key, b"no video at all")
    with pytest.raises(InvalidInput):
        await frame_at(deps.storage, video, 0)


def test_the_account_stands_above_the_frame() -> None:
    file = BytesIO()
    Image.new("RGB", (90, 160), "red").save(file, "JPEG")
    for avatar, name in ((file.getvalue(), "Ann"), (None, "Ann"), (None, "")):
        picture = Image.open(BytesIO(posting_jpeg(file.getvalue(), avatar, name)))
        assert picture.height == 160 + 120 * bool(name)
