"""Watched creators. Pure."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.billing.actions import ShowBigger
from bot.digests.actions import LetWait, ListDigests, ListWatches, SetAlertsADay, Unwatch, WatchCreator
from bot.keyboards import pager, ticked
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from bot.viral.actions import ShowViral, ShowWatch
from bot.viral.labels import NETWORKS
from core import ids
from core.db import Paged
from core.digests.models import Watch
from core.digests.queries import Disturbance
from core.digests.service import ALERT_TIMES, ALERTS_A_DAY_CHOICES
from core.providers.discovery import Network
from core.viral.models import Creator


def listed(
    found: Paged[Watch], creators: Mapping[ids.CreatorId, Creator], disturbance: Disturbance, t: Texts
) -> Screen:
    """A page of them, each as a button, and how many alerts a day may come."""
    text = [t("👁 <b>Watched creators</b>")]
    if not found.total:
        text.append(t("None yet. Open a video of theirs with /viral or from a digest, and press 👁."))
    else:
        text.append(t("When a new video of theirs gets far more than their usual, I tell you. I look every six hours."))
    if any(watch.refresh_id is None for watch in found.items):
        text.append(t("Those with ⏳ wait: your plan has no room for them."))
        text.append(t("To choose others, open one that goes on and let it wait."))
    text.append(t("At most so many alerts in 24 hours, digests' own included:"))
    rows = [
        [Button(_label(watch, creators[watch.creator_id]), ShowWatch(watch.creator_id))]
        for watch in found.items
        if watch.creator_id in creators
    ]
    most = [Button(ticked(str(n), n == disturbance.alerts_a_day), SetAlertsADay(n)) for n in ALERTS_A_DAY_CHOICES]
    return Screen(
        lines(text),
        [
            *rows,
            pager(found.number, found.pages, ListWatches),
            most,
            [Button(t("‹ Digests"), ListDigests()), Button(t("🔎 Find some"), ShowViral())],
        ],
    )


def _label(watch: Watch, creator: Creator) -> str:
    sign = "⏳ " if watch.refresh_id is None else ""
    return f"{sign}@{creator.handle[:30]} · {NETWORKS[Network(creator.network)]} · {watch.times}×"


def one(creator: Creator, watch: Watch | None, t: Texts, *, others_wait: bool = False) -> Screen:
    """A creator: from which score on their videos are told, if at all. `others_wait`: for room in the plan."""
    title = t("👁 <b>@{handle}</b> · {network}", handle=creator.handle, network=NETWORKS[Network(creator.network)])
    runs = watch is not None and watch.refresh_id is not None
    times = [
        Button(ticked(f"{n}×", watch is not None and runs and watch.times == n), WatchCreator(creator.id, n))
        for n in ALERT_TIMES
    ]
    rest = [Button(t("⏳ Let it wait"), LetWait(creator.id))] if runs and others_wait else []
    stop = [Button(t("🔕 Unwatch"), Unwatch(creator.id))] if watch is not None else []
    return Screen(
        lines([title, _how(watch, t)]), [times, [*rest, *stop], [Button(t("👁 Watched creators"), ListWatches(1))]]
    )


def _how(watch: Watch | None, t: Texts) -> Markup:
    if watch is None:
        return t("Shall I tell you when a new video of theirs gets far more than their usual? From how many times on?")
    if watch.refresh_id is None:
        return t("⏳ It waits, and you aren't told of their videos. Choose from how many times on, and it goes on.")
    return t("You are told of new videos that get {n}× their usual views.", n=watch.times)


def no_room(t: Texts, params: Mapping[str, Any]) -> Screen:
    """It can't go on beside the others. `params` as NoRoomToWatch has them."""
    text = t(
        "⏳ <b>Your plan has no room for this one now.</b> Watched creators at a time: {n}. Open one that goes on and "
        "let it wait or unwatch it, then choose this one again. Or upgrade.",
        n=params["watches"],
    )
    ways = [Button(t("👁 Watched creators"), ListWatches(1)), Button(t("⬆️ Upgrade"), ShowBigger())]
    return Screen(text, [ways])
