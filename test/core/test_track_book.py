# Copyright 2026 The person_tracker authors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Laws of the tracks: which there are, when they are over, and which looks they take."""

import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_config import BodyEvidenceConfig
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.track_book import TrackBook
from person_tracker.core.types import Appearance
import pytest

MODEL = 'a face network'
CONFIG = IdentityConfig()
BODY_MODEL = 'a body network'
SCALES = ScaleBook({MODEL: Calibration(0.4, 30.0), BODY_MODEL: Calibration(0.5, 20.0)})
ANNA, BOB, CLEO = np.eye(3, dtype=np.float32)


@pytest.fixture
def book():
    return TrackBook()


def see(book, time_s, *track_ids, camera='door', hidden=()):
    return book.see(camera, track_ids, [each not in hidden for each in track_ids], time_s)


def add_face(book, faces_of, embedding, time_s, quality=0.9, track_id=1, model=MODEL):
    book.add_faces('door', faces_of([(embedding, quality)], [track_id], model), time_s, CONFIG,
                   SCALES)


def test_tracks_are_told_apart_by_camera(book):
    first, = see(book, 0.0, 1)
    other, = see(book, 0.0, 1, camera='hall')
    assert first is not other
    assert book.find('door', 1) is first
    assert book.find('door', 2) is None
    assert len(book) == 2


def test_camera_that_is_lost_sight_of_shows_nobody_and_keeps_its_tracks(book):
    see(book, 0.0, 1, 2)
    see(book, 0.0, 7, camera='hall')
    book.lose_sight('door')
    assert list(book.in_view('door')) == [] and len(list(book.in_view('hall'))) == 1
    assert len(list(book.of_camera('door'))) == 2
    see(book, 1.0, 2)
    assert [track.track_id for track in book.in_view('door')] == [2]


def test_in_view_is_what_the_last_image_of_the_camera_showed(book):
    see(book, 0.0, 1, 2)
    see(book, 0.0, 7, camera='hall')
    see(book, 1.0, 2, 3, hidden=[3])
    assert [track.track_id for track in book.in_view('door')] == [2]
    assert [track.track_id for track in book.in_view('hall')] == [7]
    assert book.find('door', 1).last_s == 0.0
    assert book.find('door', 3).last_s == 1.0


def test_tracks_come_back_in_the_order_asked(book):
    assert [track.track_id for track in see(book, 0.0, 3, 1, 2)] == [3, 1, 2]


@pytest.mark.parametrize('now_s, is_over', [
    (10.0, False),   # nothing happened since
    (70.0, False),   # just within patience
    (70.1, True),
    (-49.0, False),  # a small step back in time
    (-60.0, True),   # a recording starts again
])
def test_tracks_are_over_when_not_heard_of_for_long(book, now_s, is_over):
    see(book, 10.0, 1)
    ended = book.end('door', now_s, 60.0)
    assert [track.track_id for track in ended] == [1] * is_over
    assert len(book) == (not is_over)


def test_time_of_one_camera_ends_no_track_of_another(book):
    see(book, 0.0, 1)
    assert book.end('hall', 1e9, 60.0) == []


def test_tracks_of_a_person_come_with_those_seen_last_first(book):
    for camera, time_s in (('door', 1.0), ('hall', 3.0), ('yard', 2.0)):
        see(book, time_s, 1, camera=camera)[0].person_id = 'p1'
    assert [track.camera for track in book.of_person('p1')] == ['hall', 'yard', 'door']
    assert book.of_person('p2') == []


def add_body(book, track_id, time_s):
    look = Appearance(ANNA[None], np.float32([0.9]), BODY_MODEL)
    book.add_bodies('door', [track_id], look, time_s, CONFIG, SCALES)


