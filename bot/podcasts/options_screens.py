"""What an episode will be like: the options card and the lists behind it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.keyboards import pager, ticked
from bot.podcasts.actions import (
    AskFocus,
    ChoosePodcastLanguage,
    ChooseProvider,
    ChooseSources,
    ChooseVoice,
    ClearFocus,
    HearVoice,
    SetFormat,
    SetLength,
    SetPodcastLanguage,
    SetProvider,
    SetVoice,
    ShowPodcastOptions,
    StraightToAudio,
    ToggleSource,
    WriteScript,
)
from bot.podcasts.labels import format_label, length_label, provider_label
from bot.podcasts.sentences import podcast_problem
from bot.posts.labels import language_label
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.texts import Texts
from core import ids
from core.billing.queries import Entitlement
from core.languages import UNKNOWN
from core.podcasts.names import voice_mark
from core.podcasts.options import Length, PodcastOptions
from core.podcasts.queries import Material
from core.podcasts.script import Format, Speaker
from core.providers.speech import Engine, Voice
from core.sources.queries import SourceTitle

VOICES_A_PAGE = 6


@dataclass(frozen=True, slots=True)
class OptionsCard:
    """What the card shows. `problem`: why it can't start with these sources."""

    podcast_id: ids.PodcastId
    options: PodcastOptions
    material: Material
    episodes: Entitlement
    minutes: Entitlement
    providers: Sequence[Engine]
    can_translate: bool
    problem: tuple[str, dict[str, object]] | None


def options_card(card: OptionsCard, t: Texts) -> Screen:
    """What will be made, what it takes of the plan, and everything that can be chosen."""
    options = card.options
    problem = card.problem
    text = lines(
        [
            t("🎙 <b>A podcast from “{title}”</b>", title=_title(card.material, t)),
            "",
            t("{host} asks, {guest} answers.", host=options.host.name, guest=options.guest.name),
            *([t("🎯 {focus}", focus=options.focus)] if options.focus else []),
            "",
            podcast_problem({"code": problem[0], "params": problem[1]}, t) if problem else quote(card, t),
        ]
    )
    return Screen(text, [*_choices(card, t), *([] if problem else _starts(card.podcast_id, t))])


def quote(card: OptionsCard, t: Texts) -> Markup:
    """The price before it starts."""
    minutes = card.options.length.minutes
    about = t.plural("about {n} min", "about {n} min", minutes)
    return Markup(" · ").join(
        [
            about,
            t("uses {n} of your {left} minutes", n=minutes, left=card.minutes.left)
            if card.minutes.left is not None
            else t("uses {n} minutes", n=minutes),
            *([t("1 of {left} episodes", left=card.episodes.left)] if card.episodes.left is not None else []),
        ]
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
    if card.can_translate:
        more.append(Button(_language_button(card, t), ChoosePodcastLanguage(podcast_id)))
        more.append(Button(t("🎯 Focus"), AskFocus(podcast_id)))
    more.append(Button(t("📚 Sources: {n}", n=len(card.material.sources)), ChooseSources(podcast_id, 1)))
    return [lengths, *rows_of(formats, columns=2), voices, *rows_of(more, columns=2)]


def _language_button(card: OptionsCard, t: Texts) -> Markup:
    language = card.options.language or card.material.language
    if language == UNKNOWN:
        return t("🌐 Language")
    return t("🌐 In {language}", language=language_label(language, t))


def _starts(podcast_id: ids.PodcastId, t: Texts) -> Keyboard:
    return [
        [Button(t("✍️ Write the script"), WriteScript(podcast_id))],
        [Button(t("⚡ Straight to audio"), StraightToAudio(podcast_id))],
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
    found: Sequence[SourceTitle],
    *,
    page: int,
    pages: int,
    t: Texts,
) -> Screen:
    """What was sent lately, to be taken in or out."""
    rows = [
        [
            Button(
                ticked(source.title[:48] or t("Without a title"), str(source.id) in chosen),
                ToggleSource(podcast_id, source.id, page),
            )
        ]
        for source in found
    ]
    return Screen(
        t("📚 <b>What should they talk about?</b>\nTap what belongs in. To add something new, send it to me first."),
        [*rows, pager(page, pages, lambda number: ChooseSources(podcast_id, number)), [_back(podcast_id, t)]],
    )


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
