"""What can be pressed about oneself: the example, and the settings."""

from bot.actions import Action, action
from core.accounts.models import LatePolicy
from core.posts.platforms import Platform


@action("ac.demo")
class ShowExample(Action):
    """Make a source of the bundled text, as if the user had sent it."""


@action("ac.set")
class ShowSettings(Action):
    pass


@action("ac.lgs")
class ShowLanguages(Action):
    pass


@action("ac.lg")
class ChooseLanguage(Action):
    language: str


@action("ac.lgf")
class FollowLanguage(Action):
    """Speak what the user's Telegram speaks."""


@action("ac.pls")
class ShowPlatforms(Action):
    pass


@action("ac.pl")
class UsePlatform(Action):
    """`wanted` is the state to reach, so that a second press changes nothing."""

    platform: Platform
    wanted: bool


@action("ac.lates")
class ShowLatePolicies(Action):
    pass


@action("ac.late")
class ChooseLatePolicy(Action):
    policy: LatePolicy


@action("ac.tzs")
class ShowTimeZones(Action):
    pass


@action("ac.tz")
class ChooseTimeZone(Action):
    """`zone` is an IANA name."""

    zone: str


@action("ac.loc")
class AskLocation(Action):
    """Find the time zone by the place where the user is."""
