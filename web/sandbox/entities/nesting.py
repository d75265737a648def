"""Making entities nest: cutting, merging and dropping, so that no two of them cross."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from web.sandbox.entities.model import LITERAL, QUOTES, SPLITTABLE, Entity, in_order


def nested(entities: Iterable[Entity], found: Iterable[Entity] = ()) -> list[Entity]:
    """Entities that nest, in order. `found` ones (links, mentions in plain text) give way to those asked for."""
    styles, quotes, solid = _sorted_out(entities)
    quotes = _without_crossing(quotes)
    solid = _inside_quotes(_without_crossing(solid), quotes)
    solid = _beside(solid, _inside_quotes(list(found), quotes))
    firm = in_order([*solid, *quotes])
    return in_order([*firm, *_cut(styles, firm)])


def _sorted_out(entities: Iterable[Entity]) -> tuple[list[Entity], list[Entity], list[Entity]]:
    styles: list[Entity] = []
    quotes: list[Entity] = []
    solid: list[Entity] = []
    for entity in in_order([entity for entity in entities if entity.length > 0]):
        kind = styles if entity.type in SPLITTABLE else quotes if entity.type in QUOTES else solid
        kind.append(entity)
    return styles, quotes, solid


def _without_crossing(entities: list[Entity]) -> list[Entity]:
    """The first of each group that touches the same text."""
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _inside_quotes(entities: list[Entity], quotes: list[Entity]) -> list[Entity]:
    """Those that lie wholly inside or wholly outside of every quote."""
    return [entity for entity in entities if not any(_crosses(entity, quote) for quote in quotes)]


def _crosses(entity: Entity, quote: Entity) -> bool:
    apart = entity.end <= quote.offset or quote.end <= entity.offset
    inside = quote.offset <= entity.offset and entity.end <= quote.end
    return not apart and not inside


def _beside(solid: list[Entity], found: list[Entity]) -> list[Entity]:
    free = [new for new in found if all(new.end <= old.offset or old.end <= new.offset for old in solid)]
    return in_order([*solid, *free])


def _cut(styles: list[Entity], firm: list[Entity]) -> Iterator[Entity]:
    """Styles merged per type, and cut where a firm entity begins or ends, or another style begins."""
    runs = [run for style in SPLITTABLE for run in _merged(style, styles)]
    cuts = {run.offset for run in runs} | {edge for entity in firm for edge in (entity.offset, entity.end)}
    literal = [entity for entity in firm if entity.type in LITERAL]
    for run in runs:
        edges = [run.offset, *sorted(cut for cut in cuts if run.offset < cut < run.end), run.end]
        for start, end in pairwise(edges):
            if not any(entity.offset <= start and end <= entity.end for entity in literal):
                yield run.between(start, end)


def _merged(style: str, styles: list[Entity]) -> list[Entity]:
    """Runs of one style; overlapping and touching ones are one."""
    runs: list[Entity] = []
    for entity in styles:
        if entity.type != style:
            continue
        if runs and entity.offset <= runs[-1].end:
            runs[-1] = runs[-1].between(runs[-1].offset, max(runs[-1].end, entity.end))
        else:
            runs.append(Entity(style, entity.offset, entity.length))
    return runs
