"""Watched creators. Pure."""

from collections.abc import Mapping

from bot.digests.actions import ListDigests, ListWatches, SetAlertsADay, Unwatch, WatchCreator
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
    return f"@{creator.handle[:30]} · {NETWORKS[Network(creator.network)]} · {watch.times}×"


def one(creator: Creator, watch: Watch | None, t: Texts) -> Screen:
    """A creator: from which score on their videos are told, if at all."""
    text = [
        t("👁 <b>@{handle}</b> · {network}", handle=creator.handle, network=NETWORKS[Network(creator.network)]),
        t("You are told of new videos that get {n}× their usual views.", n=watch.times)
        if watch is not None
        else t("Shall I tell you when a new video of theirs gets far more than their usual? From how many times on?"),
    ]
    times = [
        Button(ticked(f"{n}×", watch is not None and watch.times == n), WatchCreator(creator.id, n))
        for n in ALERT_TIMES
    ]
    stop = [Button(t("🔕 Unwatch"), Unwatch(creator.id))] if watch is not None else []
    return Screen(lines(text), [times, stop, [Button(t("👁 Watched creators"), ListWatches(1))]])
