# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How items are shared out, shown on workers that only say what they are told to say."""

from dataclasses import dataclass, field

import pytest

from sageiq_ros.executors.base import TRIES, Outcome
from sageiq_ros.executors.ledger import AHEAD
from sageiq_ros.executors.pool import Ended, share_out
from sageiq_ros.executors.workplace import Answer
from sageiq_ros.types import SageIQError

READY, DONE, LOST = Answer(), Answer('done'), Ended('It ended.')


@dataclass(eq=False)
class Puppet:
    given: list = field(default_factory=list)

    def give(self, item):
        self.given.append(item)


@dataclass
class Stage:
    """A crew whose workers say what stands in a list, the oldest worker first."""

    said: list
    started: list = field(default_factory=list)
    stopped: bool = False

    def start(self):
        self.started.append(Puppet())
        return self.started[-1]

    def wait(self, workers):
        return [(min(workers, key=self.started.index), self.said.pop(0))]

    def stop(self):
        self.stopped = True


def test_a_worker_has_its_next_item_before_an_outcome_is_looked_at():
    stage = Stage([READY, DONE, DONE])
    outcomes = share_out(stage, 1, ['a', 'b'])
    assert next(outcomes) == Outcome(0, 'done')
    assert stage.started[0].given == ['a', 'b']
    assert list(outcomes) == [Outcome(1, 'done')]


def test_an_item_that_comes_back_waits_behind_the_others():
    stage = Stage([READY, Answer(error='Later.'), DONE, DONE])
    assert list(share_out(stage, 1, ['a', 'b'])) == [Outcome(1, 'done'), Outcome(0, 'done')]
    assert stage.started[0].given == ['a', 'b', 'a']


def test_no_more_items_are_read_than_there_are_workers_for():
    read = []

    def items():
        for item in 'abcdef':
            read.append(item)
            yield item

    outcomes = share_out(Stage([READY, READY, *[DONE] * 6]), 2, items())
    for number in range(1, 5):
        next(outcomes)
        assert len(read) <= number + 2
    assert len(list(outcomes)) == 2


def test_a_worker_is_not_too_far_ahead_of_an_item_that_comes_back():
    # Two workers: the first item fails, is overtaken as far as that may be, and is next then.
    others = 2 * AHEAD - 1
    stage = Stage([READY, Answer(error='Later.'), *[DONE] * 100])
    order = [outcome.index for outcome in share_out(stage, 2, range(100))]
    assert order[others] == 0 and sorted(order) == list(range(100))


def test_items_that_cannot_be_read_end_it_and_stop_the_workers():
    def items():
        yield 'a'
        raise OSError('The disk is gone.')

    stage = Stage([READY, DONE])
    with pytest.raises(OSError, match=r'^The disk is gone\.$'):
        list(share_out(stage, 1, items()))
    assert stage.stopped


def test_workers_lost_at_the_start_count_only_in_a_row():
    lost = [LOST] * (TRIES - 1)
    stage = Stage([*lost, READY, LOST, *lost, READY, DONE])
    assert list(share_out(stage, 1, ['a'])) == [Outcome(0, 'done')]
    with pytest.raises(SageIQError, match=r'^It ended\.$'):
        list(share_out(Stage([*lost, LOST]), 1, ['a']))


def test_no_more_workers_are_started_than_there_are_items():
    stage = Stage([READY, READY, DONE, DONE])
    assert len(list(share_out(stage, 5, ['a', 'b']))) == len(stage.started) == 2


def test_workers_are_stopped_when_all_is_done():
    stage = Stage([READY, DONE])
    list(share_out(stage, 1, ['a']))
    assert stage.stopped


def test_workers_are_stopped_when_nobody_waits_for_the_rest():
    stage = Stage([READY, DONE, DONE])
    outcomes = share_out(stage, 1, ['a', 'b'])
    next(outcomes)
    outcomes.close()
    assert stage.stopped


NO_NETWORK = Answer(error='There is no network.', final=True)


class Script(Stage):
    """Say what stands in a list, each by the worker that was started at that place."""

    def wait(self, workers):
        place, said = self.said.pop(0)
        return [(self.started[place], said)]


def test_those_that_run_do_the_work_where_the_work_cannot_be_loaded_again(caplog):
    stage = Script([(0, READY), (1, NO_NETWORK), (0, DONE), (0, DONE)])
    assert len(list(share_out(stage, 2, 'ab'))) == 2
    assert len(stage.started) == 2
    assert caplog.messages == ['There is no network. The work goes on with fewer workers.']


def test_those_that_run_do_the_work_where_others_die_as_they_start(caplog):
    lost = [(place, LOST) for place in range(1, TRIES + 1)]
    stage = Script([(0, READY), *lost, (0, DONE), (0, DONE)])
    assert len(list(share_out(stage, 2, 'ab'))) == 2
    assert len(stage.started) == 1 + TRIES
    assert caplog.messages == ['It ended. The work goes on with fewer workers.']


def test_a_worker_that_is_late_is_waited_for_before_the_work_is_given_up(caplog):
    stage = Script([(1, NO_NETWORK), (0, READY), (0, DONE), (0, DONE)])
    assert len(list(share_out(stage, 2, 'ab'))) == 2
    assert caplog.messages == []


def test_the_end_of_the_last_worker_is_that_of_the_work():
    stage = Script([(0, READY), (1, NO_NETWORK), (0, LOST), (2, NO_NETWORK)])
    with pytest.raises(SageIQError, match=r'^There is no network\.$'):
        list(share_out(stage, 2, 'ab'))
    assert stage.stopped


def test_workers_are_stopped_when_none_can_start():
    stage = Stage([NO_NETWORK, NO_NETWORK])
    with pytest.raises(SageIQError, match=r'^There is no network\.$'):
        list(share_out(stage, 2, ['a', 'b']))
    assert stage.stopped
