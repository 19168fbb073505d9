# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train sageiq-m``: labels, trains, is killed, goes on, and writes size modules."""

import json
import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from scale_consistency_fixtures import BATCH, EPOCHS, arguments, moderate_state, write_folders

from sageiq_ros.cli import main
from sageiq_ros.datasets.live_itw import read_live_itw, split_at_random
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.deployment.import_sageiq_m import import_sageiq_m
from sageiq_ros.engines.mplug_owl2 import load_network as load_weights
from sageiq_ros.engines.store import read_manifest
from sageiq_ros.evaluation.size_bias.reduction import rescaled_half
from sageiq_ros.scorer.base import LSQ, SFE
from sageiq_ros.scorer.build import build_scorer
from sageiq_ros.scorer.prompt_tokenizer import TOKENIZER, PromptTokenizer
from sageiq_ros.training.scale_consistency import labels as labelling
from sageiq_ros.training.scale_consistency import network as loading
from sageiq_ros.training.scale_consistency.inputs import Inputs
from sageiq_ros.training.scale_consistency.scoring import ScoringModule
from sageiq_ros.training.scale_consistency.trainables import is_trained, trained_state

PICTURES, HELD_OUT = 12, 3
STEPS = PICTURES // BATCH
KILLED_AT = 11

# Runs the command and kills its own process right after a number of Adam's steps.
DRIVER = """
import os, signal, sys
import torch
from sageiq_ros.cli import main
torch.set_num_threads(1)
left, step = int(sys.argv[1]), torch.optim.Adam.step
def counted(self, *args, **kwargs):
    global left
    step(self, *args, **kwargs)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
torch.optim.Adam.step = counted
main(sys.argv[2:])
"""


