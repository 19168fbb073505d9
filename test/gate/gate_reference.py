# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate's rules once more, as statements about a whole history, without any state.

Written to be compared with the gate: slow, and without a line of its code.
"""

from dataclasses import dataclass

from gate_histories import Truth


@dataclass(frozen=True)
class Take:
    """A result of one camera: where in the history it came, and since when its stamp is known."""

    index: int
    event: object
    first_steady_s: float
    stamp_is_right: bool


class Reference:
    """Tell for every moment of a history whether a camera must be open."""

    def __init__(self, history, camera):
        self.config = history.config
        self.events = history.events
        self.takes = []
        # The last result that has come, event by event.
        self.newest = []
        for index, event in enumerate(self.events):
            if event.given is not None and event.camera == camera:
                self.takes.append(self._take(index, event))
            self.newest.append(self.takes[-1] if self.takes else None)

    def _take(self, index, event):
        right, first_steady_s = event.stamp_s > 0.0, event.steady_s
        if right and self.takes:
            before = self.takes[-1]
            if event.stamp_s == before.event.stamp_s:
                right, first_steady_s = before.stamp_is_right, before.first_steady_s
            else:
                right = event.stamp_s > before.event.stamp_s
        return Take(index, event, first_steady_s, right)

    def usable(self, take, index):
        """Tell whether a result says anything at a moment."""
        event, limit_s = self.events[index], self.config.stale_after_s
        kept_s = max((region.age_s for region in take.event.given.regions), default=0.0)
        ages = (event.ros_s - take.event.stamp_s, event.steady_s - take.first_steady_s)
        return (
            take.stamp_is_right
            and take.event.given.truth is not Truth.IMPOSSIBLE
            and ages[0] >= -self.config.future_tolerance_s
            and max(ages) + kept_s <= limit_s
        )

    def sound(self, index):
        """Tell whether nothing at a moment starts the gate over."""
        shown, before = self.newest[index], self.newest[index - 1] if index else None
        return (
            shown is not None
            and self.usable(shown, index)
            and (before is None or self.usable(before, index))
        )

    def opens(self, take):
        """Tell whether a result completes the wait for opening."""
        until = self.takes.index(take)
        for start in reversed(range(until + 1)):
            run = self.takes[start : until + 1]
            first = run[0]
            if first.event.given.truth is not Truth.GOOD or not self.usable(first, first.index):
                return False
            if not all(map(self.sound, range(first.index + 1, take.index + 1))):
                return False
            passed = (
                take.event.steady_s - first.event.steady_s,
                take.event.stamp_s - first.event.stamp_s,
            )
            if min(passed) >= self.config.open_after_s:
                return True
        return False

    def closes(self, index):
        """Tell whether bad results have lasted long enough at a moment."""
        good = [t for t in self.takes if t.index <= index and t.event.given.truth is Truth.GOOD]
        # At the moment of a good result the bad time before it still counts.
        if good and good[-1].index == index:
            good.pop()
        begin = good[-1].index if good else -1
        steady_s = sum(
            self.events[at].steady_s - self.events[at - 1].steady_s
            for at in range(max(begin, 0) + 1, index + 1)
            if self._bad(self.newest[at - 1])
        )
        since = [take for take in self.takes if begin < take.index <= index]
        stamps_s = sum(
            after.event.stamp_s - before.event.stamp_s
            for before, after in zip(since, since[1:], strict=False)
            if self._bad(before)
        )
        involved = self._bad(self.newest[index]) or self._bad(self.newest[index - 1])
        return involved and max(steady_s, stamps_s) >= self.config.close_after_s

    def _bad(self, take):
        return take is not None and take.event.given.truth is Truth.BAD

    def is_open(self, index):
        """Tell whether the gate of the camera must be open after a moment."""
        for at in range(index, -1, -1):
            take = self.newest[at]
            if take is not None and take.index == at and self.opens(take):
                return True
            if not self.sound(at) or self.closes(at):
                return False
        return False
