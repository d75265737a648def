"""What can be pressed about templates."""

from bot.actions import Action, action
from core import ids


@action("tm.l")
class ListTemplates(Action):
    page: int


@action("tm")
class ShowTemplate(Action):
    template_id: ids.TextTemplateId


@action("tm.new")
class NewTemplate(Action):
    """Ask for the text."""


@action("tm.save")
class SaveAsTemplate(Action):
    post_id: ids.PostId


@action("tm.use")
class UseTemplate(Action):
    """Make a draft of it; what it needs is asked for first. `keep_date` None: not chosen yet."""

    template_id: ids.TextTemplateId
    keep_date: bool | None = None


@action("tm.ed")
class EditTemplate(Action):
    """Ask for other words."""

    template_id: ids.TextTemplateId


@action("tm.nm")
class RenameTemplate(Action):
    template_id: ids.TextTemplateId


@action("tm.rm")
class DeleteTemplate(Action):
    template_id: ids.TextTemplateId


@action("tm.un")
class RestoreTemplate(Action):
    template_id: ids.TextTemplateId
