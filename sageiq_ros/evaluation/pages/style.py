# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the style sheet of research reports adds to that of all reports."""

from __future__ import annotations

from sageiq_ros.evaluation.report_style import STYLE

PAGE_STYLE = (
    STYLE
    + """
:root { color-scheme: light dark; --gain: #1f7a45;
  --series1: #35618f; --series2: #d2691e; --series3: #3f8a6e; --series4: #9a4f96;
  --series5: #a88300; --series6: #3d9cc4; --series7: #b23a48; --series8: #666c77;
  --series9: #d98ba8; --series10: #7d9a2c; --series11: #7a4f36; --series12: #5d55b5; }
@media (prefers-color-scheme: dark) {
  :root { --gain: #79cf9d;
    --series1: #79a5d3; --series2: #ee8f4b; --series3: #7cc0aa; --series4: #cf8fcb;
    --series5: #dcb53a; --series6: #6fc3e6; --series7: #ec7a86; --series8: #a7adb8;
    --series9: #f2b5cb; --series10: #b4cf62; --series11: #c09070; --series12: #a29be8; }
}
html { scroll-padding-top: 18px; }
main { max-width: 1240px; counter-reset: section; }
h1, h2, h3, .lead, section > p { overflow-wrap: anywhere; }
h1 { font-size: clamp(28px, 4.2vw, 42px); max-width: 30ch; text-wrap: balance; }
.lead { font-size: 18px; max-width: 68ch; margin-top: 14px; }
h2 { font-size: 25px; line-height: 1.25; margin: 84px 0 10px; max-width: 40ch;
  text-wrap: balance; }
h2::before { counter-increment: section; content: counter(section); color: var(--soft);
  font-weight: 400; margin-right: .6em; }
h3 { font-size: 15.5px; line-height: 1.35; margin: 0; color: var(--ink); }
section > p { margin: 10px 0; }
.figures { background: var(--card);
  grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); }
.figures div { box-shadow: 0 0 0 1px var(--line); overflow-wrap: anywhere; }
.figures span { display: block; line-height: 1.4; margin-top: 3px; }
.contents { margin: 34px 0 0; font-size: 15px; }
.contents ol { columns: 2 300px; column-gap: 48px; margin: 0; padding: 0; list-style: none;
  counter-reset: entry; }
.contents li { break-inside: avoid; padding: 5px 0 5px 30px; position: relative;
  counter-increment: entry; overflow-wrap: anywhere; line-height: 1.4; }
.contents li::before { content: counter(entry); position: absolute; left: 0;
  color: var(--soft); }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--series1);
  outline-offset: 3px; border-radius: 4px; }
.blocks { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px;
  margin-top: 22px; }
.blocks > figure { grid-column: 1 / -1; margin: 0; padding: 20px 22px; min-width: 0;
  display: flex; flex-direction: column; }
.blocks > .half { grid-column: auto; }
.blocks > .half:only-child { grid-column: 1 / -1; }
figcaption { margin-bottom: 14px; overflow-wrap: anywhere; }
figcaption .note { margin: 3px 0 0; font-size: 13.5px; line-height: 1.45; }
.scroll { overflow-x: auto; position: relative; background:
  linear-gradient(to left, var(--card) 40%, transparent) right / 44px 100% local no-repeat,
  linear-gradient(to left, color-mix(in srgb, var(--ink) 16%, transparent), transparent)
  right / 12px 100% scroll no-repeat; }
.scroll > svg { margin: 0 auto; }
svg.small { min-width: 320px; max-width: 560px; }
svg.wide { min-width: 860px; }
svg .number { font-size: 10.5px; fill: var(--ink); }
svg .halo { font-size: 11px; paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
details { margin-top: auto; padding-top: 12px; font-size: 13px; color: var(--soft); }
summary { cursor: pointer; width: max-content; }
details .scroll { margin-top: 10px; color: var(--ink); }
thead th { vertical-align: bottom; line-height: 1.3; padding-bottom: 8px; }
thead td { border: 0; }
tbody th { border-top: 1px solid var(--line); padding-top: 7px; padding-bottom: 7px; }
th.group { text-align: center; color: var(--ink); padding-bottom: 6px; }
th.group span { display: block; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
.numbers :is(th, td) { padding-left: 16px; }
.numbers tbody :is(th, td) { font-size: 14.5px; font-weight: 400; color: var(--ink);
  white-space: nowrap; vertical-align: top; }
.numbers .word { text-align: left; min-width: 8em; }
.numbers tbody .word { white-space: normal; }
.numbers td.word { min-width: 13em; }
.numbers :is(th, td):first-child { position: sticky; left: 0; background: var(--card);
  padding-left: 0; padding-right: 6px; }
.numbers small, .gallery small { display: block; font-size: 11px; line-height: 1.3;
  color: var(--soft); font-weight: 400; }
.numbers tbody tr:hover > * { background: color-mix(in srgb, var(--ink) 4%, var(--card)); }
.numbers tbody tr.paper > * { color: var(--soft); font-style: italic; padding-top: 4px;
  padding-bottom: 4px; }
.numbers tbody tr.strong > * { font-weight: 650; }
.numbers tbody .gain, .numbers tbody tr.paper .gain { color: var(--gain); font-weight: 650; }
.dense :is(th, td) { padding-left: 7px; }
.numbers.dense tbody :is(th, td) { font-size: 13px; }
.dense small { font-size: 10px; letter-spacing: -.02em; }
.dense .word, .numbers.dense td.word { min-width: 6em; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.gallery th { text-align: left; vertical-align: middle; padding: 5px 0; width: 130px;
  min-width: 88px; line-height: 1.3; }
.gallery td { text-align: center; padding: 5px 0 5px 10px; min-width: 220px; }
.gallery tr:not(.texts) > * { border-top: 0; }
.gallery img { display: block; width: 100%; border-radius: 5px; background: var(--line); }
.provenance { padding: 20px 22px; }
@media screen and (max-width: 900px) { .blocks > .half { grid-column: 1 / -1; } }
@media screen and (max-width: 760px) {
  h2 { margin-top: 60px; font-size: 22px; }
  .lead { font-size: 16.5px; }
  main { padding: 32px 12px 56px; }
  .blocks > figure, .provenance { padding: 16px 12px; }
  .numbers .word { min-width: 7em; }
  .gallery th { width: auto; min-width: 74px; }
  .numbers :is(th, td):first-child { max-width: 38vw; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin: 0 0 10px; }
}
@page { size: landscape; margin: 11mm; }
@media print {
  main { padding: 0; max-width: none; }
  .contents, details { display: none; }
  h2, h2 ~ p:last-of-type, figcaption { break-after: avoid; }
  h2 { margin-top: 40px; }
  .blocks > figure { padding: 12px; }
  .blocks > :has(> .scroll > table) { break-inside: auto; display: block; }
  p, figcaption, tr { break-inside: avoid; }
  .scroll { overflow: visible; background: none; }
  .gallery td { min-width: 0; }
  .numbers :is(th, td):first-child { position: static; }
  .numbers.dense :is(th, td) { font-size: 11px; }
  .numbers.dense tbody :is(th, td) { font-size: 11px; padding-top: 4px; padding-bottom: 4px; }
  .dense :is(th, td) { padding-left: 5px; }
  .dense small { font-size: 8.5px; }
}
"""
)
