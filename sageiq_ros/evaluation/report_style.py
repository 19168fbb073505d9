# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The style sheet of reports, inline so that a report is one file."""

STYLE = """
:root {
  --paper: #fbfaf7; --card: #ffffff; --ink: #1c1f24; --soft: #5f6672; --line: #e3e0d8;
  --good: #2f7fb8; --degraded: #b98a00; --poor: #c4500a; --unknown: #8b919b;
  --stage1: #35618f; --stage2: #b98a00; --stage3: #5b9a86; --stage4: #b9bdc4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a; --card: #1c1f25; --ink: #e9e7e1; --soft: #9aa1ad; --line: #31353d;
    --good: #6fb7e6; --degraded: #e3c13c; --poor: #ee7d3b; --unknown: #8b919b;
    --stage1: #79a5d3; --stage2: #dcb53a; --stage3: #7cc0aa; --stage4: #5a606b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1080px; margin: 0 auto; padding: 56px 28px 80px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 6px; }
h2 { font-size: 21px; letter-spacing: -0.01em; margin: 60px 0 4px; }
h3 { font-size: 15px; margin: 30px 0 10px; }
p { margin: 6px 0; max-width: 72ch; }
.lead, .note, figcaption, th { color: var(--soft); }
.note { font-size: 14px; margin-bottom: 18px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
  gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 10px;
  overflow: hidden; margin: 34px 0 0; }
.figures div { background: var(--card); padding: 16px 18px 14px; }
.figures b { display: block; font-size: 27px; line-height: 1.2; letter-spacing: -0.02em;
  font-weight: 600; }
.figures b small { font-size: 15px; font-weight: 500; color: var(--soft); letter-spacing: 0; }
.figures span { font-size: 13px; color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  fill: var(--soft); font-variant-numeric: tabular-nums; }
.GOOD { color: var(--good); } .DEGRADED { color: var(--degraded); }
.POOR { color: var(--poor); } .UNKNOWN { color: var(--unknown); }
.badge { font-size: 12px; font-weight: 650; letter-spacing: 0.05em; }
article { display: grid; grid-template-columns: minmax(0, 1.65fr) minmax(0, 1fr); gap: 0 22px;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  overflow: hidden; margin: 0 0 18px; }
article .text { padding: 16px 18px 14px 0; font-size: 14px; }
article .text h4 { margin: 0 0 10px; font-size: 15px; font-weight: 600; }
article .text h4 b { font-size: 25px; font-weight: 600; letter-spacing: -0.02em;
  margin-right: 8px; }
.triplet { border-top: 1px solid var(--line); padding: 8px 0 9px; }
.triplet i { font-style: normal; color: var(--soft); }
.triplet .score { float: right; font-weight: 600; }
.weights { display: flex; height: 6px; border-radius: 3px; overflow: hidden; gap: 2px;
  margin: 6px 0 3px; }
.weights span { background: var(--stage1); min-width: 2px; }
.weights span + span { background: var(--stage4); }
.small { font-size: 12.5px; color: var(--soft); display: flex; justify-content: space-between;
  gap: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
th { font-weight: 500; text-align: right; font-size: 13px; padding: 0 0 6px 18px; }
td { border-top: 1px solid var(--line); padding: 7px 0 7px 18px; text-align: right; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.wide { width: 34%; }
td .bar { display: block; height: 8px; border-radius: 4px; background: var(--stage1); }
td .swatch { display: inline-block; width: 10px; height: 10px; border-radius: 3px;
  margin-right: 8px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 7px 26px;
  font-size: 14.5px; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
@media (max-width: 760px) {
  main { padding: 32px 16px 56px; }
  article { grid-template-columns: 1fr; }
  article .text { padding: 14px 16px; }
}
@media print { body { background: #fff; } article, .card { break-inside: avoid; } }
"""
