"""What somebody sees who opens a made-up video or creator: one plain page, labelled as sample data."""

from html import escape

from web.sandbox.discovery.made_up import Creator, MadeUp, Video
from web.sandbox.discovery.shapes import Look

_HOSTS = {"tiktok.com": "tiktok", "instagram.com": "instagram", "youtube.com": "youtube", "youtu.be": "youtube"}
_SHOWN = 12
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>body{{font:16px system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}}
img{{max-width:12rem;border-radius:.5rem}} .label{{background:#fc3;padding:.5rem;border-radius:.5rem}}</style></head>
<body><p class="label">Sample data: the local sandbox made this up. It isn't on {network}.</p>{body}</body></html>"""


def sample_page(made_up: MadeUp, look: Look, address: str, watched: str) -> str:
    """For an address as it would be on its network, without https://. Empty when there is nothing."""
    host, _, path = address.partition("/")
    network = _HOSTS.get(host.removeprefix("www."), "")
    parts = [part for part in path.split("/") if part]
    video = made_up.video(network, watched or (parts[-1] if parts else ""), look.now) if network else None
    if video is not None:
        return _page(video.caption, network, _of_video(video, look))
    creator = made_up.creator(network, *parts) if network else None
    return _page(creator.name, network, _of_creator(creator, look)) if creator else ""


def _page(title: str, network: str, body: str) -> str:
    return _PAGE.format(title=escape(title), network=network.capitalize(), body=body)


def _of_video(video: Video, look: Look) -> str:
    now = look.now
    numbers = f"{video.views(now):,} views · {video.likes(now):,} likes · {video.comments(now):,} comments"
    script = "".join(f"<p>{escape(line)}</p>" for line in video.script)
    return (
        f'<h1>{escape(video.caption)}</h1><img src="{escape(look.thumbnail(video))}" alt="">'
        f"<p>{_named(video.creator)} · {numbers}</p>{script}"
    )


def _of_creator(creator: Creator, look: Look) -> str:
    newest = [video for video, _ in zip(creator.videos(look.now), range(_SHOWN), strict=False)]
    rows = "".join(f"<li>{escape(video.caption)}: {video.views(look.now):,} views</li>" for video in newest)
    return (
        f'<h1>{escape(creator.name)}</h1><img src="{escape(look.avatar(creator))}" alt="">'
        f"<p>{_named(creator)} · {creator.followers(look.now):,} followers</p>"
        f"<p>{escape(creator.about)}</p><ul>{rows}</ul>"
    )


def _named(creator: Creator) -> str:
    return escape(f"{creator.name} (@{creator.handle})")
