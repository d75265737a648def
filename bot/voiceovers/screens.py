"""What a voiceover will be like: the options card and the lists behind it; and those that were made. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.billing.actions import ShowPlans, ShowUsage
from bot.deliveries.actions import OpenCard
from bot.keyboards import pager, ticked
from bot.podcasts.labels import duration_label, provider_label
from bot.posts.labels import OUTPUT_LANGUAGES, language_label
from bot.screens import Button, Keyboard, Screen, clipped, lines, rows_of
from bot.texts import Texts
from bot.voiceovers.actions import (
    Adjust,
    AskText,
    ChooseEngine,
    ChooseLanguage,
    ChooseVoice,
    DeleteVoiceover,
    HearVoice,
    ListVoiceovers,
    MakeVoiceover,
    OtherVoice,
    SendVoiceover,
    SetEngine,
    SetLanguage,
    SetVoice,
    ShowSettings,
    ShowVoiceover,
    StopVoiceover,
    UndeleteVoiceover,
)
from bot.voiceovers.labels import STATUS_ICONS, control_help, control_label, setting_of, status_label, value_label
from bot.voiceovers.sentences import voiceover_problem
from core import ids
from core.billing.queries import Entitlement
from core.languages import UNKNOWN
from core.podcasts.names import voice_mark
from core.providers.speech import CONTROLS, Control, Engine, Voice
from core.voiceovers.models import Voiceover, VoiceoverStatus
from core.voiceovers.options import STEPS, VoiceoverOptions
from core.voiceovers.service import CHARACTERS_MOST
from core.when.formats import format_day, format_local
from core.when.times import to_local

VOICES_A_PAGE = 6
EXCERPT_CHARACTERS = 300
TITLE_CHARACTERS = 44


@dataclass(frozen=True, slots=True)
class OptionsCard:
    """What the card shows. `engines`: all that could speak."""

    voiceover: Voiceover
    options: VoiceoverOptions
    left: Entitlement
    engines: Sequence[Engine]
    zone: str | None


def options_card(card: OptionsCard, t: Texts) -> Screen:
    """Who will read what, how long that takes, and what it takes of the plan."""
    voiceover, options = card.voiceover, card.options
    seconds = options.seconds(voiceover.text, voiceover.language)
    text = lines(
        [
            t("🔊 <b>A voiceover</b> · {voice}", voice=options.voice.name),
            Markup("<blockquote expandable>{}</blockquote>").format(clipped(voiceover.text, EXCERPT_CHARACTERS)),
            *([_offline(t)] if options.engine is Engine.ESPEAK else []),
            _facts(voiceover, seconds, t),
            _price(card, t),
        ]
    )
    return Screen(text, [*_choices(card, t), *_starts(card, t)])


def _offline(t: Texts) -> Markup:
    return t("<i>Offline voice: espeak-ng, a synthesizer. It is clear, and sounds like a machine.</i>")


def _facts(voiceover: Voiceover, seconds: float, t: Texts) -> Markup:
    length = t("about {duration}", duration=duration_label(round(seconds) * 1000))
    if voiceover.language == UNKNOWN:
        return length
    return Markup(" · ").join([length, Markup.escape(language_label(voiceover.language, t))])


def _price(card: OptionsCard, t: Texts) -> Markup:
    left = card.left
    if left.limit is None:
        return t("It uses one voiceover.")
    if left.allows(1):
        return t("It uses 1 of the {left} voiceovers that are left this month.", left=left.left)
    zone = card.zone or "UTC"
    when = format_day(to_local(left.resets_at, zone).date(), zone, t.language)
    return t("All of your {n} voiceovers are used. There are new ones on {when}.", n=left.limit, when=when)


def _choices(card: OptionsCard, t: Texts) -> Keyboard:
    voiceover_id, options = card.voiceover.id, card.options
    more = [Button(t("🎚 Settings"), ShowSettings(voiceover_id))]
    if len(card.engines) > 1:
        more.insert(0, Button(t("🔊 {name}", name=provider_label(options.engine, t)), ChooseEngine(voiceover_id)))
    return [
        [
            Button(t("🗣 Voice: {name}", name=options.voice.name), ChooseVoice(voiceover_id, 1)),
            Button(t("🌐 Language"), ChooseLanguage(voiceover_id)),
        ],
        more,
    ]


def _starts(card: OptionsCard, t: Texts) -> Keyboard:
    back = [Button(t("‹ The draft"), OpenCard(card.voiceover.post_id))] if card.voiceover.post_id else []
    mine = Button(t("🔊 My voiceovers"), ListVoiceovers(1))
    if not card.left.allows(1):
        return [[Button(t("Compare plans"), ShowPlans(0)), Button(t("Usage"), ShowUsage())], [*back, mine]]
    return [[Button(t("▶️ Read it aloud"), MakeVoiceover(card.voiceover.id))], [*back, mine]]


def choose_voice(
    voiceover_id: ids.VoiceoverId, options: VoiceoverOptions, voices: Sequence[Voice], page: int, t: Texts
) -> Screen:
    """The engine's voices, each with a sample to hear."""
    pages = -(-len(voices) // VOICES_A_PAGE)
    page = min(max(1, page), pages)
    first = (page - 1) * VOICES_A_PAGE
    rows = [
        [
            Button(
                ticked(voice.name, voice.id == options.voice.id),
                SetVoice(voiceover_id, place, voice_mark(voice.id)),
            ),
            Button(t("▶️ Hear"), HearVoice(voiceover_id, place, voice_mark(voice.id))),
        ]
        for place, voice in enumerate(voices[first : first + VOICES_A_PAGE], start=first)
    ]
    turn = pager(page, pages, lambda number: ChooseVoice(voiceover_id, number))
    return Screen(t("🗣 <b>Who should read it?</b>"), [*rows, turn, [_back(voiceover_id, t)]])


def choose_engine(voiceover_id: ids.VoiceoverId, chosen: Engine, engines: Sequence[Engine], t: Texts) -> Screen:
    rows = [
        [Button(ticked(provider_label(each, t), each is chosen), SetEngine(voiceover_id, each))] for each in engines
    ]
    return Screen(t("🔊 <b>Whose voices?</b>"), [*rows, [_back(voiceover_id, t)]])


def choose_language(voiceover_id: ids.VoiceoverId, chosen: str, t: Texts) -> Screen:
    buttons = [
        Button(ticked(language_label(code, t), code == chosen), SetLanguage(voiceover_id, code))
        for code in dict.fromkeys([*([chosen] if chosen != UNKNOWN else []), *OUTPUT_LANGUAGES])
    ]
    text = t("🌐 <b>Which language is it in?</b>\nIt is read in that language; the words stay as they are.")
    return Screen(text, [*rows_of(buttons, columns=3), [_back(voiceover_id, t)]])


def settings(voiceover_id: ids.VoiceoverId, options: VoiceoverOptions, t: Texts) -> Screen:
    """A row for each thing that can be set of this engine's voices."""
    controls = CONTROLS[options.engine]
    told = [
        t(
            "<b>{name}</b>: {value} · <i>{meaning}</i>",
            name=control_label(control, t),
            value=value_label(control, setting_of(options.settings, control), t),
            meaning=control_help(control, t),
        )
        for control in controls
    ]
    rows = [row for control in controls for row in _steps(voiceover_id, options, control, t)]
    text = lines([t("🎚 <b>How should {voice} speak?</b>", voice=options.voice.name), "", *told])
    return Screen(text, [*rows, [_back(voiceover_id, t)]])


def _steps(voiceover_id: ids.VoiceoverId, options: VoiceoverOptions, control: Control, t: Texts) -> Keyboard:
    """What can be set of one; with several on the card, each button names what it sets."""
    chosen = setting_of(options.settings, control)
    values: list[float | None] = list(STEPS[control])
    if control is not Control.SPEED:
        values.insert(0, None)
    buttons = []
    for value in values:
        label = value_label(control, value, t)
        named = label if control is Control.SPEED else f"{control_label(control, t)}: {label}"
        hundredths = None if value is None else round(value * 100)
        buttons.append(Button(ticked(named, value == chosen), Adjust(voiceover_id, control, hundredths)))
    return rows_of(buttons, columns=3)


def listed(found: Sequence[Voiceover], *, page: int, pages: int, total: int, t: Texts) -> Screen:
    """Those that were made, the newest first; and the way to another one."""
    new = [Button(t("🆕 Read something else"), AskText())]
    if not total:
        return Screen(
            t(
                "🔊 <b>Voiceovers</b>\nI read a text aloud and send it as a voice message and as an MP3. Press the "
                "button and send me the text, or press <b>Voice</b> on any draft."
            ),
            [new],
        )
    text = lines(
        [
            t.plural("🔊 <b>{n} voiceover</b>", "🔊 <b>{n} voiceovers</b>", total),
            t("Choose one to hear it again, or to have it read by another voice."),
        ]
    )
    rows = [[Button(_label(voiceover), ShowVoiceover(voiceover.id))] for voiceover in found]
    return Screen(text, [*rows, pager(page, pages, ListVoiceovers), new])


def _label(voiceover: Voiceover) -> str:
    icon = STATUS_ICONS[VoiceoverStatus(voiceover.status)]
    title = clipped(voiceover.title, TITLE_CHARACTERS)
    duration = [duration_label(voiceover.duration_ms)] if voiceover.duration_ms else []
    return " · ".join([f"{icon} {title}", *duration])


def details(voiceover: Voiceover, *, zone: str | None, now: datetime, t: Texts) -> Screen:
    """One of them, with what can be done in its state."""
    status = VoiceoverStatus(voiceover.status)
    options = VoiceoverOptions.from_json(voiceover.options)
    made = format_local(voiceover.created_at, zone, t.language, now=now) if zone else None
    facts = [
        status_label(status, t),
        Markup.escape(options.voice.name),
        provider_label(options.engine, t),
        *([Markup.escape(duration_label(voiceover.duration_ms))] if voiceover.duration_ms else []),
        *([Markup.escape(made)] if made else []),
    ]
    text = lines(
        [
            t("{icon} <b>{title}</b>", icon=STATUS_ICONS[status], title=voiceover.title),
            Markup(" · ").join(facts),
            *([voiceover_problem(voiceover.error, t)] if status is VoiceoverStatus.FAILED and voiceover.error else []),
        ]
    )
    return Screen(text, _ways(voiceover, status, t))


def _ways(voiceover: Voiceover, status: VoiceoverStatus, t: Texts) -> Keyboard:
    all_of_them = Button(t("‹ All voiceovers"), ListVoiceovers(1))
    if status is VoiceoverStatus.MAKING:
        return [[Button(t("Cancel"), StopVoiceover(voiceover.id)), all_of_them]]
    again = Button(t("🔊 Send it to me"), SendVoiceover(voiceover.id))
    if status is not VoiceoverStatus.READY:
        again = Button(t("Try again"), MakeVoiceover(voiceover.id))
    return [
        [again, Button(t("🗣 Other voice"), OtherVoice(voiceover.id))],
        [all_of_them, Button(t("🗑 Delete"), DeleteVoiceover(voiceover.id))],
    ]


def deleted(voiceover: Voiceover, t: Texts) -> Screen:
    """With a way back, for a week."""
    return Screen(
        t("🗑 Deleted: {title}", title=voiceover.title),
        [[Button(t("↩️ Undo"), UndeleteVoiceover(voiceover.id)), Button(t("‹ All voiceovers"), ListVoiceovers(1))]],
    )


def ask_text(t: Texts) -> Screen:
    return Screen(
        t("🔊 Send me the text that should be read aloud: at most {most} characters. Or /cancel.", most=CHARACTERS_MOST)
    )


def _back(voiceover_id: ids.VoiceoverId, t: Texts) -> Button:
    return Button(t("‹ Back"), ShowVoiceover(voiceover_id))
