# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The service answers in words about the newest frame, or says why not, and holds up nothing."""

import numpy as np
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import Header

from sageiq_msgs.srv import DescribeQuality
from sageiq_ros.nodes import describe
from sageiq_ros.nodes.messages import bgr_image

SERVICE = '/sageiq/describe_quality'
END_S = 5.0
INACTIVE = 'not active; activate it with "ros2 lifecycle set /sageiq/sageiq_node activate"'


def ask(probe, camera='', roi=(0, 0, 0, 0)):
    """Send a request and return the future of its answer."""
    x, y, width, height = roi
    region = RegionOfInterest(x_offset=x, y_offset=y, width=width, height=height)
    request = DescribeQuality.Request(camera=camera, roi=region)
    return probe.request(DescribeQuality, SERVICE, request)


def answer(probe, *args, **options):
    future = ask(probe, *args, **options)
    probe.until(future.done, 'answer')
    result = future.result()
    # Either words or a reason, never both nor neither.
    assert result.success == bool(result.description) == (not result.message)
    return result


def change(probe, transition):
    request = ChangeState.Request(transition=Transition(id=transition))
    return probe.request(ChangeState, '/sageiq/sageiq_node/change_state', request)


def test_the_newest_frame_of_the_only_camera_is_described(start, probe, picture):
    start()
    for brightness in (100, 200):
        probe.ask(picture(brightness, size=(8, 6)))
        assert answer(probe).description == f'8 x 6 px of brightness {brightness}.'


def test_a_frame_that_still_waits_for_its_turn_is_the_newest(start, probe, picture):
    running = start()
    probe.ask(picture(50))
    running.pipeline.gate.clear()
    probe.send(picture(100))
    probe.until(lambda: running.pipeline.seen == 2, 'frame in work')
    probe.send(picture(150))
    camera = running.node._cameras[0]
    probe.until(lambda: camera.received == 3, 'third frame')
    future = ask(probe)
    probe.until(lambda: running.node._frames._errands, 'request at the worker')
    running.pipeline.gate.set()
    probe.until(future.done, 'answer')
    assert future.result().description.endswith('brightness 150.')


def test_a_roi_cuts_the_picture(start, probe):
    start()
    image = np.zeros((6, 8, 3), np.uint8)
    image[2:4, 3:8] = 90
    probe.ask(bgr_image(image, Header()))
    assert answer(probe, roi=(3, 2, 5, 2)).description == '5 x 2 px of brightness 90.'


def test_a_camera_is_asked_for_by_its_topic(start, probe, picture):
    start(cameras=['/front', 'rear'])
    probe.ask(picture(40), '/front')
    probe.ask(picture(80), '/sageiq/rear')
    for name, brightness in (('/front', 40), ('rear', 80), ('/sageiq/rear', 80)):
        assert answer(probe, name).description.endswith(f'brightness {brightness}.')


def test_a_camera_that_cannot_be_meant_is_told_the_known_ones(start, probe):
    start(cameras=['/front', '/rear'])
    assert answer(probe).message == 'There are several cameras; name one of /front, /rear.'
    expected = "'/left' is no camera of this node; name one of /front, /rear."
    assert answer(probe, '/left').message == expected
    assert 'No image has come on /rear yet' in answer(probe, '/rear').message


def test_a_roi_that_leaves_the_image_is_refused(start, probe, picture):
    start()
    probe.ask(picture(size=(8, 6)))
    for roi in ((4, 0, 5, 1), (0, 6, 1, 1), (2**31, 0, 2**31, 1)):
        message = answer(probe, roi=roi).message
        assert 'does not lie inside the image of 8x6 pixels' in message


def test_a_fault_of_the_scorer_is_told_and_costs_this_answer_only(start, probe, picture):
    running = start()
    probe.send(picture(13))
    probe.until(lambda: running.node._cameras[0].received, 'frame')
    assert 'RuntimeError: a fault inside the scorer' in answer(probe).message
    probe.ask(picture(14))
    assert answer(probe).message == 'The model has nothing to say.'
    probe.ask(picture(15))
    assert 'empty answer' in answer(probe).message
    probe.ask(picture(16))
    assert answer(probe).success


def test_a_frame_that_cannot_be_decoded_is_told(start, probe, picture):
    running = start()
    broken = picture()
    broken.encoding = 'smoke'
    probe.send(broken)
    probe.until(lambda: running.node._cameras[0].received, 'frame')
    assert "'smoke' is not known" in answer(probe).message


