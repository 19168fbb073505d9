# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The size-bias experiment finds the bias that a scorer has, and its command reports it."""

import json
import math
import re
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from size_bias_scorers import Scorer, Switchable, content, size

from sageiq_ros.cli import main
from sageiq_ros.datasets.photos import list_pictures
from sageiq_ros.datasets.varied_quality import DrawRule
from sageiq_ros.evaluation.size_bias import command, options
from sageiq_ros.evaluation.size_bias.charts import spread
from sageiq_ros.evaluation.size_bias.measures import metrics
from sageiq_ros.evaluation.size_bias.page import page
from sageiq_ros.evaluation.size_bias.paper import TABLE_IV, TABLE_V, TABLE_VI
from sageiq_ros.evaluation.size_bias.run import Plan, check_scorers, measure
from sageiq_ros.evaluation.size_bias.text import markdown, numbers
from sageiq_ros.types import SageIQError

SCORERS = {
    'content': Scorer(content),
    'size': Scorer(size),
    'constant': Scorer(lambda crop: 0.7),
    'upright': Scorer(lambda crop: content(crop) if crop.shape[1] > 38 else 1 - content(crop)),
    'switchable': Switchable(),
    'half': Switchable(able=('sfe', 'size_prompt')),
    'broken': Scorer(lambda crop: math.nan),
}


def plan(folder, *scorers, baseline='content', ablate=None, ablation=(), rule=None):
    wanted, label = options.wanted_scorers(scorers or ('content',), (), baseline)
    return Plan(
        pictures=list_pictures(folder),
        rule=rule or DrawRule(None, 1, False, 3),
        interpolation='area',
        resamples=60,
        examples=4,
        scorers=wanted,
        baseline=label,
        ablate=ablate,
        ablation=options.wanted_ablation(ablation),
    )


@pytest.fixture(scope='module')
def found(flat_pictures):
    names = ('content', 'size', 'constant', 'upright')
    ablation = ('none=size', 'all=content,upright')
    return measure(
        plan(flat_pictures, *names, ablate='switchable', ablation=ablation), SCORERS.get
    )


def row(found, label):
    return next(entry for entry in found.scorers if entry.label == label)


@pytest.mark.parametrize('reduction', ['rescaled', 'cropped'])
def test_a_scorer_of_content_correlates_perfectly_and_does_not_shift(found, reduction):
    for metric, value in row(found, 'content').estimates()[reduction].items():
        wanted = 0.0 if metric == 'shift' else 1.0
        assert value.value == pytest.approx(wanted) and value.low == pytest.approx(wanted)


@pytest.mark.parametrize('reduction', ['rescaled', 'cropped'])
def test_a_scorer_of_size_correlates_and_its_shift_gives_it_away(found, reduction):
    estimates = row(found, 'size').estimates()[reduction]
    widths = [sample.bounds[2] for sample in found.samples]
    assert estimates['plcc'].value == pytest.approx(1.0)
    assert estimates['shift'].value == pytest.approx(-np.mean(widths) / 2000.0)
    assert estimates['shift'].high < 0.0


def test_a_constant_scorer_has_no_correlation(found):
    estimates = row(found, 'constant').estimates()['rescaled']
    assert math.isnan(estimates['mcc'].value) and estimates['shift'].value == 0.0


def test_a_scorer_that_turns_on_small_pictures_is_worse_than_its_baseline(found):
    difference = row(found, 'upright').differences(found.baseline)['cropped']['mcc']
    assert difference.value < -0.5 and difference.high < 0.0


def test_a_scorer_differs_from_itself_by_nothing(found):
    for cells in found.baseline.differences(found.baseline).values():
        assert all(cell.low == cell.high == cell.value == 0.0 for cell in cells.values())


def test_switching_modules_off_gives_all_eight_rows(found):
    rows = found.ablations['switched off in switchable']
    assert [row.title for row in rows] == [
        'no module',
        'size prompt',
        'SFE',
        'SFE + size prompt',
        'LSQ',
        'LSQ + size prompt',
        'LSQ + SFE',
        'LSQ + SFE + size prompt',
    ]
    gains = rows[-1].differences(rows[0])
    assert gains['rescaled']['mcc'].low > 0.0 and gains['cropped']['mcc'].low > 0.0


