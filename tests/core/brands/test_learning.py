"""Learning a voice: what is counted, what is kept of channels, and the card that comes of it."""

from datetime import timedelta

import pytest

from core.brands.hearing import HEARD_MOST, hear_post, heard_posts
from core.brands.learning import (
    CHARACTERS_LEAST,
    POSTS_MOST,
    add_examples,
    examples_of,
    forget_examples,
    known_posts,
    request_learning,
)
from core.brands.measuring import common_ending, learned_card
from core.brands.members import RoleTooLow, add_member
from core.brands.models import Role
from core.brands.queries import BrandNotFound
from core.brands.service import change_trait
from core.brands.style import StyleCard, Trait, edited
from core.brands.voice import manner_of, voice_text
from core.channels.queries import ChannelNotFound
from core.channels.service import disconnect_channel
from core.db import TelegramId
from core.errors import InvalidInput
from core.posts.models import PostStatus
from core.posts.writing import Place
from core.tx import Tx
from tests.factories import make_brand, make_channel, make_post, make_user

POSTS = [
    (
        "Bread at four? 🍞 We tried it for a month.\n\nThe queue moved, the waste fell, and nobody complained. "
        "Not once did we run out of rye before seven.\n\nCome by and smell it.\n\nAnn, the oven 🔥\n\n#Bread #Porto"
    ),
    (
        "Rye takes a day. 🍞 Ours takes two, and you can taste the second one.\n\nSlow dough forgives a late baker. "
        "It never forgives a hasty one.\n\nAsk me for a slice.\n\nAnn, the oven 🔥\n\n#Bread #Rye"
    ),
    (
        "Three percent. 🍞 That is what we throw away now.\n\nA year ago it was a fifth of all that we baked. "
        "The crumbs pay for the electricity of the oven.\n\nTell me how you do it.\n\nAnn, the oven 🔥\n\n#Bread #Porto"
    ),
]
PLACE = Place(TelegramId(1), TelegramId(2), "en")


def test_the_card_says_what_the_posts_have_in_common() -> None:
    card = learned_card(POSTS, StyleCard(tone="Warm.", taboo=("cheap",), hashtags=("#Old",)))
    assert card.characters == sorted(map(len, POSTS))[1]
    assert (card.emojis_per_post, card.emojis) == (1, ("🍞",))  # that of the signature comes with the signature
    assert (card.hashtags_per_post, card.hashtags) == (2, ("#Bread", "#Porto", "#Rye"))
    assert card.openings == ("Bread at four?", "Rye takes a day.", "Three percent.")
    assert card.closings == ("Come by and smell it.", "Ask me for a slice.", "Tell me how you do it.")
    assert len(card.samples) == 3
    assert all(any(line in " ".join(post.split()) for post in POSTS) for line in card.samples)
    assert (card.paragraphs, card.posts) == (3, 3)
    assert (card.tone, card.taboo) == ("Warm.", ("cheap",))
    assert 5 <= (card.sentence_words or 0) <= 10


def test_a_last_line_that_most_posts_share_is_their_signature() -> None:
    assert common_ending(POSTS) == "Ann, the oven 🔥"
    assert common_ending([POSTS[0], "One line only.", "Another\n\nend."]) == ""
    assert common_ending(["Only a line."] * 3) == ""


@pytest.mark.parametrize("post", ["", " \n", "🔥", "#only #tags", "安い。とても安いパンです。", "no end " * 500])
def test_odd_posts_make_a_card_too(post: str) -> None:
    card = learned_card([post, post + "x", "A plain post of a few words."], StyleCard())
    assert StyleCard.from_json(card.to_json()) == card


