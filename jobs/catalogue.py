"""All jobs. A worker imports this at its start, so that a target which doesn't exist fails there and not at night."""

from core.queue import JobSpec
from jobs import (
    analyses,
    brands,
    deliveries,
    digests,
    emails,
    images,
    imports,
    numbers,
    plans,
    podcasts,
    posts,
    publishing,
    publishing_copies,
    publishing_reports,
    questions,
    scripts,
    sources,
    spoken,
    statuses,
    stripe,
    videos,
    viral,
    voiceovers,
)
from jobs.runtime import PlainJob, WorkJob

WORK_JOBS: tuple[WorkJob, ...] = (
    posts.write,
    posts.rewrite,
    posts.pin,
    imports.look_at_media,
    podcasts.write_script,
    podcasts.rewrite_section,
    podcasts.rewrite_line,
    podcasts.render,
    questions.answer_question,
    viral.look_up,
    analyses.analyze,
    scripts.analyse,
    scripts.write,
    brands.learn,
    emails.send,
    publishing.publish,
    publishing_copies.prepare,
    publishing_copies.prepare_ahead,
    publishing_reports.make_report,
    videos.check_video,
    sources.read_words,
    spoken.hear_instruction,
    plans.fit,
    voiceovers.make,
    images.make,
)
"""Those over a row of `jobs`."""
PLAIN_JOBS: tuple[PlainJob, ...] = (
    deliveries.send,
    statuses.show_status,
    digests.refresh,
    numbers.read_numbers,
    stripe.catch_up,
    images.withdraw,
)
JOBS: tuple[WorkJob | PlainJob, ...] = (*WORK_JOBS, *PLAIN_JOBS)


def work_specs() -> dict[str, JobSpec]:
    """Target -> spec of what the sweeper may enqueue again."""
    return {job.spec.target: job.spec for job in WORK_JOBS}
