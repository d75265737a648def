"""What can be pressed about pictures."""

from enum import StrEnum

from bot.actions import Action, action
from core import ids


class Choice(StrEnum):
    """What can be chosen: the names of ImageOptions' fields."""

    ENGINE = "engine"
    STYLE = "style"
    ASPECT = "aspect"
    QUALITY = "quality"
    LAYOUT = "layout"
    COLOR = "color"


@action("im.new")
class NewImage(Action):
    """Ask what the picture is of."""


@action("im.po")
class ImageForPost(Action):
    """A card with choices for a draft's picture, as a new message."""

    post_id: ids.PostId


@action("im.opt")
class ShowImageOptions(Action):
    image_id: ids.ImageId


@action("im.set")
class SetImageOption(Action):
    image_id: ids.ImageId
    choice: Choice
    value: str


@action("im.sgn")
class SignCard(Action):
    """Whether the brand's name and logo stand on it."""

    image_id: ids.ImageId
    on: bool


@action("im.col")
class ChooseColor(Action):
    image_id: ids.ImageId


@action("im.ask")
class AskPrompt(Action):
    image_id: ids.ImageId


@action("im.psg")
class ChoosePassage(Action):
    image_id: ids.ImageId


@action("im.psgn")
class SetPassage(Action):
    """By its place among core.images.passages.passages, from 0."""

    image_id: ids.ImageId
    number: int


@action("im.go")
class MakeImage(Action):
    image_id: ids.ImageId


@action("im.x")
class StopImage(Action):
    image_id: ids.ImageId


@action("im.more")
class MakeAnother(Action):
    """One more like this, as it is or in the next layout."""

    image_id: ids.ImageId
    next_layout: bool


@action("im.att")
class ChoosePost(Action):
    """Which draft it goes with."""

    image_id: ids.ImageId
    page: int


@action("im.put")
class AttachImage(Action):
    image_id: ids.ImageId
    post_id: ids.PostId


@action("im.post")
class PostFromImage(Action):
    """A new draft of nothing but the picture."""

    image_id: ids.ImageId


@action("im.file")
class SaveImageFile(Action):
    image_id: ids.ImageId


@action("im.del")
class DeleteImage(Action):
    image_id: ids.ImageId


@action("im.undel")
class RestoreImage(Action):
    image_id: ids.ImageId


@action("im.list")
class ListImages(Action):
    page: int


@action("im.show")
class ShowImage(Action):
    """The picture once more, as a new message."""

    image_id: ids.ImageId
