# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of faults read in diagnostics, and the transitions by which a node recovers."""

from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from node_fixtures import WAIT_S

OK, WARN, ERROR = b'\x00', b'\x01', b'\x02'
TOPIC = '/sageiq/image_raw'
CAMERA = f'camera {TOPIC}'
CONFIGURE, ACTIVATE = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE
DEACTIVATE, CLEANUP = Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP
ACTIVE, INACTIVE = State.PRIMARY_STATE_ACTIVE, State.PRIMARY_STATE_INACTIVE
UNCONFIGURED = State.PRIMARY_STATE_UNCONFIGURED
REACHED = {
    CONFIGURE: INACTIVE,
    ACTIVATE: ACTIVE,
    DEACTIVATE: INACTIVE,
    CLEANUP: UNCONFIGURED,
}


def values_of(status):
    """Return an entry's values by their keys."""
    return {item.key: item.value for item in status.values}


def said(probe, entry, message, level, timeout=WAIT_S):
    """Wait until an entry says a message, whole or by its beginning, at a level; return it."""
    return probe.status(
        entry,
        lambda status: status.message.startswith(message) and status.level == level,
        timeout,
    )


def told(probe, entry, message, level):
    """Wait until an entry has said a message at any time, as of what is in one report only."""

    def found():
        for array in probe.diagnostics:
            for status in array.status:
                is_it = status.name.endswith(entry) and status.message.startswith(message)
                if is_it and status.level == level:
                    return status
        return None

    return probe.until(found, f'{message!r} of {entry}')


def healthy(probe, entry=CAMERA):
    """Wait until an entry of the node is OK again; return it."""
    return probe.status(entry, lambda status: status.level == OK)


def change(probe, transition):
    """Ask for a transition; return whether its state is reached, whatever became of the answer."""
    request = ChangeState.Request(transition=Transition(id=transition))
    target = REACHED[transition]
    probe.call(
        ChangeState,
        '/sageiq/sageiq_node/change_state',
        request,
        lambda: state(probe) == target,
    )
    return state(probe) == target


def state(probe):
    request = GetState.Request()
    return probe.call(GetState, '/sageiq/sageiq_node/get_state', request).current_state.id


def restart(probe):
    """Take the node down to unconfigured and up again; return whether it is active."""
    for transition in (DEACTIVATE, CLEANUP):
        assert change(probe, transition)
    return change(probe, CONFIGURE) and change(probe, ACTIVATE)
