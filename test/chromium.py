# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Open a page in a headless Chromium and say what is wrong with how it looks."""

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
TIMEOUT_S = 180
CONSOLE = re.compile(r'CONSOLE[:(]\d+\)?\] "(.*)", source:')
RESULT = re.compile(r'<pre id="findings">(.*?)</pre>', re.S)
# Lengths in pixels: what rounding and the shape of letters may cost.
MARGIN, OVERLAP = 1.5, 1.5
# The share of a line's height, above and below, that its letters leave empty.
EMPTY = 0.16

FRAME = """<!doctype html><meta charset="utf-8"><body><pre id="findings"></pre>
<iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe>
<script>addEventListener('message', event => {{
  document.getElementById('findings').textContent = event.data;
}});</script></body>"""

# Runs in the page itself, before anything else in it.
PROBE = """<script>(() => {
const MARGIN = %(margin)s, OVERLAP = %(overlap)s, EMPTY = %(empty)s, found = [];
addEventListener('error', event => {
  const at = event.target;
  found.push('failed: ' + (event.message || at.src || at.href || at.tagName));
}, true);

const words = text => {
  const copy = text.cloneNode(true);
  copy.querySelectorAll('title').forEach(title => title.remove());
  return copy.textContent.trim();
};
const corners = text => {
  const box = text.getBBox(), matrix = text.getScreenCTM(), cut = EMPTY * box.height;
  const xs = [box.x, box.x + box.width], ys = [box.y + cut, box.y + box.height - cut];
  return [[0, 0], [1, 0], [1, 1], [0, 1]].map(([i, j]) =>
    new DOMPoint(xs[i], ys[j]).matrixTransform(matrix));
};
const sides = box => [[0, 1], [1, 2]].map(([a, b]) => {
  const x = box[b].x - box[a].x, y = box[b].y - box[a].y, length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
});
const depth = (one, other) => Math.min(...[...sides(one), ...sides(other)].map(([x, y]) => {
  const [a, b] = [one, other].map(box => box.map(point => point.x * x + point.y * y));
  return Math.min(Math.max(...a), Math.max(...b)) - Math.max(Math.min(...a), Math.min(...b));
}));
const inside = (points, rect) => points.every(point =>
  point.x >= rect.left - MARGIN && point.x <= rect.right + MARGIN &&
  point.y >= rect.top - MARGIN && point.y <= rect.bottom + MARGIN);
const ends = rect => [new DOMPoint(rect.left, rect.top), new DOMPoint(rect.right, rect.bottom)];
const scrolls = element => {
  for (let at = element; at && at !== document.body; at = at.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return true;
  return false;
};

const chart = svg => {
  const name = svg.getAttribute('aria-label') || 'a drawing without a name';
  const rect = svg.getBoundingClientRect(), card = svg.closest('.card, article, figure');
  if (card && !scrolls(svg) && !inside(ends(rect), card.getBoundingClientRect()))
    found.push(`"${name}" leaves its card`);
  const texts = [...svg.querySelectorAll('text')].filter(words);
  const boxes = texts.map(corners);
  texts.forEach((text, index) => {
    if (!inside(boxes[index], rect)) found.push(`"${words(text)}" leaves "${name}"`);
    for (let other = 0; other < index; other++)
      if (depth(boxes[index], boxes[other]) > OVERLAP)
        found.push(`"${words(texts[other])}" and "${words(text)}" overlap in "${name}"`);
  });
};

addEventListener('load', () => {
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) found.push(`scrolls: ${page.scrollWidth} px wide`);
  for (const { name } of performance.getEntriesByType('resource'))
    if (!name.startsWith('data:')) found.push('loads ' + name);
  for (const image of document.images)
    if (!image.naturalWidth) found.push('shows nothing: ' + image.alt);
  document.querySelectorAll('svg').forEach(chart);
  if (%(whole)s) document.querySelectorAll(%(whole)s).forEach(box => {
    if (box.scrollWidth > box.clientWidth)
      found.push(`"${box.getAttribute('aria-label')}" hides ` +
                 `${box.scrollWidth - box.clientWidth} px of its width`);
  });
  parent.postMessage(JSON.stringify(found), '*');
});
})();</script>"""


def browser() -> str | None:
    """Return the browser's path, or None where none is installed."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


needs_browser = pytest.mark.skipif(
    browser() is None, reason=f'needs {" or ".join(BROWSERS)}, of which none is installed'
)


def inspect_page(path: Path, width: int, dark: bool = False, whole: str = '') -> list[str]:
    """Open a page of ``width`` px and return what is wrong with it, a sentence a fault.

    Faults are text of a drawing that leaves it or overlaps other text of it by more than
    ``OVERLAP`` px, drawings that leave their cards, a page that scrolls sideways, pictures that
    show nothing, whatever is loaded from elsewhere, and every message on the console; of boxes
    that the CSS selector ``whole`` picks, also what must be scrolled to be seen.
    """
    probe = PROBE % {
        'margin': MARGIN,
        'overlap': OVERLAP,
        'empty': EMPTY,
        'whole': json.dumps(whole),
    }
    text = path.read_text(encoding='utf-8')
    head = '<head>' if '<head>' in text else '<!doctype html>'
    assert head in text, f'{path} has neither a head nor a doctype'
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / 'page.html').write_text(text.replace(head, head + probe, 1), encoding='utf-8')
        # Windows are at least 500 px wide, frames are not.
        frame = folder / 'frame.html'
        frame.write_text(FRAME.format(width=width), encoding='utf-8')
        done = _run(
            folder,
            *('--hide-scrollbars', '--dump-dom', '--enable-logging=stderr'),
            f'--blink-settings=preferredColorScheme={0 if dark else 1}',
            f'--window-size={max(width, 500)},1000',
            frame.as_uri(),
        )
    result = RESULT.search(done.stdout)
    assert result and result[1], f'the page was not measured: {done.stderr[-2000:]}'
    return [*json.loads(html.unescape(result[1])), *CONSOLE.findall(done.stderr)]


def print_page(path: Path, pdf: Path) -> None:
    """Print a page as a browser does by default, on Letter, into the file ``pdf``."""
    with tempfile.TemporaryDirectory() as name:
        _run(Path(name), '--no-pdf-header-footer', f'--print-to-pdf={pdf}', path.as_uri())


def _run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the browser without a window and with a profile of its own in ``folder``."""
    return subprocess.run(
        [
            *(browser(), '--headless', '--no-sandbox', '--disable-gpu'),
            *('--virtual-time-budget=20000', f'--user-data-dir={folder / "profile"}', *more),
        ],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=True,
    )
