"""The options card, and what the message says while and after posts are written."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.keyboards import bar, ticked
from bot.posts.actions import (
    ChooseBrand,
    ChooseLanguage,
    Generate,
    SetBrand,
    SetLanguage,
    SetStyle,
    SetVariants,
    ShowDrafts,
    ShowOptions,
    StopWriting,
    TogglePlatform,
    WritePosts,
)
from bot.posts.labels import PLATFORMS, engine_label, language_label, style_label
from bot.posts.problems import problem_sentence
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.texts import Texts
from core import ids
from core.billing.queries import Entitlement
from core.brands.models import Brand
from core.brands.queries import Access
from core.languages import UNKNOWN
from core.posts.options import WritingOptions
from core.providers.text import VARIANTS_MAX, Style


def options_card(
    *,
    batch_id: ids.BatchId,
    source_title: str,
    source_language: str,
    options: WritingOptions,
    entitlement: Entitlement,
    can_translate: bool,
    brand: Brand | None = None,
    has_brands: bool = False,
    t: Texts,
) -> Screen:
    """What will be written, what it takes of the plan, and everything that can be chosen."""
    text = lines(
        [
            t("✍️ <b>Posts from “{title}”</b>", title=source_title),
            "",
            t("Choose where they go and how they sound, then press Generate."),
            _quota_line(options, entitlement, t),
        ]
    )
    rows = list(_options_keyboard(batch_id, source_language, options, can_translate, t))
    if has_brands:
        rows.insert(-1, [Button(_brand_label(brand, t), ChooseBrand(batch_id))])
    return Screen(text, rows)


def _brand_label(brand: Brand | None, t: Texts) -> Markup:
    return t("🏷 As {brand}", brand=brand.name) if brand is not None else t("🏷 As no brand")


def _quota_line(options: WritingOptions, entitlement: Entitlement, t: Texts) -> Markup:
    wanted = t.plural("{n} post", "{n} posts", options.posts)
    if entitlement.left is None:
        return t("This makes {posts}.", posts=wanted)
    return t("This makes {posts}; your plan has {left} left this month.", posts=wanted, left=entitlement.left)


def _options_keyboard(
    batch_id: ids.BatchId, source_language: str, options: WritingOptions, can_translate: bool, t: Texts
) -> Keyboard:
    platforms = [
        Button(ticked(label, platform in options.platforms), TogglePlatform(batch_id, platform))
        for platform, label in PLATFORMS.items()
    ]
    fewer, more = max(1, options.variants - 1), min(VARIANTS_MAX, options.variants + 1)
    variants = [
        Button("−", SetVariants(batch_id, fewer)),
        Button(t.plural("{n} variant", "{n} variants", options.variants), SetVariants(batch_id, more)),
        Button("+", SetVariants(batch_id, more)),
    ]
    styles = [
        Button(ticked(style_label(style, t), style is options.style), SetStyle(batch_id, style)) for style in Style
    ]
    rows: list[Sequence[Button]] = [*rows_of(platforms, columns=3), variants, styles]
    if can_translate:
        language = options.language or source_language
        known = t("🌐 In {language}", language=language_label(language, t))
        rows.append([Button(known if language != UNKNOWN else t("🌐 Language"), ChooseLanguage(batch_id))])
    rows.append([Button(t.plural("✨ Generate {n} post", "✨ Generate {n} posts", options.posts), Generate(batch_id))])
    return rows


def choose_brand(*, batch_id: ids.BatchId, brands: Sequence[Access], chosen: Brand | None, t: Texts) -> Screen:
    """In whose voice the posts are."""
    chosen_id = chosen.id if chosen is not None else None
    buttons = [
        Button(ticked(each.brand.name, each.brand.id == chosen_id), SetBrand(batch_id, each.brand.id))
        for each in brands
    ]
    none = Button(ticked(t("No brand"), chosen is None), SetBrand(batch_id, None))
    return Screen(
        t("In whose voice should the posts be?"),
        [*rows_of(buttons, columns=2), [none], [Button(t("‹ Back"), ShowOptions(batch_id))]],
    )


def choose_language(
    *, batch_id: ids.BatchId, chosen: str, source_language: str, languages: Sequence[str], t: Texts
) -> Screen:
    """The language of the posts; the first choice is the source's own."""
    as_source = t("As the source: {language}", language=language_label(source_language, t))
    if source_language == UNKNOWN:
        as_source = t("As the source")
    buttons = [
        Button(ticked(language_label(code, t), code == chosen), SetLanguage(batch_id, code)) for code in languages
    ]
    return Screen(
        t("In which language should the posts be?"),
        [
            [Button(ticked(as_source, not chosen), SetLanguage(batch_id, None))],
            *rows_of(buttons, columns=3),
            [Button(t("‹ Back"), ShowOptions(batch_id))],
        ],
    )


def writing(data: Mapping[str, Any], t: Texts) -> Screen:
    """While it is written: how many are there."""
    written, posts = int(data["written"]), int(data["posts"])
    text = lines(
        [
            t("✍️ <b>Writing from “{title}”</b>", title=data["source_title"]),
            "",
            f"{bar(written, posts)} {written}/{posts}",
            *(["", Markup("<blockquote>{} …</blockquote>").format(data["begun"])] if data.get("begun") else []),
        ]
    )
    return Screen(text, [[Button(t("Cancel"), StopWriting(_batch_id(data)))]])


def written(data: Mapping[str, Any], t: Texts) -> Screen:
    """The end: what came of it, and the ways on."""
    made = t.plural("{n} post", "{n} posts", int(data["posts"]))
    text = t(
        "✅ <b>{made} from “{title}”</b>\nWritten as: {engine}",
        made=made,
        title=data["source_title"],
        engine=engine_label(str(data["engine"]), t),
    )
    return Screen(
        text,
        [
            [
                Button(t("Show the drafts"), ShowDrafts(_batch_id(data))),
                Button(t("Write more"), WritePosts(ids.SourceId(UUID(data["source_id"])))),
            ]
        ],
    )


def writing_failed(data: Mapping[str, Any], t: Texts) -> Screen:
    """It didn't work: why, and that nothing is lost or charged."""
    text = lines(
        [
            t("❌ <b>No posts from “{title}” this time</b>", title=data["source_title"]),
            problem_sentence(data["error"], t),
            t("Nothing was charged, and your source is kept."),
        ]
    )
    return Screen(text, _again(data, t))


def writing_cancelled(data: Mapping[str, Any], t: Texts) -> Screen:
    """The user has stopped it."""
    text = t("🚫 <b>Stopped writing from “{title}”</b>\nNothing was charged.", title=data["source_title"])
    return Screen(text, _again(data, t))


def _again(data: Mapping[str, Any], t: Texts) -> Keyboard:
    batch_id = _batch_id(data)
    return [[Button(t("Try again"), Generate(batch_id)), Button(t("Change options"), ShowOptions(batch_id))]]


def _batch_id(data: Mapping[str, Any]) -> ids.BatchId:
    return ids.BatchId(UUID(data["batch_id"]))
