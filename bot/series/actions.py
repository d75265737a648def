"""What can be pressed about posts that recur.

Occurrences stand in buttons as minutes of the wall clock since 1970, days as ordinals, a choice that isn't made yet by
the key under which it is kept.
"""

from enum import StrEnum

from bot.actions import Action, action
from core import ids
from core.posts.models import Layout


class Preset(StrEnum):
    DAILY = "d"
    WORKDAYS = "k"
    WEEKLY = "w"
    """`day` is the weekday: 0 is Monday."""
    MONTHLY = "m"
    """`day` is the day of the month."""


@action("rp")
class ChooseRepeat(Action):
    """Show how often a post may go out."""

    post_id: ids.PostId


@action("rp.p")
class PickRepeatTime(Action):
    post_id: ids.PostId
    preset: Preset
    day: int


@action("rp.t")
class SetRepeat(Action):
    """`minute` of the day."""

    post_id: ids.PostId
    preset: Preset
    day: int
    minute: int


@action("rp.say")
class TypeRepeat(Action):
    post_id: ids.PostId


@action("rp.key")
class ShowChoice(Action):
    """What was chosen, before it counts."""

    key: str


@action("rp.end")
class ChooseEnd(Action):
    key: str


@action("rp.n")
class EndAfter(Action):
    """`times` 0: never."""

    key: str
    times: int


@action("rp.mo")
class PickEndDay(Action):
    """`month` None: this one."""

    key: str
    month: int | None


@action("rp.u")
class EndOn(Action):
    key: str
    day: int


@action("rp.ok")
class StartRepeat(Action):
    key: str


@action("rp.any")
class StartRepeatAnyway(Action):
    """Without another look at the post."""

    key: str


@action("rp.lay")
class LayOutRepeat(Action):
    """How the post goes out while it is too long, and then what was chosen."""

    key: str
    layout: Layout


@action("rp.me")
class RepeatToMe(Action):
    """In the owner's own chat."""

    key: str


@action("se")
class ShowSeries(Action):
    series_id: ids.SeriesId


@action("se.all")
class ShowAllSeries(Action):
    page: int


@action("se.skip")
class SkipOccurrence(Action):
    series_id: ids.SeriesId
    minute: int


@action("se.back")
class RestoreOccurrence(Action):
    """As the rule has it."""

    series_id: ids.SeriesId
    minute: int


@action("se.mv")
class ShiftOccurrence(Action):
    """Show the times that it may go out at instead."""

    series_id: ids.SeriesId
    minute: int


@action("se.by")
class ShiftBy(Action):
    """`by` in minutes, from when it goes out now."""

    series_id: ids.SeriesId
    minute: int
    by: int


@action("se.say")
class TypeShift(Action):
    series_id: ids.SeriesId
    minute: int


@action("se.p")
class PauseSeries(Action):
    series_id: ids.SeriesId


@action("se.r")
class ResumeSeries(Action):
    series_id: ids.SeriesId


@action("se.x")
class StopSeries(Action):
    series_id: ids.SeriesId
