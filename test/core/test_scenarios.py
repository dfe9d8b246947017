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

"""
Play the stories of `test/scenarios`: who is seen when, by what, and who it is said to be.

How to read and to write one says `test/scenarios/README.md`.
"""

from dataclasses import dataclass
from pathlib import Path
import re

import numpy as np
from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonError
from person_tracker.core.person_gallery import PersonGallery
import pytest

FOLDER = Path(__file__).parents[1] / 'scenarios'
START_S = 1e6  # of every story; at 0 a person was never seen
LAG_S = 1.0  # a track that went over to somebody else keeps a name for two images


@dataclass(frozen=True)
class Row:
    """One row of a table: what a camera sees for a while, or what an operator does."""

    start_s: float
    end_s: float
    camera: str
    track_id: int
    role: str
    places_m: np.ndarray  # shape (2, 2): where it begins and where it ends; NaN: not known
    expected: str
    text: str

    @property
    def who(self):
        return self.role.split()[0]

    @property
    def is_deed(self):
        return self.role.startswith('*')

    def place_m(self, time_s):
        """Return the place at a time: the way is straight and even."""
        share = (time_s - self.start_s) / max(self.end_s - self.start_s, 1e-9)
        return (1.0 - share) * self.places_m[0] + share * self.places_m[1]

    def is_on_track_of(self, other):
        return not self.is_deed and (self.camera, self.track_id) == (other.camera, other.track_id)


class Story:
    """What a file says: who is enrolled, who looks alike, settings, rows, and the end."""

    def __init__(self, text):
        self._text = text
        self.enrolled = self._list('Enrolled')
        self.alike = self._list('Alike')
        self.settings = dict(_setting(each) for each in self._list('Settings'))
        self.known = self._list('Known in the end')
        self.events = self._list('Events')
        self.not_yet = self._line('Not yet so')
        clocks = (each.split() for each in self._list('Clocks'))
        self.clocks_s = {camera: float(ahead_s) for camera, ahead_s in clocks}
        self.rows = [_row(line) for line in text.splitlines() if re.match(r'\| *\d', line)]

    def _line(self, title):
        found = re.search(rf'^{title}: (.*?)\.?$', self._text, re.MULTILINE)
        return found[1].strip() if found else ''

    def _list(self, title):
        return [each.strip(' `') for each in self._line(title).split(',') if each.strip()]


def _row(text):
    times, where, who, face, clothes, *place, expected = (
        each.strip() for each in text.strip('| ').split('|'))
    start, _, end = times.partition('-')
    camera, _, track = where.partition(' ')
    role = who if who.startswith('*') else f'{who} {face} {clothes or f"those_of_{who}"}'
    return Row(_seconds(start), _seconds(end or start), camera, int(track or 0), role,
               _places(*place), expected, text)


def _places(text=''):
    """Return where a row begins and ends, metres, of `x, y` or `x, y to x, y`."""
    if not text:
        return np.full((2, 2), np.nan)
    ways = [[float(each) for each in place.split(',')] for place in text.split('to')]
    return np.array([ways[0], ways[-1]])


def _seconds(text):
    """Return seconds of `minutes:seconds`."""
    minutes, _, seconds = text.strip().partition(':')
    return START_S + 60.0 * float(minutes) + float(seconds)


def _setting(text):
    name, _, value = text.partition('=')
    return name, value == 'true' if value in ('true', 'false') else float(value)


