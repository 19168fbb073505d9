# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate's rules once more, as statements about a whole history, without any state.

Written to be compared with the gate: slow, and without a line of its code.
"""

from dataclasses import dataclass
from itertools import groupby

from gate_histories import Truth


@dataclass(frozen=True)
class Take:
    """A result of one camera: where in the history it came, and since when its stamp is known.

    ``given`` is the worst that has come of this stamp without another in between.
    """

    index: int
    event: object
    given: object
    first_steady_s: float
    stamp_is_right: bool


class Reference:
    """Tell for every moment of a history whether a camera must be open."""

    def __init__(self, history, camera):
        self.history = history
        self.events = history.events
        self.takes = []
        # The last result that has come, event by event.
        self.newest = []
        for index, event in enumerate(self.events):
            if event.given is not None and event.camera == camera:
                self.takes.append(self._take(index, event))
            self.newest.append(self.takes[-1] if self.takes else None)

    def _take(self, index, event):
        right, first_steady_s, given = event.stamp_s > 0.0, event.steady_s, event.given
        if right and self.takes:
            before = self.takes[-1]
            if event.stamp_s == before.event.stamp_s:
                right, first_steady_s = before.stamp_is_right, before.first_steady_s
                given = max(given, before.given, key=event.truth)
            else:
                right = event.stamp_s > before.event.stamp_s
        return Take(index, event, given, first_steady_s, right)

    def usable(self, take, index):
        """Tell whether a result says anything at a moment."""
        event = self.events[index]
        kept_s = max((region.age_s for region in take.given.regions), default=0.0)
        ages = (event.ros_s - take.event.stamp_s, event.steady_s - take.first_steady_s)
        return (
            take.stamp_is_right
            and event.truth(take.given) is not Truth.IMPOSSIBLE
            and ages[0] >= -event.config.future_tolerance_s
            and max(ages) + kept_s <= event.config.stale_after_s
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
        until, changed = self.takes.index(take), self.history.last_change(take.index)
        for start in reversed(range(until + 1)):
            run = self.takes[start : until + 1]
            first = run[0]
            if not self._is(Truth.GOOD, first, first.index):
                return False
            if not self.usable(first, first.index):
                return False
            if changed > first.index:
                return False
            if not all(map(self.sound, range(first.index + 1, take.index + 1))):
                return False
            passed = (
                take.event.steady_s - first.event.steady_s,
                take.event.stamp_s - first.event.stamp_s,
            )
            if min(passed) >= take.event.config.open_after_s:
                return True
        return False

    def closes(self, index):
        """Tell whether bad results have lasted long enough at a moment."""
        pictures = self._pictures(index)
        for place in reversed(range(len(pictures))):
            if self._was_good(pictures[place][1], index):
                pictures = pictures[place:]
                break
        steady_s = stamps_s = 0.0
        for (first, last), after in zip(pictures, [*pictures[1:], None], strict=True):
            # What a result is to the limits under which the next one came, or to those of now.
            end = index if after is None else after[0].index
            if not self._is(Truth.BAD, last, end):
                continue
            steady_s += self.events[end].steady_s - first.event.steady_s
            if after is not None:
                stamps_s += after[0].event.stamp_s - first.event.stamp_s
        near = self.newest[index], self.newest[index - 1]
        involved = any(self._is(Truth.BAD, take, index) for take in near)
        close_after_s = self.events[index].config.close_after_s
        return involved and max(steady_s, stamps_s) >= close_after_s

    def _pictures(self, until):
        """Return the first and the last result of every picture up to a moment.

        Those whose time was over when the gate last started over are left out.
        """
        takes = [take for take in self.takes if take.index <= until]
        groups = (list(group) for _, group in groupby(takes, key=lambda take: take.event.stamp_s))
        pictures = [(group[0], group[-1]) for group in groups]
        over = next((at for at in range(until, -1, -1) if not self.sound(at)), -1)
        ends = [first.index for first, _ in pictures[1:]] + [until + 1]
        return [one for one, end in zip(pictures, ends, strict=True) if end > over]

    def _was_good(self, take, until):
        """Tell whether a result was good while it was the newest, so that bad time began anew.

        At the moment when a good result comes the bad time before it still counts.
        """
        return any(
            self._is(Truth.GOOD, take, at)
            for at in range(take.index, until + 1)
            if (at == take.index < until)
            or (at > take.index and self.newest[at - 1] is take and self.history.changes(at))
        )

    def _is(self, truth, take, index):
        return take is not None and self.events[index].truth(take.given) is truth

    def is_open(self, index):
        """Tell whether the gate of the camera must be open after a moment."""
        for at in range(index, -1, -1):
            take = self.newest[at]
            if take is not None and take.index == at and self.opens(take):
                return True
            if not self.sound(at) or self.closes(at):
                return False
        return False
