"""Subscriptions: the list, one of them with all that can be chosen, quiet hours. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.billing.actions import ShowBigger
from bot.billing.labels import plan_label
from bot.deliveries.phrases import echo
from bot.digests.actions import (
    AskKeywords,
    ChooseAlerts,
    ChooseHour,
    ChooseRegion,
    DeleteDigest,
    ListDigests,
    ListWatches,
    MakeDigest,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    SayNothingNew,
    SetAlerts,
    SetFrequency,
    SetHour,
    SetQuiet,
    SetRegion,
    SetWeekday,
    ShowDigest,
    ShowQuiet,
    TypeQuiet,
    UseNetwork,
)
from bot.digests.labels import hour_label, networks_label, when_label
from bot.keyboards import ticked
from bot.queues.labels import quiet_label, weekday_label
from bot.screens import Button, Screen, clipped, lines, rows_of
from bot.texts import Texts
from bot.viral.labels import NETWORKS, region_label
from core.digests.models import Digest, DigestStatus, Frequency
from core.digests.queries import Disturbance
from core.digests.service import ALERT_TIMES, HOURS, KEYWORDS_MOST, Wanted
from core.digests.times import SPREAD
from core.providers.discovery import Network
from core.queues.slots import WEEKDAYS, QuietHours
from core.viral.asking import KEYWORD_CHARACTERS, REGIONS

LABEL_CHARACTERS = 44
NAMED_MOST = 20
QUIET_PRESETS = (QuietHours(22 * 60, 7 * 60), QuietHours(23 * 60, 8 * 60), QuietHours(20 * 60, 9 * 60))
SIGNS: Mapping[str, str] = {DigestStatus.PAUSED: "⏸ ", DigestStatus.WAITING: "⏳ "}
SPREAD_MINUTES = int(SPREAD.total_seconds()) // 60


def listed(digests: Sequence[Digest], watches: int, disturbance: Disturbance, zone: str, t: Texts) -> Screen:
    """All of them, and what holds for all."""
    text: list[str] = [
        t("📬 <b>Your digests</b>"),
        t("What goes viral in your niche, once a day or a week, without searching."),
    ]
    if not digests:
        text += ["", t("You have none yet. Press New digest, or send <code>/digest sourdough, baking</code>.")]
    if any(digest.status == DigestStatus.WAITING for digest in digests):
        text += ["", t("Those with ⏳ wait: your plan has no room for them.")]
        text.append(t("To choose others, pause one, then let another go on."))
    if disturbance.quiet is not None:
        text += ["", t("🌙 Nothing comes from {hours}.", hours=quiet_label(disturbance.quiet, zone, t))]
    rows = [[Button(_label(digest, zone, t), ShowDigest(digest.id))] for digest in digests]
    return Screen(
        lines(text),
        [
            *rows,
            [Button(t("➕ New digest"), MakeDigest())],
            [
                Button(
                    t("👁 Watched creators ({n})", n=watches) if watches else t("👁 Watched creators"), ListWatches(1)
                ),
                Button(t("🌙 Quiet hours"), ShowQuiet()),
            ],
        ],
    )


def _label(digest: Digest, zone: str, t: Texts) -> str:
    shown = clipped(", ".join(digest.keywords), LABEL_CHARACTERS)
    return f"{SIGNS.get(digest.status, '')}{shown} · {hour_label(digest.hour, zone, t)}"


def ask_keywords(t: Texts, *, present: Sequence[str] = ()) -> Screen:
    """What the next message will be taken for."""
    now = [t("Now: {keywords}", keywords=", ".join(present))] if present else []
    return Screen(
        lines(
            [
                t("🔑 <b>What is your niche?</b> Send keywords with commas between them, or /cancel."),
                t("For example: <i>sourdough, bread baking</i>."),
                *now,
                t("Up to {n} of them, of {most} characters each.", n=KEYWORDS_MOST, most=KEYWORD_CHARACTERS),
            ]
        )
    )


def no_network(t: Texts) -> Screen:
    return Screen(
        t(
            "📬 <b>Digests</b>\nNo network can be searched here yet. Whoever runs this bot has to give it access to "
            "one first."
        )
    )


def one(
    digest: Digest, networks: Collection[Network], quiet: QuietHours | None, now: datetime, zone: str, t: Texts
) -> Screen:
    """A digest with a button for everything about it."""
    if digest.status == DigestStatus.DELETED:
        return deleted(digest, t)
    wanted = Wanted.of(digest)
    running = digest.status == DigestStatus.ACTIVE
    text = lines(
        [
            t("📬 <b>{keywords}</b>", keywords=", ".join(wanted.keywords)),
            Markup.escape(f"{networks_label(digest.networks)} · {region_label(wanted.region, t)}"),
            t("It comes {when}.", when=when_label(wanted.frequency, wanted.weekday, wanted.hour, zone, t)),
            *_coming(digest, quiet, now, zone, t),
            _alerts_line(wanted, t),
            t("🤫 Nothing new: I stay silent.") if not wanted.says_nothing_new else t("💬 Nothing new: I say so."),
        ]
    )
    shown = [
        Button(
            ticked(NETWORKS[each], each in wanted.networks), UseNetwork(digest.id, each, each not in wanted.networks)
        )
        for each in NETWORKS
        if each in networks or each in wanted.networks
    ]
    silent = t("🤫 Nothing new: stay silent") if wanted.says_nothing_new else t("💬 Nothing new: tell me")
    return Screen(
        text,
        [
            [
                *([Button(t("👁 Preview"), PreviewDigest(digest.id))] if running else []),
                Button(t("🔑 Keywords"), AskKeywords(digest.id)),
            ],
            shown,
            [
                Button(
                    ticked(str(t("Daily")), wanted.frequency is Frequency.DAILY),
                    SetFrequency(digest.id, Frequency.DAILY),
                ),
                Button(
                    ticked(str(t("Weekly")), wanted.frequency is Frequency.WEEKLY),
                    SetFrequency(digest.id, Frequency.WEEKLY),
                ),
                Button(t("🕘 {clock}", clock=hour_label(wanted.hour, zone, t)), ChooseHour(digest.id)),
            ],
            _weekdays(digest, wanted, t),
            [
                Button(t("🌍 {region}", region=region_label(wanted.region, t)), ChooseRegion(digest.id)),
                Button(t("🔔 Alerts"), ChooseAlerts(digest.id)),
            ],
            [Button(silent, SayNothingNew(digest.id, not wanted.says_nothing_new))],
            [
                Button(t("⏸ Pause") if running else t("▶️ Go on"), PauseDigest(digest.id, running)),
                Button(t("🗑 Delete"), DeleteDigest(digest.id)),
            ],
            [Button(t("‹ Digests"), ListDigests()), Button(t("🌙 Quiet hours"), ShowQuiet())],
        ],
    )


def no_room(t: Texts, params: Mapping[str, Any]) -> Screen:
    """It can't go on beside the others. `params` as NoRoomToRun has them."""
    most, keywords, own = params["digests"], params["keywords"], params["own"]
    text = [t("⏳ <b>Your plan has no room for this digest now.</b> It stays as it is.")]
    if most is not None:
        text.append(t("Digests at a time: {n}", n=most))
    if keywords is not None:
        text.append(t("Keywords in them, together: {n}; this one has {own}", n=keywords, own=own))
    if keywords is not None and own > keywords:
        text.append(t("Open it and send fewer keywords, or upgrade."))
    else:
        text.append(t("Pause another one first, then let this one go on. Or upgrade."))
    return Screen(lines(text), [[Button(t("📬 Digests"), ListDigests()), Button(t("⬆️ Upgrade"), ShowBigger())]])


