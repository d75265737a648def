"""Questions about payments: from a user to whoever runs the bot, and the answer back."""

from typing import Final

from core import ids
from core.accounts.service import user_by_telegram_id, user_of
from core.billing.policy import Policy
from core.billing.telling import tell, tell_admins
from core.db import TelegramId
from core.errors import Conflict, InvalidInput, NotFound
from core.tx import Tx

LONGEST: Final = 1000
"""Characters of a question or an answer."""


class NobodyToAsk(Conflict):
    """Nobody who runs the bot has ever pressed Start."""

    code = "billing.nobody_to_ask"


async def ask_support(tx: Tx, policy: Policy, *, owner_id: ids.UserId, text: str) -> None:
    """Bring a user's question to everybody who runs the bot. Raises InvalidInput "billing.words", NobodyToAsk."""
    question = _checked(text)
    user = await user_of(tx.session, owner_id)
    told = await tell_admins(
        tx,
        policy,
        notice="billing.asked",
        data={"text": question, "telegram_id": user.telegram_user_id, "name": user.first_name},
        dedupe_key=f"asked:{ids.new()}",
    )
    if not told:
        raise NobodyToAsk


async def answer_support(tx: Tx, *, telegram_id: TelegramId, text: str) -> None:
    """Bring an answer to the user with this Telegram id. Raises InvalidInput "billing.words", NotFound."""
    answer = _checked(text)
    user = await user_by_telegram_id(tx.session, telegram_id)
    if user is None:
        raise NotFound("accounts.user_not_found")
    await tell(
        tx,
        owner_id=user.id,
        notice="billing.answered",
        subject_id=user.id,
        data={"text": answer},
        dedupe_key=f"answered:{ids.new()}",
    )


def _checked(text: str) -> str:
    words = text.strip()
    if not 1 <= len(words) <= LONGEST:
        raise InvalidInput("billing.words", length=len(words), limit=LONGEST)
    return words