class Player:
    """
    Plays a story on a stage and compares what is said with what is expected, row by row.

    Attributes
    ----------
    labels
        Of a story, as `#1` or a name, to the id of the person.
    truth
        Who it is in truth, by label.
    saved, unsaved
        Changes before those of the stage, in a store and not.
    kinds
        What happened on stages before.

    """

    def __init__(self, story, stage, open_store):
        self.story, self._make_stage, self._open_store = story, stage, open_store
        self.stage = stage(story.enrolled, story.alike, **story.settings)
        self.labels = {each: self.stage.named(each) for each in story.enrolled}
        self.truth = {each: each for each in story.enrolled}
        self.unsaved = [PersonCreated(person) for person in self.stage.gallery]
        self.saved, self.kinds = [], []

    def play(self):
        cameras = sorted({row.camera for row in self.story.rows if row.track_id})
        end_s = max(row.end_s for row in self.story.rows)
        for time_s in np.arange(START_S, end_s + 0.25, 0.5).tolist():
            for camera in cameras:
                self._show(camera, time_s)
            for row in self.story.rows:
                if row.is_deed and row.start_s == time_s:
                    self._do(row, time_s)

    def _show(self, camera, time_s):
        rows = [row for row in self.story.rows if row.camera == camera and not row.is_deed
                and row.start_s <= time_s <= row.end_s]
        places = {row.track_id: row.place_m(time_s) for row in rows}
        answers = self.stage.show(time_s + self.story.clocks_s.get(camera, 0.0), camera, places,
                                  **{f't{row.track_id}': row.role for row in rows})
        answers = answers if isinstance(answers, list) else [answers]
        people = [each.person_id for each in answers if each.person_id]
        assert len(people) == len(set(people)), f'one person on two tracks of {camera}'
        for row, answer in zip(rows, answers):
            self._check_name(row, answer.name, time_s)
            if row.end_s == time_s:
                self._check_expected(row, answer)

    def _check_name(self, row, name, time_s):
        """Require that a name is right at every moment, not only where a row ends."""
        lag_s = LAG_S if any(each.is_on_track_of(row) and each.start_s < row.start_s
                             for each in self.story.rows) else 0.0
        if name and row.who != 'nobody' and not row.expected.endswith('!') and (
                time_s >= row.start_s + lag_s):
            assert self.truth[name] == row.who, f'{time_s - START_S:.1f} s: {name} on {row.text}'

    def _check_expected(self, row, answer):
        expected = row.expected.rstrip('!')
        said = f'{answer}, expected: {row.text}; labels: {self.labels}'
        if expected == '?':
            assert not answer.person_id, said
            return
        assert answer.person_id, said
        label, name = re.fullmatch(r'(#\d+|\(\w+\)|) ?(\w*)', expected).groups()
        assert answer.name == name, said
        for each in filter(None, (label.strip('()'), name)):
            if each not in self.labels:
                assert answer.person_id not in self.labels.values(), said
                self.labels[each], self.truth[each] = answer.person_id, row.who
            assert self.labels[each] == answer.person_id, said

    def _do(self, row, time_s):
        deed, *words = row.role.strip('*').split()
        try:
            getattr(self, f'_{deed}')(row, time_s, *words)
        except (EnrolmentError, PersonError) as error:
            assert row.expected == 'refused', f'{error}: {row.text}'
        else:
            assert row.expected == 'done', f'not refused: {row.text}'

    def _enrol(self, row, time_s, name):
        self.labels[name] = self.stage.enrol(name, time_s, row.camera, row.track_id)
        self.truth[name] = next(each.who for each in self.story.rows if each.is_on_track_of(row)
                                and each.start_s <= time_s <= each.end_s)

    def _forget(self, _, time_s, who):
        self.stage.ask(self.stage.edits.forgetting(self.labels[who]), time_s)

    def _merge(self, _, time_s, who, other):
        self.stage.ask(self.stage.edits.merging(self.labels[who], self.labels[other]), time_s)
        self.labels[other] = self.labels[who]

    def _rename(self, _, time_s, who, name):
        self.stage.ask(self.stage.edits.renaming(self.labels[who], name), time_s)
        self.labels[name], self.truth[name] = self.labels[who], self.truth[who]

    def _reject(self, row, time_s):
        self.stage.reject(time_s, row.camera, row.track_id)

    def _appoint(self, row, time_s, who):
        track = self.stage.edits.live_track(row.camera, row.track_id)
        self.stage.edits.appoint(track, self.labels[who], time_s)
        self.stage.note()

    def _replug(self, row, _time_s):
        self.stage.manager.restart_camera(row.camera)

    def _restart(self, _row, _time_s):
        """Begin anew with nothing but what a store kept."""
        store = self._open_store()
        changes = self.unsaved + self.stage.journal
        store.apply(changes)
        store.close()
        store = self._open_store()
        self.kinds += self.stage.kinds()
        self.saved, self.unsaved = self.saved + changes, []
        self.stage = self._make_stage(
            store.people(), self.story.alike, seed=2, **self.story.settings)
        store.close()

    def check_end(self, contents):
        """Compare who is known and what happened; the journal must tell all of it."""
        known = sorted(each.name or '#' for each in self.stage.gallery)
        if self.story.known:
            assert known == sorted(re.sub(r'#\d+', '#', each) for each in self.story.known)
        kinds = self.kinds + self.stage.kinds()
        counts = [f'{kinds.count(kind)} {kind}' for kind in sorted(set(kinds))]
        if self.story.events:
            assert counts == sorted(self.story.events, key=lambda each: each.split()[1])
        replayed = PersonGallery()
        for change in self.saved + self.unsaved + self.stage.journal:
            replayed.apply(change)
        assert contents(replayed) == contents(self.stage.gallery)