def wait(data: Mapping[str, Any], t: Texts) -> Screen:
    """Told when a plan has no room for all that was subscribed to."""
    room = data["room"]
    text = [
        t("⏳ <b>Your plan, {plan}, has no room for these now:</b>", plan=plan_label(data["plan"], t)),
        *_turned(data, t),
        "",
        t("They wait with all their settings, and go on by themselves when there is room again."),
    ]
    if data["digests"] and room["digests"] is not None:
        at_a_time = {"n": room["digests"], "keywords": room["keywords"]}
        text.append(t("Digests at a time: {n}, with {keywords} keywords together.", **at_a_time))
    if data["creators"] and room["watches"] is not None:
        text.append(t("Watched creators at a time: {n}.", n=room["watches"]))
    text.append(t("To choose others: pause one that goes on, then open one that waits and let it go on."))
    return Screen(lines(text), [*_ways(data, t), [Button(t("⬆️ Upgrade"), ShowBigger())]])


def go_on(data: Mapping[str, Any], t: Texts) -> Screen:
    """Told when there is room again."""
    first = t("▶️ <b>Your plan has room again.</b> These go on:")
    return Screen(lines([first, *_turned(data, t)]), _ways(data, t))


def _turned(data: Mapping[str, Any], t: Texts) -> list[Markup]:
    found = [t("📬 {keywords}", keywords=keywords) for keywords in data["digests"]]
    found += [t("👁 @{handle}", handle=handle) for handle in data["creators"]]
    more = len(found) - NAMED_MOST
    return found if more <= 0 else [*found[:NAMED_MOST], t("… and {n} more", n=more)]


def _ways(data: Mapping[str, Any], t: Texts) -> list[list[Button]]:
    digests = [Button(t("📬 Digests"), ListDigests())] if data["digests"] else []
    watches = [Button(t("👁 Watched creators"), ListWatches(1))] if data["creators"] else []
    return [[*digests, *watches]]


