"""Translating without touching a `.po` file: `python -m tests.texts`. docs/TRANSLATING.md says how."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import typer

from tests.texts.catalogues import TRANSLATED, changing, examples_of, forms_of, stored
from tests.texts.checking import problems
from tests.texts.extracting import Message, messages

app = typer.Typer(add_completion=False, no_args_is_help=True)
Language = Annotated[str, typer.Argument(help=" ".join(TRANSLATED))]
NEXT_FORM: Final = "|||"
KEY_LENGTH: Final = 8


@app.command()
def missing(language: Language, under: Annotated[str, typer.Argument(help="only files that begin so")] = "") -> None:
    """Print what isn't translated yet: a key and the English text a line, in the order of the files."""
    if forms_of(language) > 1:
        typer.echo(f"# Where there is {NEXT_FORM}, write {forms_of(language)} forms, for the numbers:")
        typer.echo(f"#   {f' {NEXT_FORM} '.join(map(str, examples_of(language)))}")
    wanted = (text for text in _missing(language) if any(file.startswith(under) for file in text.files))
    for file, texts in groupby(wanted, key=lambda text: min(text.files)):
        typer.echo(f"\n# {file}")
        for text in texts:
            typer.echo(_line(text))


@app.command()
def take(language: Language, files: list[Path]) -> None:
    """Check translations and store those that are right. Each line: a key as `missing` prints it, and the text."""
    texts, refused, taken = messages(), 0, 0
    keys = {_key(msgid): text for msgid, text in texts.items()}
    with changing(language, texts) as translations:
        for key, said in _lines(files):
            forms = _forms(keys.get(key), said, language)
            found = problems(keys[key], forms, language) if key in keys else ["no source says this text (any more)"]
            if found:
                refused += 1
                typer.echo(f"REFUSED {key} {said}\n    {'; '.join(found)}")
            else:
                taken += 1
                translations[keys[key].msgid] = forms
    typer.echo(f"{taken} taken, {refused} refused, {len(_missing(language))} missing")
    if refused:
        raise typer.Exit(1)


@app.command()
def status() -> None:
    """How far each language is."""
    texts = messages()
    for language in TRANSLATED:
        stale = len(stored(language).keys() - texts.keys())
        typer.echo(f"{language}: {len(_missing(language))} of {len(texts)} missing, {stale} not in use any more")


@app.command()
def tidy() -> None:
    """Drop translations of texts that are in no source any more."""
    texts = messages()
    for language in TRANSLATED:
        with changing(language, texts) as translations:
            for msgid in translations.keys() - texts.keys():
                del translations[msgid]


def _missing(language: str) -> list[Message]:
    """Not translated, or no longer rightly so: the text counts something now, or has got a limit."""
    known = stored(language)
    return [
        text for text in messages().values() if text.msgid not in known or problems(text, known[text.msgid], language)
    ]


def _line(text: Message) -> str:
    """As it is shown and handed in: line breaks as `\\n`."""
    shown = text.msgid if text.plural is None else f"{text.msgid} {NEXT_FORM} {text.plural}"
    limit = f"#   at most {text.limit} characters:\n" if text.limit is not None and len(shown) * 2 > text.limit else ""
    return f"{limit}{_key(text.msgid)} " + shown.replace("\n", "\\n")


def _lines(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for line in (line for file in files for line in file.read_text(encoding="utf-8").split("\n")):
        key, _, said = line.partition(" ")
        if len(key) == KEY_LENGTH:
            yield key, said.replace("\\n", "\n")


def _forms(text: Message | None, said: str, language: str) -> tuple[str, ...]:
    """A single form given for several stands for all of them."""
    if text is None or text.plural is None:
        return (said,)
    forms = tuple(form.strip() for form in said.split(NEXT_FORM))
    return forms * forms_of(language) if len(forms) == 1 else forms


def _key(msgid: str) -> str:
    return sha256(msgid.encode()).hexdigest()[:KEY_LENGTH]


if __name__ == "__main__":
    app()
