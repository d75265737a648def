"""Who said what of a post, when."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.approvals.actions import ShowApproval
from bot.approvals.labels import event_line
from bot.screens import Button, Screen, clipped, lines
from bot.texts import Texts
from core.approvals.models import Approval, ApprovalEvent, EventKind
from core.when.formats import format_local

COMMENT_CHARACTERS = 120


def trail(approval: Approval, events: Sequence[ApprovalEvent], *, zone: str, t: Texts, now: datetime) -> Screen:
    """The newest events, in their order."""
    told = [
        Markup("<i>{}</i> {}").format(
            format_local(event.at, zone, t.language, now=now),
            event_line(
                EventKind(event.kind),
                event.name,
                t,
                version=event.version,
                text=clipped(event.text, COMMENT_CHARACTERS),
            ),
        )
        for event in events
    ]
    return Screen(
        lines([t("📜 <b>Who said what</b>"), "", *told]),
        [[Button(t("✅ How it stands"), ShowApproval(approval.post_id))]],
    )
