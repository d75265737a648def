"""What an episode will be like: the options card and the lists behind it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.keyboards import bar, pager, ticked
from bot.podcasts.actions import (
    AskFocus,
    ChoosePodcastBrand,
    ChoosePodcastLanguage,
    ChooseProvider,
    ChooseSources,
    ChooseVoice,
    ClearFocus,
    HearVoice,
    SetFormat,
    SetLength,
    SetPodcastBrand,
    SetPodcastLanguage,
    SetProvider,
    SetVoice,
    ShowPodcastOptions,
    StraightToAudio,
    ToggleSource,
    WriteScript,
)
from bot.podcasts.labels import format_label, length_label, provider_label
from bot.podcasts.music_actions import ShowMusic
from bot.podcasts.quotes import quote_lines, ways_to_more
from bot.podcasts.sentences import podcast_problem
from bot.posts.labels import language_label
from bot.screens import Button, Keyboard, Screen, clipped, lines, rows_of
from bot.texts import Texts
from core import ids
from core.brands.models import Brand
from core.brands.queries import Access
from core.languages import UNKNOWN
from core.podcasts.names import voice_mark
from core.podcasts.options import SOURCES_MOST, Length, PodcastOptions
from core.podcasts.pace import SHORT_MINUTES
from core.podcasts.queries import Material
from core.podcasts.quotes import Quote
from core.podcasts.script import Format, Speaker
from core.providers.speech import Engine, Voice
from core.providers.text import SOURCE_MAX_CHARACTERS
from core.sources.queries import SourceTitle

VOICES_A_PAGE = 6
SOURCE_TITLE_CHARACTERS = 36


@dataclass(frozen=True, slots=True)
class OptionsCard:
    """What the card shows. `filled_min`: about how long it becomes, since the sources may be enough for less than was
    chosen; `problem`: why it can't start with them."""

    podcast_id: ids.PodcastId
    options: PodcastOptions
    material: Material
    filled_min: int
    quote: Quote
    providers: Sequence[Engine]
    has_model: bool
    problem: tuple[str, dict[str, object]] | None
    zone: str | None
    has_brands: bool = False
    brand: Brand | None = None

    @property
    def is_short(self) -> bool:
        return self.filled_min < self.options.length.minutes


def options_card(card: OptionsCard, t: Texts) -> Screen:
    """What will be made, what it takes of the plan, and everything that can be chosen."""
    options = card.options
    text = lines(
        [
            t("🎙 <b>A podcast from “{title}”</b>", title=_title(card.material, t)),
            "",
            t("{host} asks, {guest} answers.", host=options.host.name, guest=options.guest.name),
            *([t("🎯 {focus}", focus=options.focus)] if options.focus else []),
            *([_by_the_offline_writer(t)] if not card.has_model else []),
            "",
            *_price(card, t),
        ]
    )
    return Screen(text, [*_choices(card, t), *_starts(card, t)])


def _by_the_offline_writer(t: Texts) -> Markup:
    return t("<i>Written offline, from your own sentences and in their language.</i>")


def _price(card: OptionsCard, t: Texts) -> list[Markup]:
    if card.problem is not None:
        code, params = card.problem
        return [podcast_problem({"code": code, "params": params}, t)]
    price = quote_lines(card.quote, t, about_min=card.filled_min, zone=card.zone)
    if not card.quote.fits:
        return [*price, *([t("Short · {n} min still fits.", n=SHORT_MINUTES)] if _short_fits(card) else [])]
    return [*([_short(card, t)] if card.is_short else []), *price]


def _short_fits(card: OptionsCard) -> bool:
    left = card.quote.minutes.left
    return card.options.length is Length.LONG and card.quote.episodes.fits and (left is None or left >= SHORT_MINUTES)


def _short(card: OptionsCard, t: Texts) -> Markup:
    return t(
        "⚠️ Your text is enough for about {n} min, not for {wanted}. The episode becomes shorter, and only its real "
        "length counts; or add a source.",
        n=card.filled_min,
        wanted=card.options.length.minutes,
    )