@pytest.mark.parametrize('time_s, is_wanted', [
    (0.3, False),
    (0.4, True),
    (-50.0, True),  # a recording starts again
])
def test_a_body_is_wanted_at_first_and_then_at_intervals(book, time_s, is_wanted):
    body = BodyEvidenceConfig(interval_s=0.4)
    assert book.wants_bodies('door', [1], 0.0, body).tolist() == [True]
    add_body(book, 1, 0.0)
    assert book.wants_bodies('door', [1], time_s, body).tolist() == [is_wanted]
    assert book.wants_bodies('hall', [1], time_s, body).tolist() == [True]  # another track


@pytest.mark.parametrize('max_tracks, wanted', [
    (1, [4]),           # a new track before all
    (2, [2, 4]),        # then who waits longest
    (3, [1, 2, 4]),
    (9, [1, 2, 4]),     # 3 was looked at just now
])
@pytest.mark.parametrize('order', [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3]])
def test_of_many_those_are_looked_at_who_wait_longest(book, order, max_tracks, wanted):
    body = BodyEvidenceConfig(interval_s=0.4, max_tracks=max_tracks)
    for track_id, time_s in ((1, 5.0), (2, 1.0), (3, 9.9)):
        book.wants_bodies('door', [track_id], time_s, body)
    chosen = book.wants_bodies('door', order, 10.0, body)
    assert sorted(np.array(order)[chosen]) == wanted


def test_everybody_in_a_crowd_is_looked_at_in_turn(book):
    body = BodyEvidenceConfig(interval_s=0.2, max_tracks=4)
    crowd = np.arange(1, 15)
    last = dict.fromkeys(crowd.tolist(), -1)
    for image in range(50):
        chosen = crowd[book.wants_bodies('door', crowd.tolist(), 0.1 * image, body)]
        assert len(chosen) == 4
        for track_id in chosen.tolist():
            add_body(book, track_id, 0.1 * image)
            last[track_id] = image
        assert min(last.values()) >= image - 4  # 14 people, 4 at a time


def test_who_gives_no_look_that_can_be_used_does_not_keep_others_from_being_looked_at(book):
    body = BodyEvidenceConfig(interval_s=0.2, max_tracks=4)
    ids, looked_at = np.arange(1, 9), set()
    for image in range(20):
        chosen = ids[book.wants_bodies('door', ids.tolist(), 0.2 * image, body)].tolist()
        looked_at.update(chosen)
        for track_id in chosen:
            if track_id > 4:  # the others are hidden, each by the next
                add_body(book, track_id, 0.2 * image)
    assert looked_at == set(ids.tolist())


def test_an_image_without_tracks_wants_no_body(book):
    assert book.wants_bodies('door', [], 0.0, CONFIG.body).shape == (0,)


@pytest.mark.parametrize('quality, embedding, is_taken', [
    (0.2, ANNA, True),       # just good enough
    (0.19, ANNA, False),     # too poor
    (0.9, 0 * ANNA, False),  # there was no usable picture
])
def test_bodies_are_taken_where_they_are_good_enough(book, quality, embedding, is_taken):
    look = Appearance(embedding[None], np.float32([quality + 1e-6]), BODY_MODEL)
    book.add_bodies('door', [1], look, 0.0, CONFIG, SCALES)
    assert len(book) == is_taken


@pytest.mark.parametrize('quality, embedding, track_id, is_taken', [
    (0.9, ANNA, 1, True),
    (0.1, ANNA, 1, False),      # too poor
    (0.9, 0 * ANNA, 1, False),  # not embedded
    (0.9, ANNA, 0, False),      # of no track
])
def test_faces_are_taken_where_they_are_good_enough(
        book, faces_of, quality, embedding, track_id, is_taken):
    add_face(book, faces_of, embedding, 0.0, quality, track_id)
    assert len(book) == is_taken
    assert all(track.is_changed for track in book)


def contrary(book):
    return book.find('door', 1).contrary_faces


def test_faces_in_a_row_of_somebody_else_are_counted(book, faces_of):
    for time_s, face in enumerate([ANNA, ANNA, BOB]):
        add_face(book, faces_of, face, float(time_s))
    assert contrary(book) == 1
    add_face(book, faces_of, BOB, 3.0)
    assert contrary(book) == 2


