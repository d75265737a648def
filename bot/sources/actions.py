"""What can be pressed about sources."""

from bot.actions import Action, action
from core import ids


@action("so.card")
class ShowSource(Action):
    """Turn the pressed message into the source's card."""

    source_id: ids.SourceId