@pytest.mark.parametrize(
    ("trait", "text", "expected"),
    [
        (Trait.TONE, " warm,\n dry ", {"tone": "warm, dry"}),
        (Trait.LENGTH, "about 600 characters", {"characters": 600}),
        (Trait.LENGTH, "", {"characters": None}),
        (Trait.EMOJIS, "3 🍞 🔥 🍞", {"emojis_per_post": 3, "emojis": ("🍞", "🔥")}),
        (Trait.EMOJIS, "🍞", {"emojis_per_post": 1, "emojis": ("🍞",)}),
        (Trait.EMOJIS, "0", {"emojis_per_post": 0, "emojis": ()}),
        (Trait.EMOJIS, "", {"emojis_per_post": None, "emojis": ()}),
        (Trait.HASHTAGS, "#bread2024 #Porto", {"hashtags_per_post": 2, "hashtags": ("#bread2024", "#Porto")}),
        (Trait.OPENINGS, "One.\n\nTwo.\nOne.", {"openings": ("One.", "Two.")}),
        (Trait.TABOO, "cheap, low cost; free*\nfree*", {"taboo": ("cheap", "low cost", "free*")}),
    ],
)
def test_each_trait_is_changed_by_a_message(trait: Trait, text: str, expected: dict[str, object]) -> None:
    card = edited(StyleCard(characters=100, emojis_per_post=9, emojis=("x",)), trait, text)
    assert {name: getattr(card, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("trait", "text", "code"),
    [
        (Trait.TONE, "x" * 401, "brands.entry_too_long"),
        (Trait.LENGTH, "long", "brands.not_a_length"),
        (Trait.LENGTH, "39", "brands.not_a_length"),
        (Trait.LENGTH, "5001", "brands.not_a_length"),
        (Trait.EMOJIS, "many", "brands.not_emojis"),
        (Trait.HASHTAGS, "31 #a", "brands.not_hashtags"),
        (Trait.SAMPLES, "x" * 201, "brands.entry_too_long"),
        (Trait.CLOSINGS, "\n".join("abcdefghi"), "brands.too_many_entries"),
        (Trait.TABOO, ",".join(map(str, range(51))), "brands.too_many_entries"),
    ],
)
def test_what_makes_no_sense_of_a_trait_is_refused(trait: Trait, text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        edited(StyleCard(), trait, text)
    assert refused.value.error_code == code


async def test_the_voice_in_words_says_what_is_known_and_nothing_else(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    assert voice_text(brand) == "Name: Oven Bread"
    for trait, text in ((Trait.TABOO, "cheap"), (Trait.EMOJIS, "0"), (Trait.HASHTAGS, "2 #a"), (Trait.TONE, "Dry.")):
        await change_trait(tx, user_id=owner.id, brand_id=brand.id, trait=trait, text=text)
    assert voice_text(brand).splitlines() == [
        "Name: Oven Bread",
        "Tone: Dry.",
        "Emojis: none",
        "Hashtags in a post: about 2, such as #a",
        "Never uses the words: cheap",
    ]
    assert manner_of(brand).taboo == ("cheap",)


async def test_the_newest_ten_posts_count_each_once(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    texts = [f"Post number {number} of the bakery." for number in range(POSTS_MOST + 2)]
    for text in (*texts, texts[-1]):
        count = await add_examples(tx, user_id=owner.id, brand_id=brand.id, texts=[text])
    assert count == POSTS_MOST
    kept = await examples_of(tx.session, user_id=owner.id, brand_id=brand.id)
    assert [each.text for each in kept] == texts[2:]
    await forget_examples(tx, user_id=owner.id, brand_id=brand.id)
    assert await examples_of(tx.session, user_id=owner.id, brand_id=brand.id) == []


async def test_posts_that_say_nothing_or_too_much_are_refused_and_two_are_too_few(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    for text in ("x" * (CHARACTERS_LEAST - 1), "x" * 5_001):
        with pytest.raises(InvalidInput):
            await add_examples(tx, user_id=owner.id, brand_id=brand.id, texts=[text])
    await add_examples(tx, user_id=owner.id, brand_id=brand.id, texts=POSTS[:2])
    with pytest.raises(InvalidInput) as refused:
        await request_learning(tx, user_id=owner.id, brand_id=brand.id, place=PLACE)
    assert refused.value.params == {"posts": 2, "least": 3}


async def test_viewers_and_strangers_teach_nothing(tx: Tx) -> None:
    brand, viewer, stranger = await make_brand(tx, await make_user(tx)), await make_user(tx), await make_user(tx)
    await add_member(tx, brand_id=brand.id, user_id=viewer.id, role=Role.VIEWER)
    for user, error in ((viewer, RoleTooLow), (stranger, BrandNotFound)):
        tries = (
            add_examples(tx, user_id=user.id, brand_id=brand.id, texts=POSTS),
            forget_examples(tx, user_id=user.id, brand_id=brand.id),
            request_learning(tx, user_id=user.id, brand_id=brand.id, place=PLACE),
            change_trait(tx, user_id=user.id, brand_id=brand.id, trait=Trait.TONE, text="Mine."),
        )
        for attempt in tries:
            with pytest.raises(error):
                await attempt
    with pytest.raises(BrandNotFound):
        await examples_of(tx.session, user_id=stranger.id, brand_id=brand.id)


async def test_of_a_connected_channel_the_newest_posts_of_others_are_kept(tx: Tx) -> None:
    owner = await make_user(tx)
    channel = await make_channel(tx, owner)
    for number in range(HEARD_MOST + 3):
        text = f"Somebody else's post, number {number}."
        await hear_post(tx, chat_id=channel.chat_id, message_id=TelegramId(number), text=text, posted_at=tx.now)
    heard = await heard_posts(tx.session, chat_id=channel.chat_id)
    assert [text for _, text in heard] == [f"Somebody else's post, number {n}." for n in range(HEARD_MOST + 2, 2, -1)]


async def test_of_a_chat_that_nobody_has_connected_nothing_is_kept(tx: Tx) -> None:
    owner = await make_user(tx)
    channel = await make_channel(tx, owner)
    await disconnect_channel(tx, owner_id=owner.id, channel_id=channel.id)
    for chat_id in (channel.chat_id, TelegramId(-100)):
        await hear_post(tx, chat_id=chat_id, message_id=TelegramId(1), text="A post.", posted_at=tx.now)
        assert await heard_posts(tx.session, chat_id=chat_id) == []


async def test_what_is_known_of_a_channel_is_what_went_out_there_and_what_was_heard(tx: Tx) -> None:
    owner, other = await make_user(tx), await make_user(tx)
    channel = await make_channel(tx, owner)
    post = await make_post(tx, owner, "What we posted there ourselves.")
    post.channel_id, post.status = channel.id, PostStatus.PUBLISHED
    await tx.session.flush()
    later = tx.now + timedelta(minutes=1)
    await hear_post(
        tx, chat_id=channel.chat_id, message_id=TelegramId(7), text="What Ben has posted there.", posted_at=later
    )
    await hear_post(tx, chat_id=channel.chat_id, message_id=TelegramId(8), text="Too short.", posted_at=later)
    known = await known_posts(tx.session, owner_id=owner.id, channel_id=channel.id)
    assert known.texts == ("What Ben has posted there.", "What we posted there ourselves.")
    assert known.ours == 1
    with pytest.raises(ChannelNotFound):
        await known_posts(tx.session, owner_id=other.id, channel_id=channel.id)