def test_an_odd_face_is_forgotten_with_the_next_good_one(book, faces_of):
    for time_s, face in enumerate([ANNA, BOB, ANNA, CLEO, ANNA]):
        add_face(book, faces_of, face, float(time_s))
    assert contrary(book) == 0


def test_a_poor_picture_is_no_contradiction(book, faces_of):
    add_face(book, faces_of, ANNA, 0.0)
    for time_s in (1.0, 2.0, 3.0):
        add_face(book, faces_of, BOB, time_s, quality=0.3)
    assert contrary(book) == 0


def test_another_network_is_no_contradiction(book, faces_of):
    add_face(book, faces_of, ANNA, 0.0)
    add_face(book, faces_of, BOB, 1.0)
    add_face(book, faces_of, BOB, 2.0, model='b')
    assert contrary(book) == 0


def test_bodies_in_view_are_the_latest_of_one_network(book):
    for track_id, model in ((1, 'a'), (2, 'a'), (3, 'b')):
        for look in (BOB, ANNA):
            book.add_bodies('door', [track_id], Appearance(look[None], np.float32([0.9]), model),
                            0.0, CONFIG, SCALES)
    see(book, 0.0, 1, 3)
    np.testing.assert_array_equal(book.bodies_in_view('door', 'a'), ANNA[None])
    assert len(book.bodies_in_view('hall', 'a')) == 0


class TestContraryBodies:
    """A track that has gone over to somebody in other clothes shows it by several looks."""

    # Similar to themselves, not to each other; the last is half Anna's, half Bob's.
    LOOKS = {'A': ANNA, 'B': BOB, 'C': CLEO, '+': (ANNA + BOB) / np.float32(np.sqrt(2.0))}

    @pytest.mark.parametrize('seen, contrary, alike', [
        ('A', 0, 0),         # the first says nothing
        ('AAA', 0, 0),
        ('AB', 1, 1),
        ('AABBB', 3, 3),
        ('AABBA', 0, 0),     # it was the same person after all
        ('AABCB', 3, 2),     # like nobody before, but not like each other either
        ('AABBBC', 4, 1),
        ('AB+', 0, 0),       # resembles who was there before
        ('AAAABBBB', 4, 4),
        ('ABBBBBBBBB', 0, 0),  # who was there before is remembered no more
    ])
    def test_looks_unlike_those_before_are_counted(self, book, seen, contrary, alike):
        for number, who in enumerate(seen):
            book.add_bodies('door', [1], Appearance(
                self.LOOKS[who][None], np.float32([0.9]), BODY_MODEL), number / 2, CONFIG, SCALES)
        track = book.find('door', 1)
        assert (track.contrary_bodies, track.alike_bodies) == (contrary, alike)

    @pytest.mark.parametrize('other', [
        np.eye(3, dtype=np.float32)[1],    # of the same size
        np.eye(1, 8, dtype=np.float32)[0],  # of another size
    ])
    def test_another_network_is_no_contradiction(self, book, other):
        for number in range(3):
            add_body(book, 1, number / 2)
        for number in range(6):
            book.add_bodies('door', [1], Appearance(
                other[None], np.float32([0.9]), 'another network'), 2.0 + number, CONFIG, SCALES)
            track = book.find('door', 1)
            assert (track.contrary_bodies, track.alike_bodies) == (0, 0)
        assert track.bodies.model == 'another network'


def test_new_evidence_from_places_is_for_tracks_without_a_person(book):
    decided, open_track = see(book, 0.0, 1, 2)
    decided.person_id = 'p1'
    book.reconsider_undecided('door', [1, 2], 0.0)
    assert (decided.is_changed, open_track.is_changed) == (False, True)


def test_when_a_track_was_last_seen_is_not_when_it_was_last_believed(book):
    see(book, 0.0, 1)
    track, = see(book, 5.0, 1, hidden=[1])
    assert (track.seen_s, track.last_s) == (0.0, 5.0)
