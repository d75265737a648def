"""Critiques as they are stored and shown: plain data."""

from dataclasses import asdict

from core.db import Json
from core.providers.critique import GOOD, POOR, Critique, Found, Judged, Part, Sign


def critique_to_json(critique: Critique) -> Json:
    return asdict(critique)


def critique_of(stored: Json) -> Critique:
    return Critique(
        judged=tuple(_judged(each) for each in stored["judged"]),
        outline=tuple(stored["outline"]),
        suggestions=tuple(stored["suggestions"]),
        rewrite=stored["rewrite"],
        opening_only=stored["opening_only"],
        figures=tuple(stored["figures"]),
    )


def counted(critique: Critique) -> tuple[int, int]:
    """Of what the offline engine can tell, how much is good."""
    signs = [found.sign for judged in critique.judged for found in judged.found]
    good = sum(sign in GOOD for sign in signs)
    return good, good + sum(sign in POOR for sign in signs)


def _judged(stored: Json) -> Judged:
    found = tuple(Found(Sign(each["sign"]), each["params"]) for each in stored["found"])
    return Judged(Part(stored["part"]), stored["score"], stored["reason"], stored["quote"], found)