def test_a_long_description_holds_up_neither_parameters_nor_diagnostics(start, probe, picture):
    running = start()
    probe.ask(picture())
    running.pipeline.speech.clear()
    future = ask(probe)
    probe.until(lambda: running.pipeline.asked, 'description in work')
    assert probe.set(scorer__good=0.7).successful
    probe.status('results')
    received = running.node._cameras[0].received
    probe.send(picture(90))
    probe.until(lambda: running.node._cameras[0].received > received, 'frame taken in')
    assert not future.done()
    running.pipeline.speech.set()
    probe.until(future.done, 'answer')
    assert future.result().success
    probe.until(lambda: len(probe.results) == 2, 'result of the frame that came meanwhile')


def test_a_frame_goes_before_the_next_description(start, probe, picture):
    running = start()
    probe.ask(picture())
    running.pipeline.speech.clear()
    futures = [ask(probe) for _ in range(2)]
    probe.until(lambda: running.pipeline.asked and running.node._frames._errands, 'both')
    probe.send(picture(90))
    probe.until(lambda: running.node._cameras[0].received == 2, 'frame')
    running.pipeline.gate.clear()
    running.pipeline.speech.set()
    probe.until(lambda: running.pipeline.seen == 2, 'frame in work')
    assert running.pipeline.asked == 1
    running.pipeline.gate.set()
    probe.until(lambda: all(future.done() for future in futures), 'answers')
    assert all(future.result().success for future in futures)


def test_more_requests_than_can_wait_are_turned_away(start, probe, picture):
    running = start()
    probe.ask(picture())
    running.pipeline.speech.clear()
    waiting = [ask(probe) for _ in range(describe.MOST_WAITING)]
    probe.until(lambda: len(running.node._descriptions._waiting) == len(waiting), 'requests')
    assert answer(probe).message.startswith(f'{describe.MOST_WAITING} descriptions are already')
    running.pipeline.speech.set()
    probe.until(lambda: all(future.done() for future in waiting), 'answers')
    assert answer(probe).success


def test_a_description_that_takes_too_long_is_given_up(start, probe, picture, monkeypatch):
    monkeypatch.setattr(describe, 'DEADLINE_S', 0.2)
    running = start()
    probe.ask(picture())
    running.pipeline.speech.clear()
    assert 'no description within 0 s' in answer(probe).message
    running.pipeline.speech.set()
    monkeypatch.setattr(describe, 'DEADLINE_S', 60.0)
    probe.ask(picture())
    assert answer(probe).success


def test_a_node_that_is_not_active_says_how_to_activate_it(start, probe, picture):
    start(autostart=False)
    assert INACTIVE in answer(probe).message
    for transition in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
        probe.until(change(probe, transition).done, 'transition')
    probe.ask(picture())
    assert answer(probe).success


def test_deactivation_answers_who_waits_and_forgets_the_frames(start, probe, picture):
    running = start()
    probe.ask(picture())
    running.pipeline.speech.clear()
    futures = [ask(probe) for _ in range(2)]
    probe.until(lambda: running.pipeline.asked and running.node._frames._errands, 'both')
    frames = running.node._frames
    transition = change(probe, Transition.TRANSITION_DEACTIVATE)
    probe.until(lambda: frames._closed, 'deactivation')
    running.pipeline.speech.set()
    probe.until(lambda: all(future.done() for future in futures), 'answers')
    assert all(INACTIVE in future.result().message for future in futures)
    assert running.pipeline.asked == 1
    probe.until(transition.done, 'transition')
    probe.until(change(probe, Transition.TRANSITION_ACTIVATE).done, 'transition')
    assert 'No image has come' in answer(probe).message


def test_the_end_of_the_process_does_not_wait_for_a_description(start, probe, picture):
    running = start()
    probe.ask(picture())
    running.pipeline.speech.clear()
    ask(probe)
    probe.until(lambda: running.pipeline.asked, 'description in work')
    frames = running.node._frames
    change(probe, Transition.TRANSITION_DEACTIVATE)
    probe.until(lambda: frames._closed, 'deactivation')
    running.node.context.shutdown()
    running._thread.join(END_S)
    assert not running._thread.is_alive() and not running.pipeline.speech.is_set()
    assert not running.node.close()
    running.pipeline.speech.set()
