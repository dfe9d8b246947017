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

"""Laws of tracks: what is handed out and the table behind it."""

import numpy as np
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.core.tracks import TrackTable
import pytest

STATES = [TrackState.TENTATIVE, TrackState.CONFIRMED, TrackState.OCCLUDED, TrackState.LOST,
          TrackState.CONFIRMED]


def tracks_in(states):
    """Return a track in each state, every number of it telling its row."""
    rows = np.arange(len(states))
    return Tracks(
        track_ids=rows + 1, boxes_xyxy=np.repeat(rows[:, None], 4, axis=1).astype(np.float32),
        states=np.array(states, np.uint8), scores=(rows / 10).astype(np.float32),
        velocities_px=np.repeat(rows[:, None], 2, axis=1).astype(np.float32),
        first_seen_s=rows + 0.25, last_seen_s=rows + 0.5, detection_indices=rows - 1)


def seen(table, *detections, time_s=0.0):
    """Start tracks for detections."""
    table.add(np.array(detections), np.full(len(detections), 0.9, np.float32), time_s)


def test_states_have_the_numbers_of_the_message():
    assert {state.name: state.value for state in TrackState} == {
        'UNKNOWN': 0, 'TENTATIVE': 1, 'CONFIRMED': 2, 'OCCLUDED': 3, 'LOST': 4}


def test_confirmed_are_those_seen_just_now_and_present_all_but_the_lost():
    tracks = tracks_in(STATES)
    assert tracks.confirmed().track_ids.tolist() == [2, 5]
    assert tracks.present().track_ids.tolist() == [1, 2, 3, 5]
    assert len(tracks) == 5


@pytest.mark.parametrize('index, rows', [
    (np.array([3, 1]), [3, 1]),  # in the order asked for
    (np.array([True, False, False, False, True]), [0, 4]),
    (slice(0, 2), [0, 1]),
    (np.zeros(5, np.bool_), []),  # none
])
def test_chosen_rows_stay_together(index, rows):
    chosen = tracks_in(STATES)[index]
    assert (chosen.track_ids - 1).tolist() == rows
    assert chosen.boxes_xyxy.tolist() == [[row] * 4 for row in rows]
    assert chosen.states.tolist() == [STATES[row] for row in rows]
    np.testing.assert_allclose(chosen.scores, np.array(rows) / 10)
    assert chosen.velocities_px.tolist() == [[row] * 2 for row in rows]
    assert (chosen.first_seen_s - 0.25).tolist() == rows
    assert (chosen.last_seen_s - 0.5).tolist() == rows
    assert (chosen.detection_indices + 1).tolist() == rows


def test_ids_ascend_and_are_never_used_again():
    table = TrackTable()
    seen(table, 0, 1, 2)
    table.keep(np.array([False, True, False]))
    seen(table, 0)
    assert table.ids.tolist() == [2, 4]
    table.keep(np.zeros(2, np.bool_))
    seen(table, 0, 1)
    assert table.ids.tolist() == [5, 6]


def test_two_tables_number_their_tracks_apart():
    first, second = TrackTable(), TrackTable()
    seen(first, 0, 1, 2)
    seen(second, 0)
    assert second.ids.tolist() == [1]


def test_new_track_is_tentative_and_seen_once():
    table = TrackTable()
    seen(table, 7, time_s=3.0)
    assert table.states.tolist() == [TrackState.TENTATIVE]
    assert table.hits.tolist() == [1]
    assert table.first_seen_s.tolist() == table.last_seen_s.tolist() == [3.0]
    assert table.detections.tolist() == [7]
    assert table.leaving.tolist() == [False]


def test_seeing_a_track_changes_no_other_and_not_when_it_was_first_seen():
    table = TrackTable()
    seen(table, 0, 1, 2)
    table.see(np.array([2, 0]), np.array([8, 9]), np.float32([0.25, 0.5]), 1.0)
    assert table.hits.tolist() == [2, 1, 2]
    assert table.detections.tolist() == [9, 1, 8]
    assert table.last_seen_s.tolist() == [1.0, 0.0, 1.0]
    assert table.first_seen_s.tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_array_equal(table.scores, np.float32([0.5, 0.9, 0.25]))


@pytest.mark.parametrize('leaving', [True, False])
def test_track_that_takes_over_is_the_old_one_where_the_new_one_is(leaving):
    table = TrackTable()
    seen(table, 0, 1, time_s=1.0)
    seen(table, 5, time_s=4.0)
    table.states[:] = [TrackState.LOST, TrackState.CONFIRMED, TrackState.CONFIRMED]
    table.see(np.array([2]), np.array([6]), np.float32([0.5]), 5.0)
    table.leaving[:] = [not leaving, False, leaving]
    table.take_over(0, 2)
    table.keep(np.array([True, True, False]))
    assert table.ids.tolist() == [1, 2]
    assert table.states.tolist() == [TrackState.CONFIRMED] * 2
    assert table.hits.tolist() == [3, 1]
    assert table.detections.tolist() == [6, 1]
    assert table.first_seen_s.tolist() == [1.0, 1.0]
    assert table.last_seen_s.tolist() == [5.0, 1.0]
    assert table.leaving.tolist() == [leaving, False]
    np.testing.assert_array_equal(table.scores, np.float32([0.5, 0.9]))
    seen(table, 0)
    assert table.ids.tolist() == [1, 2, 4], 'the id given up is used again'


def test_types_of_the_columns_stay():
    table = TrackTable()
    before = {name: column.dtype for name, column in vars(table).items() if name != '_next_id'}
    seen(table, 0, 1)
    table.keep(np.array([True, False]))
    after = {name: column.dtype for name, column in vars(table).items() if name != '_next_id'}
    assert before == after
    assert len(table) == 1