@pytest.fixture(scope='module', autouse=True)
def on_the_processor():
    """Keep to the device whose sums are the same from run to run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('ACCELERATE_USE_CPU', 'true')
        yield


@pytest.fixture(scope='module')
def folders(tmp_path_factory):
    return write_folders(tmp_path_factory.mktemp('scale_consistency'))


@pytest.fixture(scope='module')
def trained(folders):
    """Run the command unbroken; returns the network as it leaves it, and as it was loaded."""
    seen = []
    load = loading.load_network

    def watched(*args):
        network, inputs = load(*args)
        start = {k: v.detach().clone() for k, v in network.state_dict().items()}
        seen.append((network, start))
        return network, inputs

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, 'load_network', watched)
        assert main(arguments(folders, folders / 'whole')) == 0
    return seen[0]


def split(folders):
    return split_at_random(read_live_itw(folders / 'live').pictures, 1)


@pytest.fixture(scope='module')
def output(folders, trained):
    return folders / 'whole' / 'size_modules.safetensors'


@pytest.fixture(scope='module')
def about(output):
    with safe_open(output, 'pt') as content:
        metadata = content.metadata()
    assert metadata['format'] == 'sageiq-m size modules'
    return json.loads(metadata['about'])


def test_the_loss_falls(about):
    first, second = (entry['loss'] for entry in about['history'])
    assert 0.0 < second < 0.7 * first


def test_the_pictures_belong_to_the_training_and_are_counted(folders, trained, about):
    assert (about['pictures'], about['tested']) == (PICTURES, HELD_OUT)
    identity = torch.load(folders / 'whole' / 'state.pt', weights_only=True)['identity']
    for name, paths in zip(('pictures', 'tested'), split(folders), strict=True):
        assert identity[name] == [sha256(path.read_bytes()).hexdigest() for path in paths]


def test_every_epoch_is_validated_by_table_v(about):
    assert len(about['history']) == EPOCHS
    for entry in about['history']:
        for way in ('rescaled', 'cropped'):
            values = [entry[f'{way}_{name}'] for name in ('srcc', 'plcc', 'mcc')]
            assert all(-1.0 <= value <= 1.0 for value in values)
            assert values[2] == pytest.approx((values[0] + values[1]) / 2.0)


def test_all_that_the_recipe_trains_has_changed_and_nothing_else(trained):
    network, start = trained
    trained_names = set()
    for name, value in network.state_dict().items():
        before = start[name].to(value.dtype)
        if is_trained(name):
            trained_names.add(name)
            # A key's bias adds the same to all of a query's scores, which softmax takes away.
            if not name.endswith('attention.key.bias') and 'size_feature' not in name:
                assert not torch.equal(value, before), name
        else:
            assert torch.equal(value, before), name
    assert set(trained_state(network)) == trained_names


def test_lsq_and_sfe_have_learned(folders, trained):
    network, _ = trained
    state = torch.load(folders / 'whole' / 'state.pt', weights_only=True)
    assert network.size_queries.any() and network.size_feature_extractor.alpha.any()
    names = [name for name in state['trained'] if name.startswith('size_feature_extractor.')]
    moments = list(state['optimiser']['state'].values())
    assert len(names) == 9 and len(moments) == len(state['trained'])
    assert all(moment['exp_avg_sq'].any() for moment in moments)


def test_frozen_weights_are_the_checkpoints_in_bfloat16(trained):
    network, _ = trained
    published = moderate_state()
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            wanted = published[name].to(torch.bfloat16)
            assert torch.equal(parameter.to(torch.bfloat16), wanted), name


def test_the_file_has_the_networks_names_in_float32(trained, output):
    network, _ = trained
    found, wanted = load_file(output), trained_state(network)
    assert set(found) == set(wanted)
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert {value.dtype for value in found.values()} == {torch.float32}


def test_a_killed_training_goes_on_as_if_it_had_not_been(folders, output, about, monkeypatch):
    work = folders / 'broken'
    command = [sys.executable, '-c', DRIVER, str(KILLED_AT), *arguments(folders, work)]
    root = Path(__file__).parents[2]
    environment = {**os.environ, 'PYTHONPATH': str(root), 'OMP_NUM_THREADS': '1'}
    killed = subprocess.run(command, env=environment, capture_output=True, timeout=600)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-500:]
    state = torch.load(work / 'state.pt', weights_only=True)
    assert (state['epoch'], state['step']) == (1, 3)
    assert not (work / 'size_modules.safetensors').exists()
    # The teacher's scores are there already.
    monkeypatch.setattr(labelling, 'read_picture', None)
    assert main(arguments(folders, work)) == 0
    found, wanted = load_file(work / 'size_modules.safetensors'), load_file(output)
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    with safe_open(work / 'size_modules.safetensors', 'pt') as content:
        assert json.loads(content.metadata()['about']) == about


def test_labels_are_the_untrained_networks_scores_of_full_pictures(folders, trained):
    files = list((folders / 'whole').glob('labels-*.json'))
    assert len(files) == 1
    labels = json.loads(files[0].read_text())
    pictures, _ = split(folders)
    assert len(labels) == len(pictures) == PICTURES
    checkpoint, engine = folders / 'checkpoint', folders / 'teacher'
    options = {'size_prompt': ''}
    import_sageiq_m(checkpoint, engine, 'sageiq-m', precision='fp32', options=options)
    scorer = build_scorer(str(engine), 1)
    exact = [quality.score for quality in scorer.score([read_picture(p) for p in pictures])]
    assert np.corrcoef(sorted(labels.values()), sorted(exact))[0, 1] > 0.99
    np.testing.assert_allclose(sorted(labels.values()), sorted(exact), atol=0.05)


def test_the_scorer_takes_the_file(folders, output):
    """What is trained and validated is what the imported model scores."""
    engine = folders / 'sized'
    import_sageiq_m(
        folders / 'checkpoint', engine, 'sageiq-m', precision='fp32', size_modules=output
    )
    scorer = build_scorer(str(engine), 1)
    assert scorer.settings.lsq and scorer.settings.sfe
    state = scorer.network.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in load_file(output).items())
    network = load_weights(engine, read_manifest(engine))
    for other in (scorer.network, network):
        # Twelve steps move alpha too little to be seen in a score.
        other.size_feature_extractor.alpha.fill_(0.5)
    inputs = Inputs(scorer.settings, PromptTokenizer(engine / TOKENIZER), 56)
    halves = [rescaled_half(read_picture(path)) for path in split(folders)[1][:2]]
    with torch.inference_mode():
        batch = inputs.batch(halves, torch.device('cpu'))
        wanted = ScoringModule(network, inputs.levels())(batch).numpy()
    found = [quality.score for quality in scorer.score(halves)]
    np.testing.assert_allclose(found, wanted, atol=1e-5, rtol=0)
    for module in (LSQ, SFE):
        less = scorer.with_size_modules(scorer.size_modules - {module}).score(halves)
        assert all(abs(a - b.score) > 1e-4 for a, b in zip(found, less, strict=True)), module


def test_curves_are_logged(folders, trained):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folders / 'whole' / 'log')).Reload()
    assert [e.step for e in events.Scalars('loss/step')] == list(range(1, EPOCHS * STEPS + 1))
    assert [e.step for e in events.Scalars('loss/epoch')] == [STEPS, 2 * STEPS]
    assert {'validation/rescaled_srcc', 'size_modules/alpha'} <= set(events.Tags()['scalars'])


def test_another_training_does_not_take_up_the_state(folders, trained, capsys):
    assert main(arguments(folders, folders / 'whole', '--rate', '1e-3')) == 2
    assert 'another rate' in capsys.readouterr().err


def test_folders_that_cannot_be_trained_are_refused(folders, output, capsys, tmp_path):
    biases = tmp_path / 'biases.safetensors'
    save_file({k: v for k, v in load_file(output).items() if k.startswith('model.')}, biases)
    faults = (
        ('quantised to int8', {'kind': 'sageiq-m', 'precision': 'int8'}),
        ('reads no size', {'kind': 'q-instruct'}),
        ('trained size modules or biases', {'kind': 'sageiq-m', 'size_modules': output}),
        ('trained size modules or biases', {'kind': 'sageiq-m', 'size_modules': biases}),
    )
    for number, (fault, options) in enumerate(faults):
        engine = tmp_path / str(number)
        import_sageiq_m(folders / 'checkpoint', engine, **options)
        assert main(arguments(folders, tmp_path / 'work', '--network', engine)) == 2
        assert fault in capsys.readouterr().err


def test_a_start_beside_zero_leaves_the_labels_the_teachers(folders, trained, tmp_path):
    options = {'queries_std': 0.02, 'alpha_start': 0.1}
    import_sageiq_m(folders / 'checkpoint', tmp_path / 'engine', 'sageiq-m', options=options)
    more = ('--network', tmp_path / 'engine', '--epochs', 1)
    assert main(arguments(folders, tmp_path / 'work', *more)) == 0
    (found,), (wanted,) = (
        list(folder.glob('labels-*.json')) for folder in (tmp_path / 'work', folders / 'whole')
    )
    assert found.name == wanted.name and json.loads(found.read_text()) == json.loads(
        wanted.read_text()
    )
    state = torch.load(tmp_path / 'work' / 'state.pt', weights_only=True)['trained']
    assert state['size_queries'].std() > 0.01
