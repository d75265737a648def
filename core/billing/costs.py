"""What outside models took: tokens and money, for the operator. Users pay by quota, not by this."""

from uuid import UUID

from core import ids
from core.billing.models import ModelUse
from core.providers.text import Usage
from core.tx import Tx


async def record_model_use(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID, purpose: str, usage: Usage) -> None:
    """Note one finished call of a model. `purpose` is the job's name."""
    tx.session.add(
        ModelUse(
            owner_id=owner_id,
            subject_id=subject_id,
            purpose=purpose,
            model=usage.model,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost_usd=usage.cost_usd,
            created_at=tx.now,
        )
    )
