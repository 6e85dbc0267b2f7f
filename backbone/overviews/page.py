"""An overview as one HTML page: nothing is loaded from anywhere, a table beside every chart, readable on a telephone and on paper."""

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from backbone.overviews.chart import Bar, bars
from backbone.overviews.paper import Line, Paper, Sheet, row_name, word_name
from backbone.overviews.sheets import said
from backbone.overviews.shown import ALL
from backbone.overviews.tables import INCIDENTS
from backbone.overviews.words import SAID
from backbone.page_head import head
from schakel.her_words import LANGUAGES


def as_html(paper: Paper, more: Sequence[tuple[str, Sequence[str]]] = ()) -> str:
    """The page. more: further sections, each a title and lines of text, such as a register of measures."""
    words = {name: texts[LANGUAGES.index(paper.language)] for name, texts in SAID.items()}
    style = (files("backbone.overviews") / "page.css").read_text(encoding="utf-8")
    parts = [
        head(paper.language, paper.title, style),
        f"<main><h1>{escape(paper.title)}</h1><p>{escape(paper.about)}</p>",
        f'<section class="box"><h2>{escape(words["read_first"])}</h2>',
        *(f"<p>{escape(note)}</p>" for note in paper.notes),
        *([f"<p>{escape(paper.longer)}</p>"] if paper.longer else []),
        "</section>",
    ]
    if paper.occasions:
        parts.append(f"<section><h2>{escape(words['occasions'])}</h2><p>{escape(words['occasions_about'])}</p>")
        parts += [*_list(paper.occasions), "</section>"]
    for sheet in paper.sheets:
        parts += _section(sheet, paper, words)
    if paper.hot_definition:
        hot = f"<h2>{escape(words['hot_title'])}</h2>{_under(words)}<p>{escape(paper.hot_definition)}</p>"
        parts += [f"<section>{hot}", *_list(paper.hot or (words["hot_none"],)), "</section>"]
    for title, lines in more:
        parts.append(f"<section><h2>{escape(title)}</h2>")
        parts += [*_list(lines), "</section>"]
    parts.append(
        f'<p class="small">{escape(words["mark"])}: <code>{escape(paper.digest)}</code></p></main></body></html>'
    )
    return "".join(parts) + "\n"


def _list(lines: Sequence[str]) -> Iterator[str]:
    yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _under(words: dict[str, str]) -> str:
    return f'<p class="under">{escape(words["under_short"])}</p>'


def _section(sheet: Sheet, paper: Paper, words: dict[str, str]) -> Iterator[str]:
    """A table of the house: what was counted, the chart of the whole, the numbers, and of each district its own."""
    yield f'<section id="{sheet.id}"><h2>{escape(sheet.title)}</h2>{_under(words)}'
    yield f"<p><b>{escape(words['definition'])}.</b> {escape(sheet.definition)}</p>"
    incidents = sheet.id == INCIDENTS.id
    charted = (
        [line for line in sheet.lines if line.row != ALL]
        if incidents
        else [line for line in sheet.lines if line.row == ALL]
    )
    whole = [line for line in sheet.lines if line.row == ALL and not incidents]
    made = [_bar(line, sheet, paper) for line in charted if line.cell.count or line.cell.least]
    if made:
        title = sheet.title if incidents else f"{sheet.title}, {row_name(ALL, paper.language)}"
        yield bars(title, words["chart"].format(title=title), made, f"c-{sheet.id}")
    elif not any(line.cell.count is not None for line in sheet.lines):
        yield f"<p>{escape(words['nothing'])}</p>"
    if incidents:
        yield _numbers(sheet.lines, sheet, paper, words, by_row=True)
    else:
        yield _numbers(whole, sheet, paper, words, by_row=False) if whole else ""
        rest = [line for line in sheet.lines if line.row != ALL]
        if sheet.by_row:
            yield f"<h3>{escape(words['districts'])}</h3>"
            yield _numbers(rest, sheet, paper, words, by_row=True) if rest else ""
    yield "</section>"


def _bar(line: Line, sheet: Sheet, paper: Paper) -> Bar:
    name = line.row if sheet.id == INCIDENTS.id else line.word
    shown = row_name(name, paper.language) if sheet.id == INCIDENTS.id else word_name(sheet.id, name, paper.language)
    value = line.cell.count or line.cell.least or 0
    return Bar(shown, value, str(said(line.cell, paper)), line.cell.count is None)


def _numbers(lines: Sequence[Line], sheet: Sheet, paper: Paper, words: dict[str, str], *, by_row: bool) -> str:
    where = f'<th scope="col">{escape(words["where"])}</th>' if by_row else ""
    what = "" if sheet.id == INCIDENTS.id else f'<th scope="col">{escape(words["what"])}</th>'
    heads = f'<tr>{where}{what}<th scope="col" class="n">{escape(words["count"])}</th></tr>'
    body = []
    for line in lines:
        cells = [row_name(line.row, paper.language)] if by_row else []
        if what:
            cells.append(word_name(sheet.id, line.word, paper.language))
        first, *others = cells
        shown = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        body.append(
            f'<tr><th scope="row">{escape(first)}</th>{shown}<td class="n">{escape(str(said(line.cell, paper)))}</td></tr>'
        )
    caption = sheet.title if not by_row or sheet.id == INCIDENTS.id else f"{sheet.title}, {words['districts'].lower()}"
    return f"<table><caption>{escape(caption)}</caption><thead>{heads}</thead><tbody>{''.join(body)}</tbody></table>"