def _title(material: Material, t: Texts) -> Markup | str:
    others = len(material.sources) - 1
    title = material.title or t("your text")
    return t.plural("{title} and {n} more", "{title} and {n} more", others, title=title) if others else title


def _choices(card: OptionsCard, t: Texts) -> Keyboard:
    podcast_id, options = card.podcast_id, card.options
    lengths = [
        Button(ticked(length_label(length, t), length is options.length), SetLength(podcast_id, length))
        for length in Length
    ]
    formats = [
        Button(ticked(format_label(each, t), each is options.format), SetFormat(podcast_id, each)) for each in Format
    ]
    voices = [
        Button(t("Host: {name}", name=options.host.name), ChooseVoice(podcast_id, Speaker.HOST, 1)),
        Button(t("Guest: {name}", name=options.guest.name), ChooseVoice(podcast_id, Speaker.GUEST, 1)),
    ]
    more = []
    if len(card.providers) > 1:
        more.append(Button(t("🔊 {name}", name=provider_label(options.provider, t)), ChooseProvider(podcast_id)))
    if card.has_model:
        more.append(Button(_language_button(card, t), ChoosePodcastLanguage(podcast_id)))
    if card.has_model and card.has_brands:
        as_brand = t("🏷 As {brand}", brand=card.brand.name) if card.brand is not None else t("🏷 As no brand")
        more.append(Button(as_brand, ChoosePodcastBrand(podcast_id)))
    more.append(Button(t("🎯 Focus"), AskFocus(podcast_id)))
    more.append(Button(_sources_button(len(card.material.sources), t), ChooseSources(podcast_id, 1)))
    more.append(Button(ticked(t("🎵 Music"), options.music), ShowMusic(podcast_id)))
    return [lengths, *rows_of(formats, columns=2), voices, *rows_of(more, columns=2)]


def choose_brand(podcast_id: ids.PodcastId, brands: Sequence[Access], chosen: Brand | None, t: Texts) -> Screen:
    """In whose voice it is written."""
    chosen_id = chosen.id if chosen is not None else None
    buttons = [
        Button(ticked(each.brand.name, each.brand.id == chosen_id), SetPodcastBrand(podcast_id, each.brand.id))
        for each in brands
    ]
    none = Button(ticked(t("No brand"), chosen is None), SetPodcastBrand(podcast_id, None))
    return Screen(
        t("In whose voice should the podcast be?"),
        [*rows_of(buttons, columns=2), [none], [Button(t("‹ Back"), ShowPodcastOptions(podcast_id))]],
    )


def _sources_button(count: int, t: Texts) -> Markup:
    return t("➕ Add a source") if count == 1 else t("📚 Sources: {n}", n=count)


def _language_button(card: OptionsCard, t: Texts) -> Markup:
    language = card.options.language or card.material.language
    if language == UNKNOWN:
        return t("🌐 Language")
    return t("🌐 In {language}", language=language_label(language, t))


def _starts(card: OptionsCard, t: Texts) -> Keyboard:
    if card.problem is not None:
        return []
    if not card.quote.fits:
        return [ways_to_more(t)]
    return [
        [Button(t("✍️ Write the script"), WriteScript(card.podcast_id))],
        [Button(t("⚡ Straight to audio"), StraightToAudio(card.podcast_id))],
    ]