def test_a_module_that_cannot_be_switched_is_called_fixed(flat_pictures):
    half = measure(plan(flat_pictures, ablate='half'), SCORERS.get)
    (rows,) = half.ablations.values()
    assert len(rows) == 4 and all(row.ticks['lsq'] is None for row in rows)
    assert '| no module | fixed | ✗ | ✗ |' in markdown(half, {})


def test_members_of_a_row_are_averaged(found):
    both = found.ablations['trained with these modules only'][-1]
    one, other = (member.point[1, 0] for member in both.members)
    assert both.estimates()['cropped']['srcc'].value == pytest.approx((one + other) / 2)
    spread_ = both.spreads()['cropped']['srcc']
    assert spread_ == pytest.approx(abs(one - other) / math.sqrt(2))


def test_entropy_of_pictures_of_one_level_is_zero(found):
    assert not found.entropy.members[0].values.any()


def test_metrics_are_the_correlations_of_the_columns():
    values = np.array([[1.0, 2.0, 4.0], [2.0, 3.0, 3.0], [3.0, 4.0, 2.0], [4.0, 5.0, 1.0]])
    np.testing.assert_allclose(metrics(values), [[1, 1, 1, 1], [-1, -1, -1, 0]], atol=1e-12)


def test_a_scorer_without_a_number_is_named(flat_pictures):
    with pytest.raises(SageIQError, match='gave no number'):
        measure(plan(flat_pictures, 'broken', baseline=None), SCORERS.get)


def test_a_scorer_without_switches_is_refused_before_the_work(flat_pictures):
    with pytest.raises(SageIQError, match='cannot switch its size modules off'):
        check_scorers(plan(flat_pictures, ablate='content'), SCORERS.get)


def test_passes_are_counted(flat_pictures):
    whole = plan(flat_pictures, 'content', 'size', ablate='half', ablation=('all=size',))
    assert check_scorers(whole, SCORERS.get) == 2 + 4 + 1


def test_the_reports_hold_the_papers_numbers_and_ours(found):
    texts = markdown(found, {'seed': '3'}), page(found, {'seed': '3', 'command': 'a <b>'})
    for text in texts:
        for table in (TABLE_IV, TABLE_V, TABLE_VI):
            for name, cells in table.items():
                assert f'paper: {name}' in text
                assert all(f'{value:.3f}' in text for v in cells.values() for value in v)
        assert f'n = {len(found.samples)} samples' in text
        shift = found.scorers[1].estimates()['rescaled']['shift'].value
        assert f'{shift:+.3f}'.replace('-', '−') in text
    assert 'a &lt;b&gt;' in texts[1]
    assert not re.search(r'(src|href)="(?!data:)', texts[1])


def test_the_numbers_are_json_without_nan(found):
    text = json.dumps(numbers(found, {}), allow_nan=False)
    content_ = json.loads(text)
    constant = next(r for r in content_['scorers'] if r['label'] == 'constant')
    assert constant['estimates']['rescaled']['srcc']['value'] is None
    assert len(content_['values']) == len(found.samples)
    assert set(content_['values'][0]['scores']) >= {'content', 'size', 'switchable, no module'}


def test_examples_rise_with_the_baselines_score(found):
    values = found.baseline.members[0].values[[e.sample for e in found.examples], 0]
    assert len(values) == 4 and (np.diff(values) > 0.0).all()
    assert [example.letter for example in found.examples] == ['a', 'b', 'c', 'd']


def test_labels_are_pushed_apart_as_little_as_needed():
    assert spread([10.0, 11.0, 50.0], 12.0) == pytest.approx([4.5, 16.5, 50.0])
    placed = np.sort(spread(list(np.random.default_rng(0).uniform(0, 60, 9)), 8.0))
    assert (np.diff(placed) >= 8.0 - 1e-9).all()