def _coming(digest: Digest, quiet: QuietHours | None, now: datetime, zone: str, t: Texts) -> list[Markup]:
    if digest.status == DigestStatus.WAITING:
        return [t("⏳ It waits: your plan has no room for it now. Neither digests nor alerts come.")]
    if digest.next_run_at is None:
        return [t("⏸ Paused: neither digests nor alerts come.")]
    found = [t("Next: {time}", time=echo(digest.next_run_at, zone, t, now))]
    if quiet is not None and quiet.cover(digest.hour * 60):
        found.append(t("🌙 That lies in your quiet hours, so it comes when they end."))
    else:
        found.append(t("<i>Within the first {n} minutes of the hour, always at the same minute.</i>", n=SPREAD_MINUTES))
    return found


def _alerts_line(wanted: Wanted, t: Texts) -> Markup:
    if wanted.alert_times is None:
        return t("🔕 No alerts in between.")
    return t("🔔 At once, what gets {n}× what its creator usually gets.", n=wanted.alert_times)


def _weekdays(digest: Digest, wanted: Wanted, t: Texts) -> list[Button]:
    if wanted.frequency is not Frequency.WEEKLY:
        return []
    return [
        Button(ticked(weekday_label(day, t), day == wanted.weekday), SetWeekday(digest.id, day)) for day in WEEKDAYS
    ]


def hours(digest: Digest, zone: str, t: Texts) -> Screen:
    buttons = [
        Button(ticked(hour_label(hour, zone, t), hour == digest.hour), SetHour(digest.id, hour)) for hour in HOURS
    ]
    return Screen(
        t("🕘 <b>At what time?</b> For {zone}.", zone=zone),
        [*rows_of(buttons, columns=4), [Button(t("‹ Back"), ShowDigest(digest.id))]],
    )


def regions(digest: Digest, t: Texts) -> Screen:
    named = sorted((region_label(code, t), code) for code in REGIONS)
    buttons = [Button(ticked(name, code == digest.region), SetRegion(digest.id, code)) for name, code in named]
    return Screen(
        t("🌍 From where should I look?"),
        [
            [Button(ticked(str(t("Anywhere")), not digest.region), SetRegion(digest.id, None))],
            *rows_of(buttons, columns=3),
            [Button(t("‹ Back"), ShowDigest(digest.id))],
        ],
    )


def alerts(digest: Digest, disturbance: Disturbance, t: Texts) -> Screen:
    """From which score on its keywords' videos are told at once."""
    buttons = [
        Button(ticked(f"{times}×", digest.alert_times == times), SetAlerts(digest.id, times)) for times in ALERT_TIMES
    ]
    return Screen(
        lines(
            [
                t("🔔 <b>Alerts</b>: what this digest's keywords find and what stands out comes at once."),
                t("How many times its creator's usual views must it get?"),
                t("I look every six hours, and send at most {n} alerts a day.", n=disturbance.alerts_a_day),
            ]
        ),
        [
            buttons,
            [Button(ticked(str(t("No alerts")), digest.alert_times is None), SetAlerts(digest.id, None))],
            [Button(t("‹ Back"), ShowDigest(digest.id))],
        ],
    )


def deleted(digest: Digest, t: Texts) -> Screen:
    """What is left of it, with the way back."""
    return Screen(
        t("🗑 You get this digest no more: {keywords}.", keywords=", ".join(digest.keywords)),
        [[Button(t("↩️ Undo"), RestoreDigest(digest.id)), Button(t("📬 Digests"), ListDigests())]],
    )


def quiet(disturbance: Disturbance, zone: str, t: Texts) -> Screen:
    """In which hours neither digests nor alerts come."""
    now = disturbance.quiet
    text = [t("🌙 <b>Quiet hours</b>")]
    if now is not None:
        text.append(t("From {hours}, {zone}.", hours=quiet_label(now, zone, t), zone=zone))
    text.append(t("Neither digests nor alerts come in these hours; they wait until they end."))
    presets = [
        Button(ticked(quiet_label(each, zone, t), now == each), SetQuiet(each.begins, each.ends))
        for each in QUIET_PRESETS
    ]
    off = Button(ticked(str(t("None")), now is None), SetQuiet(None, None))
    return Screen(
        lines(text),
        [
            *rows_of([*presets, off], columns=2),
            [Button(t("⌨️ Type hours"), TypeQuiet())],
            [Button(t("‹ Digests"), ListDigests())],
        ],
    )


def ask_quiet(zone: str, t: Texts) -> Screen:
    """What the next message will be taken for."""
    return Screen(
        lines(
            [
                t("⌨️ <b>From when until when?</b> For {zone}.", zone=zone),
                t("For example: <i>22:00-07:00</i>, <i>10pm to 8am</i>. /cancel leaves them as they are."),
            ]
        ),
        [[Button(t("‹ Back"), ShowQuiet())]],
    )
