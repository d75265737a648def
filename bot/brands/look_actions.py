"""What can be pressed about how a brand looks."""

from bot.actions import Action, action
from core import ids


@action("bl")
class ShowLook(Action):
    brand_id: ids.BrandId


@action("bl.c")
class AskColors(Action):
    brand_id: ids.BrandId


@action("bl.cx")
class ClearColors(Action):
    brand_id: ids.BrandId


@action("bl.l")
class AskLogo(Action):
    brand_id: ids.BrandId


@action("bl.lx")
class ClearLogo(Action):
    brand_id: ids.BrandId