def test_the_command_measures_the_shipped_engine(textured_pictures, tmp_path, capsys):
    out = tmp_path / 'new' / 'out'
    words = ['--data', str(textured_pictures), '--side', '48..96', '--versions', '2']
    words += ['--scorer', 'sageiq_m_nano', '--resamples', '30', '--examples', '3']
    assert main(['experiment', 'size-bias', *words, '--out', str(out)]) == 0
    shown = capsys.readouterr().out
    content_ = json.loads((out / 'size_bias.json').read_text(encoding='utf-8'))
    assert content_['samples'] == 10 and content_['seed'] == 7
    (scorer,) = content_['scorers']
    assert scorer['members'][0]['scorer'].startswith('sageiq_m_nano')
    value = scorer['estimates']['cropped']['srcc']
    assert -1.0 <= value['low'] <= value['high'] <= 1.0
    assert 'paper: Q-Align' in shown and 'Shannon entropy' in shown
    drawn = (out / 'size_bias.html').read_text(encoding='utf-8')
    assert drawn.count('<svg') == 2 + 4 + 2 and drawn.count('<figure>') == 3
    assert (out / 'size_bias.md').read_text(encoding='utf-8') in shown


def test_a_source_tree_without_metadata_is_told_before_the_work(
    flat_pictures, tmp_path, monkeypatch
):
    def version(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr('sageiq_ros.evaluation.provenance.version', version)
    wanted = plan(flat_pictures, 'size', baseline=None)
    made = command.provenance(wanted, 'sageiq experiment size-bias')
    assert made['sageiq_ros'] == 'not installed' and made['packages'] == ''
    command.write(measure(wanted, SCORERS.get), made, tmp_path)
    content_ = json.loads((tmp_path / 'size_bias.json').read_text(encoding='utf-8'))
    assert content_['provenance']['sageiq_ros'] == 'not installed'
    assert content_['provenance']['scorers'] == 'size: test'


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['--scorer', 'a', '--scorer', 'a'], "Two scorers are called 'a'"),
        ([], 'with --scorer or --group'),
        (['--group', 'nano'], '--group takes NAME=FOLDER,FOLDER'),
        (['--scorer', 'a', '--baseline', 'b'], "The baseline 'b' is not measured"),
        (['--scorer', 'a', '--ablation', 'lsp=x'], "There are no modules 'lsp'"),
        (['--scorer', 'a', '--ablation', 'lsq=x', '--ablation', 'lsq=y'], 'given twice'),
        (['--scorer', 'a', '--side', '8..20'], '--side takes whole, or pixels'),
        (['--scorer', 'a', '--side', '90..60'], '--side takes whole, or pixels'),
        (['--scorer', 'a', '--versions', '0'], '--versions must be at least 1'),
        (['--scorer', 'a', '--degrade', 'none', '--versions', '2'], 'same in every version'),
        (['--scorer', 'a', '--pictures', '2'], 'at least 3 pictures, not 2'),
        (['--scorer', 'a', '--examples', '30'], '--examples must be at most 12'),
        (['--scorer', 'a', '--resamples', '1'], '--resamples must be at least 20'),
        (['--scorer', 'no_such_engine'], 'no_such_engine'),
    ],
)
def test_a_mistake_is_answered_in_one_sentence(words, said, flat_pictures, tmp_path, capsys):
    common = ['--data', str(flat_pictures), '--out', str(tmp_path / 'out')]
    assert main(['experiment', 'size-bias', *common, *words]) == 2
    shown = capsys.readouterr().err.strip()
    assert said in shown and len(shown.splitlines()) == 1


def test_an_output_that_is_a_file_is_refused_before_the_work(flat_pictures, tmp_path, capsys):
    (tmp_path / 'file').write_text('')
    words = ['--data', str(flat_pictures), '--scorer', 'a', '--out', str(tmp_path / 'file')]
    assert main(['experiment', 'size-bias', *words]) == 2
    assert 'cannot be made a folder' in capsys.readouterr().err
