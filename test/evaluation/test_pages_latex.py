# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables in LaTeX are complete, escaped, and compile."""

import re
import shutil
import string
import subprocess

import pytest
from hypothesis import given, settings
from page_blocks import NAN, any_report, any_table, full_table, report, words

from sageiq_ros.evaluation.pages.blocks import Number, Report, Row, Section, Table
from sageiq_ros.evaluation.pages.latex import MOST_LINES, SPECIAL, escape, latex, latex_tables


def has_latex():
    if shutil.which('pdflatex') is None or shutil.which('kpsewhich') is None:
        return False
    found = subprocess.run(('kpsewhich', 'booktabs.sty', 'graphicx.sty'), capture_output=True)
    return found.returncode == 0


needs_latex = pytest.mark.skipif(
    not has_latex(), reason='needs pdflatex with booktabs and graphicx, which is not installed'
)
OVERFULL_PT = 1.0  # what no eye sees
COMMAND = re.compile(r'\\([a-zA-Z]+|[^a-zA-Z])')
DOCUMENT = r"""\documentclass{article}
\usepackage{booktabs,graphicx}
\begin{document}
\input{tables}
\end{document}
"""


def is_balanced(text):
    depth = 0
    for brace in re.findall('[{}]', COMMAND.sub('', text)):
        depth += 1 if brace == '{' else -1
        if depth < 0:
            return False
    return depth == 0


@given(words)
def test_escaped_words_hold_no_sign_that_latex_obeys(text):
    written = escape(text)
    assert is_balanced(written) and '\n' not in written
    plain = COMMAND.sub('', re.sub(r'\\ensuremath\{[^}]*\}', '', written))
    assert not set(plain) & set('#$%&_~^\\"`|<>')
    assert not re.search(r"--|''|(?<!\{)[\[*]", plain)


@pytest.mark.parametrize(
    ('text', 'written'),
    [
        ('50 % of a_b & $3 #1', r'50 \% of a\_b \& \$3 \#1'),
        ('{a}\\b~c^d', r'\{a\}\textbackslash{}b\textasciitilde{}c\textasciicircum{}d'),
        ('[a] *b', r'{[}a{]} {*}b'),
        ('--seed', '-{}-seed'),
        (
            '−0.1 ± 2 ≥ Δ',
            r'\ensuremath{-}0.1 \ensuremath{\pm} 2 \ensuremath{\geq} \ensuremath{\Delta}',
        ),
        ('a\n\nb', 'a b'),
        ('Müller', 'Müller'),
    ],
)
def test_special_characters_are_set_as_they_are(text, written):
    assert escape(text) == written


@given(any_table())
def test_whatever_a_table_holds_braces_balance_and_rows_have_all_columns(content):
    text = latex(content)
    assert is_balanced(text)
    for body in re.findall(r'\\midrule\n(.*?)\\bottomrule', text, re.S):
        for line in body.splitlines():
            assert len(re.findall(r'(?<!\\)&', line)) == len(content.heads) - 1


def test_a_long_table_goes_on_below_its_heads_under_the_same_number():
    content = full_table()
    floats = latex(content).split('\n\n')
    bodies = [re.search(r'\\midrule\n(.*?)\\bottomrule', one, re.S)[1] for one in floats]
    assert ''.join(bodies).count('Model-') == len(content.rows)
    assert max(body.count('\n') for body in bodies) <= MOST_LINES
    for index, one in enumerate(floats):
        assert 'Scorer & Degradation & Data set & n & SRCC' in one
        assert ('\\label{tab:table-viii-motion-blur}' in one) == (index == 0)
        again = '\\addtocounter{table}{-1}\n\\caption{Table VIII: motion blur (continued)}' in one
        assert again == (index > 0)
        assert ('Below ours' in one) == (index == len(floats) - 1)


def test_a_table_of_many_columns_is_set_narrowly():
    assert latex(full_table()).count('\\setlength{\\tabcolsep}{3pt}') > 1
    assert 'tabcolsep' not in latex(Table('t', ('a', 'b'), []))


