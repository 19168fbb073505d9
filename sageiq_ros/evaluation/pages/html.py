# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A report as one HTML page that needs nothing beside it, and no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sageiq_ros.evaluation.pages.blocks import Block, Gallery, Report, Section, Table
from sageiq_ros.evaluation.pages.charts import drawing, values
from sageiq_ros.evaluation.pages.draw import SMALL, chart_width
from sageiq_ros.evaluation.pages.html_tables import gallery_html, table_html
from sageiq_ros.evaluation.pages.style import PAGE_STYLE
from sageiq_ros.evaluation.pages.text import escape, in_words, slug

MADE = 'How this was made'


def page(report: Report) -> str:
    """Lay a report out for a browser: contents, headline figures, sections, provenance.

    Colours follow the reader's preference for light or dark. Raises ValueError where a block's
    parts do not fit each other, such as a row with more cells than its table has heads.
    """
    title, lead = escape(report.title), escape(report.lead)
    taken: set[str] = set()
    links = [_link(section.title, taken) for section in report.sections]
    sections = ''.join(
        _section(section, link, taken)
        for section, link in zip(report.sections, links, strict=True)
    )
    titles = [section.title for section in report.sections]
    made = ''
    if report.provenance:
        made = _link(MADE, taken)
        links, titles = [*links, made], [*titles, MADE]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><style>{PAGE_STYLE}</style></head><body><main>'
        f'<header><h1>{title}</h1><p class="lead">{lead}</p></header>'
        f'{_figures(report.figures)}{_contents(titles, links)}{sections}'
        f'{_provenance(report.provenance, made)}</main></body></html>\n'
    )


def _link(title: str, taken: set[str]) -> str:
    name = slug(title, taken)
    taken.add(name)
    return name


def _figures(figures: Sequence[tuple[str, str]]) -> str:
    tiles = ''.join(
        f'<div><b>{escape(in_words(value))}</b><span>{escape(name)}</span></div>'
        for value, name in figures
    )
    return f'<div class="figures">{tiles}</div>' if tiles else ''


def _contents(titles: Sequence[str], links: Sequence[str]) -> str:
    entries = ''.join(
        f'<li><a href="#{link}">{escape(title)}</a></li>'
        for title, link in zip(titles, links, strict=True)
    )
    return (
        f'<nav class="contents" aria-label="Contents"><ol>{entries}</ol></nav>' if entries else ''
    )


def _section(section: Section, link: str, taken: set[str]) -> str:
    text = ''.join(f'<p>{escape(paragraph)}</p>' for paragraph in section.text)
    blocks = ''.join(
        f'<div class="blocks">{"".join(_figure(block, taken) for block in run)}</div>'
        for run in _runs(section.blocks)
    )
    return f'<section id="{link}"><h2>{escape(section.title)}</h2>{text}{blocks}</section>'


def _runs(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Split blocks where a small chart follows a wide block, or the other way round."""
    run: list[Block] = []
    for block in blocks:
        if run and _is_half(block) != _is_half(run[-1]):
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _is_half(block: Block) -> bool:
    return not isinstance(block, Table | Gallery) and chart_width(block) == SMALL


def _figure(block: Block, taken: set[str]) -> str:
    note = f'<p class="note">{escape(block.note)}</p>' if block.note else ''
    match block:
        case Table():
            content = _scroll(table_html(block), block.name)
        case Gallery():
            content = _scroll(gallery_html(block), block.name)
        case _:
            content = (
                f'{_scroll(drawing(block), block.name)}<details><summary>Values</summary>'
                f'{_scroll(table_html(values(block)), block.name)}</details>'
            )
    half = ' half' if _is_half(block) else ''
    return (
        f'<figure class="card{half}" id="{_link(block.name, taken)}"><figcaption>'
        f'<h3>{escape(block.name)}</h3>{note}</figcaption>{content}</figure>'
    )


def _scroll(content: str, name: str) -> str:
    """Let content that is wider than its card scroll, by keys, too."""
    label = escape(name)
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{label}">{content}</div>'


def _provenance(provenance: Mapping[str, str], link: str) -> str:
    entries = ''.join(
        f'<dt>{escape(name)}</dt><dd>'
        f'{f"<code>{escape(value)}</code>" if name == "command" else escape(value)}</dd>'
        for name, value in provenance.items()
    )
    return (
        f'<section id="{link}"><h2>{MADE}</h2><div class="card provenance"><dl>{entries}</dl>'
        '</div></section>'
        if entries
        else ''
    )
