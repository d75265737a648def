"""A brand's voice: its style card, how it is learned, and changing it by hand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from bot.brands.actions import (
    AskTrait,
    ChooseChannel,
    ChooseTrait,
    ClearTrait,
    CollectPosts,
    ForgetPosts,
    LearnFromChannel,
    LearnVoice,
    ShowBrand,
    ShowVoice,
    StopLearning,
)
from bot.brands.labels import trait_label
from bot.channels.labels import channel_label
from bot.posts.problems import problem_sentence
from bot.screens import Button, Screen, lines, rows_of
from bot.texts import Texts
from core import ids
from core.brands.learning import POSTS_LEAST, POSTS_MOST, KnownPosts
from core.brands.models import Brand, Role
from core.brands.queries import Access
from core.brands.style import StyleCard, Trait
from core.channels.models import Channel

Data = Mapping[str, Any]


def voice_line(card: StyleCard, t: Texts) -> Markup:
    """The voice in a line."""
    if card == StyleCard():
        return t("🗣 Voice: not learned yet")
    if card.posts:
        return t.plural("🗣 Voice: learned from {n} post", "🗣 Voice: learned from {n} posts", card.posts)
    return t("🗣 Voice: written by hand")


def voice(access: Access, card: StyleCard, *, examples: int, offline: bool, t: Texts) -> Screen:
    """The style card. `examples`: how many posts there are to learn from; `offline`: no tone in words."""
    brand_id = access.brand.id
    text: list[str] = [t("🗣 <b>{brand}</b>: how it sounds", brand=access.brand.name), "", *card_lines(card, t)]
    if offline:
        text += ["", t("<i>Counted on this server; the tone in words takes a language model, or you write it.</i>")]
    rows: list[list[Button]] = []
    if access.may(Role.EDITOR):
        rows.append(
            [
                Button(t("📥 Forward posts"), CollectPosts(brand_id)),
                Button(t("📣 From a channel"), ChooseChannel(brand_id)),
            ]
        )
        rows.append([Button(t("✏️ Change by hand"), ChooseTrait(brand_id))])
        rows += _learn_rows(brand_id, examples, t)
    return Screen(lines(text), [*rows, [Button(t("‹ Back"), ShowBrand(brand_id))]])


def _learn_rows(brand_id: ids.BrandId, examples: int, t: Texts) -> list[list[Button]]:
    if not examples:
        return []
    row = [Button(t("🗑 Forget the posts"), ForgetPosts(brand_id))]
    if examples >= POSTS_LEAST:
        again = t.plural("🔁 Learn from {n} post", "🔁 Learn from {n} posts", examples)
        row.insert(0, Button(again, LearnVoice(brand_id)))
    return [row]


def card_lines(card: StyleCard, t: Texts) -> list[Markup]:
    """What is known, each trait under its name."""
    if card == StyleCard():
        return [t("Nothing yet: forward some posts that sound right, or write it down by hand.")]
    shown = [(trait, trait_value(card, trait, t)) for trait in Trait]
    told = [Markup("<b>{}</b>: {}").format(trait_label(trait, t), value) for trait, value in shown if value]
    if card.sentence_words is not None:
        words = t.plural("{n} word", "{n} words", card.sentence_words)
        told.append(t("<b>A sentence has</b> about {words}", words=words))
    return [voice_line(card, t), *told]


def trait_value(card: StyleCard, trait: Trait, t: Texts) -> Markup:
    """What the card says of a trait; empty when it says nothing."""
    match trait:
        case Trait.TONE:
            return Markup.escape(card.tone)
        case Trait.LENGTH:
            return _about(card.characters, t.plural("{n} character", "{n} characters", card.characters or 0), t)
        case Trait.EMOJIS:
            return _signs(card.emojis_per_post, card.emojis, t)
        case Trait.HASHTAGS:
            return _signs(card.hashtags_per_post, card.hashtags, t)
        case Trait.OPENINGS:
            return _listed(card.openings)
        case Trait.CLOSINGS:
            return _listed(card.closings)
        case Trait.SAMPLES:
            return _listed(card.samples)
        case Trait.TABOO:
            return Markup.escape(", ".join(card.taboo))


def _about(count: int | None, what: Markup, t: Texts) -> Markup:
    return Markup() if count is None else t("about {amount}", amount=what)


def _signs(count: int | None, signs: Sequence[str], t: Texts) -> Markup:
    if count is None:
        return Markup()
    if not count:
        return t("none")
    told = t("{n} in a post", n=count)
    return Markup("{} · {}").format(told, " ".join(signs)) if signs else told


def _listed(entries: Sequence[str]) -> Markup:
    return Markup("").join(Markup("\n  “{}”").format(each) for each in entries)


def ask_posts(brand: Brand, t: Texts) -> Screen:
    """What the next messages will be taken for."""
    text = t(
        "📥 Forward me {least} to {most} posts that sound like {brand}, or paste them one by one. "
        "I count how long they are, their emojis, hashtags and openings. /cancel ends it.",
        least=POSTS_LEAST,
        most=POSTS_MOST,
        brand=brand.name,
    )
    return Screen(text)


def collected(brand_id: ids.BrandId, posts: int, t: Texts) -> Screen:
    """How many came so far, and what can be done with them."""
    have = t.plural("📥 I have {n} post.", "📥 I have {n} posts.", posts)
    if posts < POSTS_LEAST:
        more = t.plural("Please send {n} more.", "Please send {n} more.", POSTS_LEAST - posts)
    elif posts < POSTS_MOST:
        more = t.plural(
            "That is enough; {n} more makes it better.",
            "That is enough; up to {n} more make it better.",
            POSTS_MOST - posts,
        )
    else:
        more = t("That is as many as I look at: a further one takes the place of the oldest.")
    rows = [[Button(t("🗣 Learn the voice"), LearnVoice(brand_id))]] if posts >= POSTS_LEAST else []
    return Screen(lines([have, more]), rows)


def choose_channel(brand: Brand, channels: Sequence[Channel], t: Texts) -> Screen:
    """Whose posts to learn from, and which of them a bot knows."""
    about = t(
        "A bot can't read what was posted before it came into a channel. I know what I have posted there for you, and "
        "the newest posts of others since you connected it."
    )
    if not channels:
        about = t("No channel is connected yet: see /channels. Or forward me some posts.")
    rows = [[Button(channel_label(each), LearnFromChannel(brand.id, each.id))] for each in channels]
    title = t("📣 From which channel shall {brand} learn?", brand=brand.name)
    return Screen(lines([title, "", about]), [*rows, [Button(t("‹ Back"), ShowVoice(brand.id))]])


def too_few_known(brand: Brand, channel: Channel, known: KnownPosts, t: Texts) -> Screen:
    """There isn't enough of a channel to learn from."""
    have = t.plural(
        "I know only {n} post of {chat}, and it takes {least}.",
        "I know only {n} posts of {chat}, and it takes {least}.",
        len(known.texts),
        chat=channel_label(channel),
        least=POSTS_LEAST,
    )
    why = t("A bot isn't told what was posted before it came in. Forward me some posts from there instead.")
    return Screen(
        lines([have, why]),
        [[Button(t("📥 Forward posts"), CollectPosts(brand.id)), Button(t("‹ Back"), ChooseChannel(brand.id))]],
    )