def choose_voice(
    podcast_id: ids.PodcastId, options: PodcastOptions, role: Speaker, voices: Sequence[Voice], page: int, t: Texts
) -> Screen:
    """The provider's voices, each with a sample to hear."""
    chosen = options.host if role is Speaker.HOST else options.guest
    pages = -(-len(voices) // VOICES_A_PAGE)
    page = min(max(1, page), pages)
    first = (page - 1) * VOICES_A_PAGE
    rows = [
        [
            Button(ticked(voice.name, voice.id == chosen.id), SetVoice(podcast_id, role, place, voice_mark(voice.id))),
            Button(t("▶️ Hear"), HearVoice(podcast_id, place, voice_mark(voice.id))),
        ]
        for place, voice in enumerate(voices[first : first + VOICES_A_PAGE], start=first)
    ]
    text = t("🎙 <b>Who is the host?</b>") if role is Speaker.HOST else t("🎙 <b>Who is the guest?</b>")
    return Screen(
        text,
        [*rows, pager(page, pages, lambda number: ChooseVoice(podcast_id, role, number)), [_back(podcast_id, t)]],
    )


def choose_provider(podcast_id: ids.PodcastId, chosen: Engine, providers: Sequence[Engine], t: Texts) -> Screen:
    rows = [
        [Button(ticked(provider_label(each, t), each is chosen), SetProvider(podcast_id, each))] for each in providers
    ]
    return Screen(t("🔊 <b>Whose voices?</b>"), [*rows, [_back(podcast_id, t)]])


def choose_language(
    podcast_id: ids.PodcastId, chosen: str, source_language: str, languages: Sequence[str], t: Texts
) -> Screen:
    as_source = t("As the source: {language}", language=language_label(source_language, t))
    if source_language == UNKNOWN:
        as_source = t("As the source")
    buttons = [
        Button(ticked(language_label(code, t), code == chosen), SetPodcastLanguage(podcast_id, code))
        for code in languages
    ]
    return Screen(
        t("In which language should they talk?"),
        [
            [Button(ticked(as_source, not chosen), SetPodcastLanguage(podcast_id, None))],
            *rows_of(buttons, columns=3),
            [_back(podcast_id, t)],
        ],
    )


def choose_sources(
    podcast_id: ids.PodcastId,
    chosen: Sequence[str],
    characters: int,
    found: Sequence[SourceTitle],
    *,
    page: int,
    pages: int,
    t: Texts,
) -> Screen:
    """What was sent lately, to be taken in or out, and how much it is together."""
    rows = [
        [Button(ticked(_source_button(source, t), str(source.id) in chosen), ToggleSource(podcast_id, source.id, page))]
        for source in found
    ]
    text = lines(
        [
            t("📚 <b>What should they talk about?</b>"),
            t("Tap what belongs in. To add something new, send it to me first."),
            "",
            t.plural("{n} of at most {most} sources", "{n} of at most {most} sources", len(chosen), most=SOURCES_MOST),
            t(
                "{bar} {characters} of {most} characters",
                bar=bar(min(characters, SOURCE_MAX_CHARACTERS), SOURCE_MAX_CHARACTERS),
                characters=characters,
                most=SOURCE_MAX_CHARACTERS,
            ),
            *([t("⚠️ That is too much for one episode: take a source out.")] if _is_too_much(characters) else []),
        ]
    )
    return Screen(
        text,
        [
            *rows,
            pager(page, pages, lambda number: ChooseSources(podcast_id, number)),
            [Button(t("‹ Done"), ShowPodcastOptions(podcast_id))],
        ],
    )


def _is_too_much(characters: int) -> bool:
    return characters > SOURCE_MAX_CHARACTERS


def _source_button(source: SourceTitle, t: Texts) -> Markup:
    title = clipped(source.title, SOURCE_TITLE_CHARACTERS) or t("Without a title")
    return t.plural("{title} · {n} word", "{title} · {n} words", source.words, title=title)


def ask_focus(podcast_id: ids.PodcastId, focus: str, t: Texts) -> Screen:
    text = t("🎯 What do listeners want to know most? Send it in a sentence, or /cancel.")
    rows = [[Button(t("No focus"), ClearFocus(podcast_id))]] if focus else []
    return Screen(text, rows)


def nothing_to_talk_about(t: Texts) -> Screen:
    """What /podcast says to somebody who has sent nothing yet."""
    return Screen(
        t(
            "🎙 <b>A podcast from your notes</b>\n\nSend me what it should be about: a text, a link, a forwarded post, "
            "or a text file. Then press <b>Podcast</b> below it. Two voices talk it over, and you can change every "
            "line before it becomes audio."
        )
    )


def _back(podcast_id: ids.PodcastId, t: Texts) -> Button:
    return Button(t("‹ Back"), ShowPodcastOptions(podcast_id))
