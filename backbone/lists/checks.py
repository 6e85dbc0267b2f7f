"""Loading a mapping, and what must hold between its fields. Every fault is answered with file, line and remedy.

Not here: the shape of a mapping (`mapping`), reading lists.
"""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from backbone.lists.cells import key
from backbone.lists.mapping import Mapping, Report, Table, TextSource
from backbone.lists.moments import faulty_format
from backbone.lists.values import NUMBERS, SLUG, SLUGS, WORDS, slug, sources
from backbone.protocols.reading import DefinitionError, Document, Fault, Location, parse, read


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises DefinitionError with every fault that it has."""
    document = read(path)
    if not isinstance(document, Document):
        raise DefinitionError([document])
    mapping = parse(Mapping, document)
    if isinstance(mapping, list):
        raise DefinitionError(mapping)
    if problems := [document.problem(fault) for fault in dict.fromkeys(faults(mapping))]:
        raise DefinitionError(problems)
    return mapping


def columns(mapping: Mapping) -> list[str]:
    """Every column that the mapping reads, each once, in the order of the file."""
    return list(dict.fromkeys(column for column, _ in _used(mapping)))


def faults(mapping: Mapping) -> Iterator[Fault]:
    """Everything that does not hold between the fields of a mapping."""
    yield from _sources(mapping)
    for name, table in mapping.tables.items():
        yield from _twice(("tables", name), table)
    yield from _formats(mapping)
    yield from _columns(mapping)
    yield from _required(mapping)
    if mapping.report.occurred is None:
        for subject, parts in mapping.sealed.items():
            if parts.exact_time:
                at = ("sealed", subject, "exact_time")
                yield Fault(at, "there is no moment to seal", "`report.occurred`", "map `occurred`, or drop this line")


def _sources(mapping: Mapping) -> Iterator[Fault]:
    for field, at, source in sources(mapping.report):
        table = source.values
        if source.table is not None:
            table = mapping.tables.get(source.table)
            if table is None:
                yield Fault(
                    (*at, "table"),
                    f"there is no table `{source.table}`",
                    f"one of {', '.join(mapping.tables) or 'none: `tables:` is empty'}",
                    "add it under `tables:`, or correct the name",
                )
        if source.values is not None:
            yield from _twice((*at, "values"), source.values)
        given = [((*at, name), getattr(source, name)) for name in ("constant", "otherwise", "missing")]
        there: Location = (*at, "values") if source.table is None else ("tables", source.table)
        given += [((*there, cell), word) for cell, words in (table or {}).items() for word in words]
        yield from (fault for place, word in given if word is not None for fault in _word(field, place, word))
        if field in SLUGS and source.column and not (table or source.one_of):
            yield Fault(
                at,
                f"`{field}` takes over whatever the column holds",
                "`one_of:` or `values:` with the names that may occur; this field is readable on the ledger",
                "list the names",
            )
        for word in source.one_of:
            meant = slug(word)
            yield from _word(field, (*at, "one_of"), meant)


def _word(field: str, at: Location, word: str) -> Iterator[Fault]:
    if field in SLUGS:
        if not SLUG.fullmatch(word):
            yield Fault(
                at, f"{word!r} is no name for `{field}`", "small letters, digits, hyphens", f"write {slug(word)!r}"
            )
    elif field in NUMBERS:
        if not word.isdecimal():
            yield Fault(at, f"{word!r} is no number", "a whole number", "correct the word")
    elif word not in WORDS[field]:
        close = difflib.get_close_matches(word, WORDS[field], 1)
        plain = [name for name in WORDS[field] if "/" not in name]
        remedy = f"did you mean `{close[0]}`?" if close else "use one of these words"
        yield Fault(at, f"{word!r} is no word for `{field}`", f"one of {', '.join(plain)}", remedy)


def _twice(at: Location, table: Table) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for cell in table:
        if (before := first.setdefault(key(cell), cell)) != cell:
            what = f"{cell!r} and {before!r} are the same cell: case and spaces make no difference"
            yield Fault((*at, cell), what, "each value once", "drop one")


def _formats(mapping: Mapping) -> Iterator[Fault]:
    for name, forms, also in (("dates", mapping.dates, "`iso`, `excel`"), ("times", mapping.times, "`iso`, `hmm`")):
        for index, form in enumerate(forms):
            wrong = faulty_format(form)
            if wrong or f"`{form}`" in {"dates": "`hmm`", "times": "`excel`"}[name]:
                what = f"the format {form!r} {wrong or f'is none for {name}'}"
                yield Fault(
                    (name, index), what, f"a strptime pattern such as %d-%m-%Y or %H:%M, or {also}", "correct it"
                )


def _columns(mapping: Mapping) -> Iterator[Fault]:
    used = {key(column) for column, _ in _used(mapping)}
    sealed = {key(column) for column, at in _used(mapping) if at[0] == "sealed"}
    for index, column in enumerate(mapping.not_personal):
        if key(column) in sealed:
            yield Fault(
                ("not_personal", index),
                f"the column {column!r} is sealed below, so it is personal",
                "columns whose cells anybody may read",
                "drop it here, or take it out of `sealed`",
            )
    for index, column in enumerate(mapping.unused):
        if key(column) in used:
            what = f"the column {column!r} is in use"
            yield Fault(("unused", index), what, "columns that the mapping does not read", "drop it here")


def _required(mapping: Mapping) -> Iterator[Fault]:
    for index, name in enumerate(mapping.required):
        if name not in Report.model_fields:
            close = difflib.get_close_matches(name, Report.model_fields, 1)
            remedy = f"did you mean `{close[0]}`?" if close else "correct the name"
            yield Fault(
                ("required", index), f"`{name}` is no field of `report`", ", ".join(Report.model_fields), remedy
            )
        elif not getattr(mapping.report, name):
            what = f"`{name}` is required but not mapped"
            yield Fault(("required", index), what, f"`report.{name}`", "map it, or drop it here")


def _used(mapping: Mapping) -> Iterable[tuple[str, Location]]:
    yield from ((column, ("identity",)) for column in mapping.identity.columns)
    yield from ((skip.column, ("skip",)) for skip in mapping.skip)
    for name, moment in (("reported_at", mapping.report.reported_at), ("occurred", mapping.report.occurred)):
        if moment is not None:
            several = (moment.date, moment.time, getattr(moment, "last_date", None))
            yield from ((column, ("report", name)) for column in several if column)
    yield from ((source.column, at) for _, at, source in sources(mapping.report) if source.column)
    for subject, parts in mapping.sealed.items():
        yield from ((column, ("sealed", subject)) for part in texts(parts) for column in part.all_columns)


def texts(parts: object) -> Iterator[TextSource]:
    """Every text that is sealed for one person."""
    for name in type(parts).model_fields:  # type: ignore[attr-defined]
        value = getattr(parts, name)
        for text in value.values() if isinstance(value, dict) else (value,):
            if isinstance(text, TextSource):
                yield text