def _stories():
    stories = []
    for path in sorted(FOLDER.glob('*.md')):
        if path.stem != 'README':
            story = Story(path.read_text(encoding='utf-8'))
            marks = [pytest.mark.xfail(strict=True, reason=story.not_yet)] if story.not_yet else []
            stories.append(pytest.param(story, id=path.stem, marks=marks))
    return stories


@pytest.mark.parametrize('story', _stories())
def test_a_story_goes_as_told(story, stage, contents, tmp_path):
    def open_store():
        people_store = pytest.importorskip('person_tracker.store.people_store')
        return people_store.PeopleStore(str(tmp_path / 'people.sqlite'))

    player = Player(story, stage, open_store)
    player.play()
    player.check_end(contents)


@pytest.mark.parametrize('said, message', [
    ('Bob', 'expected'),   # a name that is not said
    ('#1', 'expected'),    # somebody without a name
    ('?', 'expected'),     # nobody
])
def test_a_story_that_expects_something_else_fails(stage, said, message):
    story = Story(f'Enrolled: Anna.\n| 0:00-0:05 | door 1 | Anna | good | | {said} |')
    with pytest.raises(AssertionError, match=message):
        Player(story, stage, None).play()


def test_a_wrong_name_fails_a_story_at_any_moment(stage):
    story = Story('Enrolled: Anna.\n| 0:00-0:05 | door 1 | Anna | good | | Anna |')
    player = Player(story, stage, None)
    player.truth['Anna'] = 'Bob'
    with pytest.raises(AssertionError, match='Anna on'):
        player.play()


@pytest.mark.parametrize('place, time_s, expected', [
    ('2, -1.5', 5.0, (2.0, -1.5)),
    ('0, 0 to 10, 20', 0.0, (0.0, 0.0)),   # where the row begins
    ('0, 0 to 10, 20', 5.0, (5.0, 10.0)),  # half way
    ('0, 0 to 10, 20', 10.0, (10.0, 20.0)),
    ('', 5.0, (np.nan, np.nan)),           # not known
])
def test_a_place_in_a_story_is_stood_at_or_walked_straight_to(place, time_s, expected):
    row, = Story(f'| 0:00-0:10 | door 1 | Anna | none | | {place} | #1 |').rows
    np.testing.assert_allclose(row.place_m(START_S + time_s), expected)
    assert (row.who, row.expected) == ('Anna', '#1')


def test_a_story_without_places_tells_none():
    row, = Story('| 0:00 | door 1 | Anna | none | red | #1 |').rows
    assert np.isnan(row.place_m(START_S)).all()
    assert (row.role, row.expected) == ('Anna none red', '#1')