def test_a_table_has_rules_caption_label_groups_and_intervals():
    rows = [
        Row(('ours', Number(0.812, 0.79, 0.83), Number(0.05, signed=True, digits=2))),
        Row(('paper', Number(NAN), Number(-0.05, signed=True, digits=2)), paper=True),
        Row(('mean', 3, 'x'), strong=True),
    ]
    groups = (('', 1), ('KITTI', 2))
    content = Table('Scores, 100 %', ('model', 'w/', 'Δ'), rows, groups, note='A note.')
    assert latex(content) == (
        '\\begin{table}\n\\centering\n\\caption{Scores, 100 \\%}\n\\label{tab:scores-100}\n'
        '\\smallskip\n'
        '\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n'
        '\\begin{tabular}{@{}lrr@{}}\n\\toprule\n'
        '\\multicolumn{1}{c}{} & \\multicolumn{2}{c}{KITTI} \\\\\n\\cmidrule(lr){2-3}\n'
        'model & w/ & \\ensuremath{\\Delta} \\\\\n\\midrule\n'
        'ours & 0.812 & \\textbf{+0.05} \\\\[-0.5ex]\n'
        ' & {\\scriptsize 0.790\\,\\ldots\\,0.830} &  \\\\[0.3ex]\n'
        '\\textit{paper} & \\textit{\\textendash{}} & \\textit{\\ensuremath{-}0.05} \\\\\n'
        '\\textbf{mean} & \\textbf{3} & \\textbf{x} \\\\\n'
        '\\bottomrule\n\\end{tabular}}\n\\par\\smallskip{\\footnotesize A note.}\n'
        '\\end{table}\n'
    )


@settings(max_examples=40)
@given(any_report)
def test_all_tables_of_a_report_have_labels_of_their_own(content):
    text = latex_tables(content)
    labels = re.findall(r'\\label\{(.*?)\}', text)
    tables = [b for s in content.sections for b in s.blocks if isinstance(b, Table)]
    assert len(set(labels)) == len(labels) == len(tables)


def test_a_row_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match='heads'):
        latex(Table('t', ('a', 'b'), [Row(('x',))]))


def compile_tables(folder, text):
    """Compile tables in an article and return the log."""
    (folder / 'tables.tex').write_text(text, encoding='utf-8')
    (folder / 'paper.tex').write_text(DOCUMENT, encoding='utf-8')
    command = ('pdflatex', '-interaction=nonstopmode', '-halt-on-error', 'paper.tex')
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout.decode(errors='replace')[-2000:]
    return (folder / 'paper.log').read_text(errors='replace')


@needs_latex
def test_the_table_of_all_models_and_data_sets_fits_its_pages(tmp_path):
    few = Table('few', ('a', 'b'), [Row((str(n), n)) for n in range(70)], note='A note. ' * 30)
    log = compile_tables(
        tmp_path, latex_tables(Report('r', 'l', [Section('s', (), [full_table(), few])], {}))
    )
    assert 'Float too large' not in log
    beyond = [float(points) for points in re.findall(r'Overfull .*?\(([\d.]+)pt too', log)]
    assert max(beyond, default=0.0) <= OVERFULL_PT


@needs_latex
def test_the_tables_compile(tmp_path):
    every = string.printable + ''.join(SPECIAL) + 'ÄÖÜßéñ'
    rows = [Row((letter, f'[{letter}] {letter * 2}', every)) for letter in every]
    odd = Table(every, ('[a]', '*b', every), rows[:40], (('', 1), (every, 2)), 3, every)
    rest = Table('rest', ('a', 'b', 'c'), [*rows[40:], Row(('', '', ''))], text_columns=3)
    text = latex_tables(report()) + latex_tables(
        Report('r', 'l', [Section('s', (), [odd, rest])], {})
    )
    compile_tables(tmp_path, text)