def choose_trait(access: Access, t: Texts) -> Screen:
    """What of the card to change."""
    brand_id = access.brand.id
    buttons = [Button(trait_label(trait, t), AskTrait(brand_id, trait)) for trait in Trait]
    text = t("✏️ What about the voice of {brand} shall I change?", brand=access.brand.name)
    return Screen(text, [*rows_of(buttons, columns=2), [Button(t("‹ Back"), ShowVoice(brand_id))]])


def ask_trait(access: Access, card: StyleCard, trait: Trait, t: Texts) -> Screen:
    """What the next message will be taken for, and what stands there now."""
    text: list[str] = [_question(trait, t)]
    now = trait_value(card, trait, t)
    rows = []
    if now:
        text += ["", t("Now: {value}", value=now)]
        rows.append([Button(t("🗑 Remove it"), ClearTrait(access.brand.id, trait))])
    return Screen(lines([*text, "", t("/cancel leaves it as it is.")]), rows)


def _question(trait: Trait, t: Texts) -> Markup:
    return {
        Trait.TONE: t("How does it speak? For example: <i>warm, to one person, dry jokes, never sure of itself</i>."),
        Trait.LENGTH: t("How many characters does a typical post have? Send me a number."),
        Trait.EMOJIS: t("How many emojis has a post, and which? For example: <i>2 🍞 🔥</i>, or <i>0</i> for none."),
        Trait.HASHTAGS: t("How many hashtags has a post, and which? For example: <i>3 #bread #porto</i>, or <i>0</i>."),
        Trait.OPENINGS: t("How do posts begin? Send me first lines as examples, one a line."),
        Trait.CLOSINGS: t("How do posts end? Send me last lines as examples, one a line."),
        Trait.SAMPLES: t("Which lines sound just right? One a line."),
        Trait.TABOO: t(
            "Which words never stand in a post? With commas between them; <i>cheap*</i> means all that begin like that."
        ),
    }[trait]


def _learning(data: Data, t: Texts) -> Screen:
    text = t.plural(
        "🗣 Learning how {brand} sounds from {n} post…",
        "🗣 Learning how {brand} sounds from {n} posts…",
        int(data["posts"]),
        brand=data["brand"],
    )
    return Screen(text, [[Button(t("Cancel"), StopLearning(_brand_id(data)))]])


def _learned(data: Data, t: Texts) -> Screen:
    card = StyleCard.from_json(data["card"])
    text: list[str] = [t("✅ <b>{brand}</b>: this is how it sounds", brand=data["brand"]), "", *card_lines(card, t)]
    if data["signature"]:
        text += ["", t("Most posts end with “{line}”: I took it as the signature.", line=data["signature"])]
    if not card.engine:
        text += ["", t("<i>Counted on this server; the tone in words takes a language model, or you write it.</i>")]
    brand_id = _brand_id(data)
    row = [Button(t("✏️ Change by hand"), ChooseTrait(brand_id)), Button(t("Show the brand"), ShowBrand(brand_id))]
    return Screen(lines(text), [row])


def _not_learned(data: Data, t: Texts) -> Screen:
    brand_id = _brand_id(data)
    text = lines(
        [
            t("🗣 The voice of {brand} wasn't learned this time.", brand=data["brand"]),
            problem_sentence(data["error"], t),
            t("The posts are kept."),
        ]
    )
    return Screen(text, [[Button(t("Try again"), LearnVoice(brand_id)), Button(t("‹ Back"), ShowVoice(brand_id))]])


def _brand_id(data: Data) -> ids.BrandId:
    return ids.BrandId(UUID(data["brand_id"]))


RENDERERS: Final[dict[str, Callable[[Data, Texts, datetime], Screen]]] = {
    "brands.learning": lambda data, t, _: _learning(data, t),
    "brands.learned": lambda data, t, _: _learned(data, t),
    "brands.not_learned": lambda data, t, _: _not_learned(data, t),
}
