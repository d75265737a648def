"""Mail: handed to whoever takes it on, and what came of that."""

from core import ids
from core.chat_address import chat_url
from core.deps import Deps
from core.emails import service as emails
from core.emails.addresses import note_refused
from core.emails.composing import build_composer
from core.emails.service import Outgoing
from core.errors import AppError, ProviderError
from core.providers.email import EmailErrorCode, Mailer
from core.tx import Tx
from core.work.service import ClaimedWork, error_row
from jobs.runtime import Run, job

FORGET_EVERY_S = 3600.0


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """No attempt follows. A refused address is told to its owner."""
    email = await emails.end_unsent(
        tx, owner_id=work.owner_id, email_id=ids.EmailId(work.subject_id), error=error_row(error)
    )
    if email is not None and email.address is not None and error.error_code == EmailErrorCode.ADDRESS_REFUSED:
        await note_refused(tx, owner_id=work.owner_id, address=email.address, problem=error_row(error))


@job(emails.SEND, on_failure=ended)
async def send(run: Run) -> None:
    """Hand one mail over. That it is about to happen is committed before, and what came of it after."""
    owner_id, email_id = run.work.owner_id, ids.EmailId(run.work.subject_id)
    async with run.deps.tx() as tx:
        outgoing = await emails.begin_sending(tx, owner_id=owner_id, email_id=email_id)
    mailer = run.deps.mailer
    if outgoing is None or mailer is None:
        async with run.finishing() as tx:
            if outgoing is not None:
                await emails.skip_email(tx, owner_id=owner_id, email_id=email_id)
        return
    remote_id = await _handed_over(run, mailer, outgoing)
    async with run.finishing() as tx:
        await emails.record_sent(tx, owner_id=owner_id, email_id=email_id, engine=mailer.engine, remote_id=remote_id)


async def _handed_over(run: Run, mailer: Mailer, outgoing: Outgoing) -> str:
    """Raises ProviderError, after it was noted whether the mail may have gone out."""
    deps = run.deps
    chat = await chat_url(deps.settings, deps.redis)
    mail = build_composer(deps.settings, chat_url=chat).mail(outgoing)
    try:
        return await mailer.send(mail)
    except ProviderError as error:
        async with deps.tx() as tx:
            await emails.record_attempt(
                tx,
                owner_id=outgoing.owner_id,
                email_id=outgoing.id,
                error=error_row(error),
                unknown=error.error_code == EmailErrorCode.UNKNOWN,
            )
        raise


async def forget_old(deps: Deps) -> float:
    """Remove what is old, a batch a time. Returns the seconds until the next look."""
    while True:
        async with deps.tx() as tx:
            if await emails.forget_old_emails(tx) < emails.FORGET_BATCH:
                return FORGET_EVERY_S
