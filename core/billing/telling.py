"""What is said about plans and money without being asked: to the user in their chat, and to the admins."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core import ids
from core.accounts.service import admins, user_of
from core.billing.policy import Policy
from core.deliveries.service import send_notice
from core.tx import Tx


async def tell(
    tx: Tx, *, owner_id: ids.UserId, notice: str, subject_id: UUID, data: Mapping[str, Any], dedupe_key: str
) -> None:
    """Tell a user, once for each `dedupe_key`. `notice` names the screen that bot/notices.py makes of `data`."""
    user = await user_of(tx.session, owner_id)
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=user.telegram_user_id,
        subject_id=subject_id,
        notice=notice,
        data={**data, "language": user.language, "zone": user.time_zone},
        language=user.language,
        dedupe_key=f"billing:{dedupe_key}",
    )


async def tell_admins(tx: Tx, policy: Policy, *, notice: str, data: Mapping[str, Any], dedupe_key: str) -> int:
    """Tell everybody who runs the bot, once for each `dedupe_key`. Returns how many that are."""
    there = await admins(tx.session, policy.admin_ids)
    for admin_id, chat_id, language in there:
        await send_notice(
            tx,
            owner_id=admin_id,
            chat_id=chat_id,
            subject_id=ids.new(),
            notice=notice,
            data={**data, "language": language},
            language=language,
            dedupe_key=f"billing:{dedupe_key}:{admin_id}",
        )
    return len(there)
