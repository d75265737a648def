"""Writing and rewriting posts."""

from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import UUID

from core import ids
from core.billing.costs import record_model_use
from core.brands.choosing import chosen_brand
from core.brands.models import Brand
from core.brands.queries import BrandNotFound, brand_for
from core.brands.voice import manner_of, voice_text
from core.db import ReadSession, TelegramId
from core.deliveries.service import send_notice
from core.deliveries.statuses import show_status
from core.errors import AppError, NotFound, ProviderError
from core.posts import pinning, writing
from core.posts import service as posts
from core.posts.manner import signed, unsigned
from core.posts.models import Post
from core.posts.pinning import Pinning
from core.posts.platforms import Draft, Platform
from core.posts.queries import batch_of, post_of
from core.posts.writing import Place, WrittenDraft, card_of
from core.providers.text import Brief, Change, Finished, Note, NoteCode, Partial, Rewrite, RewriteKind, Usage
from core.sources.service import source_of
from core.telegram.outcomes import Refusal, Refused, SafeToRetry
from core.tx import Tx
from core.work.service import ClaimedWork, error_row, keep_claim, report_progress
from jobs.preview import Edit, Preview
from jobs.runtime import Run, job
from jobs.statuses import CARD


async def writing_ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled."""
    await writing.end_writing(
        tx, owner_id=work.owner_id, batch_id=ids.BatchId(work.subject_id), place=_place(work), error=error
    )


@job(writing.WRITE, on_failure=writing_ended)
async def write(run: Run) -> None:
    """Write the posts of a batch: streamed while it goes on, kept at the end."""
    batch_id = ids.BatchId(run.work.subject_id)
    async with run.deps.read() as session:
        batch = await batch_of(session, owner_id=run.work.owner_id, batch_id=batch_id)
        source = await source_of(session, owner_id=run.work.owner_id, source_id=batch.source_id, also_deleted=True)
        options = writing.options_of(batch)
        brand = await chosen_brand(session, user_id=run.work.owner_id, choice=options.brand)
    brief = Brief(
        source_text=source.text,
        source_title=source.title,
        source_url=source.url,
        platforms=options.platforms,
        variants=options.variants,
        style=options.style,
        language=options.language or source.language,
        pattern=options.pattern,
        brand_voice=voice_text(brand) if brand is not None else "",
        manner=manner_of(brand),
    )
    written, usage = await _collect(run, brief)
    async with run.finishing() as tx:
        await writing.record_written(
            tx,
            owner_id=run.work.owner_id,
            batch_id=batch_id,
            place=_place(run.work),
            written=written,
            language=brief.language,
            engine=run.deps.writer.engine,
        )
        await record_model_use(tx, owner_id=run.work.owner_id, subject_id=batch_id, purpose="posts.write", usage=usage)


async def _collect(run: Run, brief: Brief) -> tuple[list[WrittenDraft], Usage]:
    """All variants, platform by platform in the order of the brief."""
    finished: list[Finished] = []
    wanted = brief.variants * len(brief.platforms)
    preview = _preview(run, lambda text: _tell_progress(run, len(finished), wanted, begun=text))
    usage = Usage(model=run.deps.writer.engine)
    async with aclosing(run.deps.writer.write(brief)) as pieces:
        async for piece in pieces:
            match piece:
                case Partial():
                    await preview.show(_preview_text(piece))
                case Finished():
                    finished.append(piece)
                    await _tell_progress(run, len(finished), wanted)
                case Usage():
                    usage = piece
    finished.sort(key=lambda one: (brief.platforms.index(one.platform), one.number))
    return [_signed(one, brief.manner.signature) for one in finished], usage


def _signed(one: Finished, signature: str) -> WrittenDraft:
    """With the brand's signature where there is room for it, and a note where there is none."""
    draft = signed(one.platform, one.draft, signature)
    notes = (Note(NoteCode.NOT_SIGNED, {}),) if signature not in draft.text else ()
    return WrittenDraft(one.platform, draft, (*one.notes, *notes))


