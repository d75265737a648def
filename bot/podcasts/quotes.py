"""The price of an episode in words, before it starts. Pure."""

from datetime import datetime

from markupsafe import Markup

from bot.billing.actions import ShowPlans, ShowUsage
from bot.screens import Button
from bot.texts import Texts
from core.podcasts.quotes import Quote
from core.when.formats import format_day
from core.when.times import to_local

BETWEEN = Markup(" · ")


def quote_lines(quote: Quote, t: Texts, *, about_min: int, zone: str | None = None) -> list[Markup]:
    """What it takes of the plan; what is left besides when something is used already; or that too little is left."""
    if not quote.fits:
        return [_too_little(quote, zone, t)]
    left = _left(quote, t)
    return [BETWEEN.join([_length(quote, about_min, t), *_shares(quote, about_min, t)]), *([left] if left else [])]


def ways_to_more(t: Texts) -> list[Button]:
    """When too little is left."""
    return [Button(t("Compare plans"), ShowPlans(0)), Button(t("Usage"), ShowUsage())]


def _length(quote: Quote, about_min: int, t: Texts) -> Markup:
    if quote.new_lines is None:
        return t("about {n} min", n=about_min)
    return t.plural("{n} line is new", "{n} lines are new", quote.new_lines)


def _shares(quote: Quote, about_min: int, t: Texts) -> list[Markup]:
    minutes, episodes = quote.minutes, quote.episodes
    if quote.new_lines is not None and minutes.takes == 0:
        return [t("nothing has to be spoken, so it is free")]
    if minutes.limit is None:
        shares = [t.plural("uses {n} minute", "uses {n} minutes", minutes.takes)]
    elif about_min < minutes.takes:
        shares = [t("uses up to {n} of your {limit} minutes", n=minutes.takes, limit=minutes.limit)]
    else:
        shares = [t("uses {n} of your {limit} minutes", n=minutes.takes, limit=minutes.limit)]
    if episodes.takes == 0:
        return [*shares, t("no further episode")]
    return [*shares, *([t("1 of {limit} episodes", limit=episodes.limit)] if episodes.limit is not None else [])]


def _left(quote: Quote, t: Texts) -> Markup | None:
    """Nothing for somebody who has used nothing, or has as much as they like."""
    minutes, episodes = quote.minutes, quote.episodes
    if minutes.left is None or (minutes.is_fresh and episodes.is_fresh):
        return None
    left = t.plural("{n} minute", "{n} minutes", minutes.left)
    if episodes.left is None:
        return t("<i>Left this month: {minutes}</i>", minutes=left)
    others = t.plural("{n} episode", "{n} episodes", episodes.left)
    return t("<i>Left this month: {minutes}, {episodes}</i>", minutes=left, episodes=others)


def _too_little(quote: Quote, zone: str | None, t: Texts) -> Markup:
    when = _day(quote.resets_at, zone, t)
    if not quote.episodes.fits:
        return t("All of your {n} episodes are used. There are new ones on {when}.", n=quote.episodes.limit, when=when)
    if quote.minutes.left == 0:
        return t("All of your {n} minutes are used. There are new ones on {when}.", n=quote.minutes.limit, when=when)
    return t(
        "It takes {takes} min, and {left} of your {limit} minutes are left. There are new ones on {when}.",
        takes=quote.minutes.takes,
        left=quote.minutes.left,
        limit=quote.minutes.limit,
        when=when,
    )


def _day(at: datetime, zone: str | None, t: Texts) -> str:
    zone = zone or "UTC"
    return format_day(to_local(at, zone).date(), zone, t.language)
