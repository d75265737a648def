"""A script as a text to read. Pure."""

from core.podcasts.script import Script


def transcript_text(script: Script, title: str = "") -> str:
    """Plain text: the title, then each section with who says what."""
    names = {"host": script.host or "Host", "guest": script.guest or "Guest"}
    blocks = [title or script.title]
    for section in script.sections:
        blocks.append(section.title.upper())
        blocks += [f"{names[line.speaker]}: {line.text}" for line in section.lines]
    return "\n\n".join(block for block in blocks if block) + "\n"