async def _tell_progress(run: Run, written: int, wanted: int, *, begun: str = "") -> None:
    if written == wanted:
        return
    async with run.deps.tx() as tx:
        await report_progress(tx, run.work, progress=100 * written // (wanted + 1), step="writing")
        await writing.show_writing(
            tx,
            owner_id=run.work.owner_id,
            batch_id=ids.BatchId(run.work.subject_id),
            place=_place(run.work),
            written=written,
            begun=begun,
        )


async def rewrite_ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """The card comes back with its old text and the reason. A post that was deleted meanwhile has no card."""
    try:
        post = await post_of(tx.session, owner_id=work.owner_id, post_id=ids.PostId(work.subject_id))
    except NotFound:
        return
    await _show_card(tx, work, await card_of(tx.session, post=post, now=tx.now) | {"problem": error_row(error)})
    if work.payload["rewrite"] == RewriteKind.INSTRUCTION and error.error_code != writing.CANCELLED:
        await _tell_refusal(tx, work, error)


async def _tell_refusal(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """An answer to what the user wrote: the card with the reason may be far above."""
    place = _place(work)
    await send_notice(
        tx,
        owner_id=work.owner_id,
        chat_id=place.chat_id,
        subject_id=work.subject_id,
        notice="posts.not_rewritten",
        data={"post_id": str(work.subject_id), "error": error_row(error)},
        language=place.language,
        dedupe_key=f"not-rewritten:{work.id}",
    )


@job(posts.REWRITE, on_failure=rewrite_ended)
async def rewrite(run: Run) -> None:
    """Make the next version of a post and show it on its card."""
    post_id = ids.PostId(run.work.subject_id)
    async with run.deps.read() as session:
        post = await post_of(session, owner_id=run.work.owner_id, post_id=post_id)
        source_text = await _source_text(session, run.work.owner_id, post.batch_id)
        brand = await _brand(session, post)
    kind = RewriteKind(run.work.payload["rewrite"])
    signature = brand.signature if brand is not None and kind is not RewriteKind.INSTRUCTION else ""
    change = Change(
        platform=Platform(post.platform),
        draft=unsigned(Draft(post.text, post.title), signature),
        rewrite=Rewrite(kind, run.work.payload["argument"]),
        language=post.language,
        source_text=source_text,
        brand_voice=voice_text(brand) if brand is not None else "",
        manner=replace(manner_of(brand), signature=""),
    )
    draft, notes, usage = await _rewritten(
        run,
        change,
        Preview(
            run.bench.sender,
            run.work.payload["chat_id"],
            0,
            edit=lambda text: _show_begun(run, post_id, text),
            streams=False,
        ),
    )
    if kind is not RewriteKind.VOICEOVER and signature and signature in post.text:
        draft = signed(change.platform, draft, signature)
    async with run.finishing() as tx:
        changed = await posts.record_rewrite(
            tx,
            owner_id=run.work.owner_id,
            post_id=post_id,
            draft=draft,
            engine=run.deps.writer.engine,
            from_version=run.work.payload["version"],
        )
        card = await card_of(tx.session, post=changed, now=tx.now)
        shown = [{"code": note.code, "params": note.params} for note in notes]
        await _show_card(tx, run.work, card | {"notes": shown})
        await record_model_use(tx, owner_id=run.work.owner_id, subject_id=post_id, purpose="posts.rewrite", usage=usage)


async def _brand(session: ReadSession, post: Post) -> Brand | None:
    """The one that the post was written for, as long as its owner has access to it."""
    if post.brand_id is None:
        return None
    try:
        return await brand_for(session, owner_id=post.owner_id, brand_id=post.brand_id)
    except BrandNotFound:
        return None


async def _show_begun(run: Run, post_id: ids.PostId, text: str) -> None:
    """What there is of the new text, on the card. Nothing once somebody has stopped it."""
    async with run.deps.tx() as tx:
        if not await keep_claim(tx, run.work, spec=run.spec):
            return
        post = await post_of(tx.session, owner_id=run.work.owner_id, post_id=post_id)
        card = await card_of(tx.session, post=post, now=tx.now)
        begun = {"title": "", "text": text, "entities": [], "language": _place(run.work).language}
        await show_status(
            tx,
            owner_id=run.work.owner_id,
            subject_id=run.work.id,
            chat_id=_place(run.work).chat_id,
            notice="posts.rewriting",
            data=card | begun,
        )


async def _rewritten(run: Run, change: Change, preview: Preview) -> tuple[Draft, tuple[Note, ...], Usage]:
    draft, notes, usage = change.draft, tuple[Note, ...](), Usage(model=run.deps.writer.engine)
    async with aclosing(run.deps.writer.rewrite(change)) as pieces:
        async for piece in pieces:
            match piece:
                case Finished():
                    draft, notes = piece.draft, piece.notes
                case Usage():
                    usage = piece
                case Partial():
                    await preview.show(_preview_text(piece))
    return draft, notes, usage


async def _show_card(tx: Tx, work: ClaimedWork, card: dict[str, Any]) -> None:
    place = _place(work)
    await show_status(
        tx,
        owner_id=work.owner_id,
        subject_id=work.id,
        chat_id=place.chat_id,
        notice=CARD,
        data=card | {"language": place.language},
    )


async def pin_failed(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """Telegram couldn't be asked for too long. The post is out all the same."""
    await pinning.record_pinning(
        tx, owner_id=work.owner_id, post_id=ids.PostId(work.subject_id), outcome=Pinning.FAILED
    )


@job(pinning.PIN, on_failure=pin_failed)
async def pin(run: Run) -> None:
    """Pin what has just gone out, and tell how that went."""
    payload = run.work.payload
    failure = await run.bench.sender.pin(payload["chat_id"], payload["message_id"], silent=payload["silent"])
    match failure:
        case None:
            outcome = Pinning.DONE
        case Refused(reason=Refusal.NO_RIGHTS):
            outcome = Pinning.NO_RIGHTS
        case Refused():
            outcome = Pinning.FAILED
        case SafeToRetry(after_s=after_s):
            raise ProviderError("telegram.not_pinned", provider="telegram", retryable=True, retry_after_s=after_s)
        case _:
            raise ProviderError("telegram.not_pinned", provider="telegram", retryable=True)
    async with run.finishing() as tx:
        await pinning.record_pinning(
            tx, owner_id=run.work.owner_id, post_id=ids.PostId(run.work.subject_id), outcome=outcome
        )


async def _source_text(session: ReadSession, owner_id: ids.UserId, batch_id: ids.BatchId | None) -> str:
    if batch_id is None:
        return ""
    batch = await batch_of(session, owner_id=owner_id, batch_id=batch_id)
    return (await source_of(session, owner_id=owner_id, source_id=batch.source_id, also_deleted=True)).text


def _place(work: ClaimedWork) -> Place:
    payload = work.payload
    return Place(TelegramId(payload["chat_id"]), TelegramId(payload["message_id"]), payload["language"])


def _preview(run: Run, edit: Edit) -> Preview:
    draft_id = UUID(str(run.work.id)).int % 2_147_483_647 or 1
    return Preview(run.bench.sender, run.work.payload["chat_id"], draft_id, edit)


def _preview_text(partial: Partial) -> str:
    return f"{partial.title}\n\n{partial.text}" if partial.title else partial.text
