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

"""Laws of identity that hold whatever is seen, asked for, heard of, and in whatever order."""

from collections import Counter

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
import numpy as np
from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.people import Person
from person_tracker.core.people import PersonError
from person_tracker.core.person_gallery import PersonGallery

ACTORS = ['Anna', 'Bob', 'Cleo', 'Dan', 'Eve']
CAMERAS = ['door', 'hall']
KNOWN = ['Anna', 'Bob']
PLACES = {who: (3.0 * number, 0.0) for number, who in enumerate(ACTORS)}
SCENES = strategies.lists(strategies.tuples(
    strategies.sampled_from(CAMERAS),
    strategies.lists(strategies.sampled_from(ACTORS), max_size=4, unique=True),
    strategies.sampled_from(['good', 'poor', 'none']),
    strategies.sampled_from([2, 8]), strategies.sampled_from([1.0, 30.0, 200.0])), max_size=8)


def as_list(answers):
    return answers if isinstance(answers, list) else [answers]


@settings(max_examples=25)
@given(scenes=SCENES, order=strategies.randoms(), has_places=strategies.booleans())
def test_order_of_tracks_does_not_matter(stage, scenes, order, has_places):
    def people(shuffled):
        door, found, now_s = stage(KNOWN, learning__strangers=False), [], 1.0
        for number, (camera, actors, face, images, pause_s) in enumerate(scenes):
            tracks = {f't{10 * number + each}': f'{who} {face}' for each, who in enumerate(actors)}
            places = {10 * number + each: PLACES[who] for each, who in enumerate(actors)}
            for _ in range(images):
                keys = list(tracks)
                if shuffled:
                    order.shuffle(keys)
                answers = as_list(door.show(now_s, camera, places if has_places else None,
                                            **{key: tracks[key] for key in keys}))
                found.append(sorted(zip(keys, (each.person_id for each in answers))))
                now_s += 0.5
            now_s += pause_s
        return found
    assert people(True) == people(False)


@settings(max_examples=25)
@given(scenes=SCENES)
def test_names_are_right_unique_and_the_journal_tells_all(stage, contents, scenes):
    # Clothes carry names as readily as they can.
    door = stage(KNOWN, body__carry_name_s=1800.0, body__carry_log_odds=0.0)
    now_s = 1.0
    known = list(door.gallery)
    for number, (camera, actors, face, images, pause_s) in enumerate(scenes):
        tracks = {f't{10 * number + each}': f'{who} {face}' for each, who in enumerate(actors)}
        for _ in range(images):
            answers = as_list(door.show(now_s, camera, **tracks))
            for who, answer in zip(actors, answers):
                assert answer.name in ('', who)
                assert (answer.confidence >= 0) == bool(answer.person_id)
            people = [each.person_id for each in answers if each.person_id]
            assert len(people) == len(set(people))
            now_s += 0.5
        now_s += pause_s
    replayed = PersonGallery(known)
    for change in door.journal:
        replayed.apply(change)
    assert contents(replayed) == contents(door.gallery)


class Chaos:
    """Random images, wishes and news, with a random clock, on one stage."""

    def __init__(self, stage, seed):
        self.random = np.random.default_rng(seed)
        self.door = stage(KNOWN, alike=['Anna', 'Eve'], face__max_looks=3, body__max_looks=4,
                          body__memory_s=300.0, retention__anonymous_s=900.0,
                          retention__max_anonymous=8)
        self.known = list(self.door.gallery)
        self.tracks = {camera: {} for camera in CAMERAS}
        self.now_s, self.count = 1e4, 0

    def step(self):
        chance = self.random.random()
        if chance < 0.1:
            self.now_s += float(self.random.choice([1.0, 30.0, 90.0, 400.0, -20.0, -1000.0]))
        elif chance < 0.25:
            self.ask()
        elif chance < 0.28:
            camera = str(self.random.choice(CAMERAS))
            self.door.manager.restart_camera(camera)
            self.tracks[camera].clear()
        else:
            self.see(str(self.random.choice(CAMERAS)))

    def see(self, camera):
        tracks = self.tracks[camera]
        for track in list(tracks):
            if self.random.random() < 0.05:
                del tracks[track]
        while len(tracks) < 4 and self.random.random() < 0.3:
            self.count += 1
            tracks[f't{self.count}'] = str(self.random.choice(ACTORS))
        if len(tracks) > 1 and self.random.random() < 0.05:  # two swap
            one, other = self.random.choice(list(tracks), 2, replace=False)
            tracks[one], tracks[other] = tracks[other], tracks[one]
        roles = {track: ' '.join((
            str(self.random.choice([who, who, who, 'nobody'])),
            str(self.random.choice(['good', 'poor', 'none'])),
            str(self.random.choice(['red', f'those_of_{who}', 'unseen']))))
            for track, who in tracks.items()}
        # Wrong places, too: calibration may be, and people may be mistaken for each other.
        places = {int(track[1:]): self.random.choice([*PLACES.values(), (np.nan, np.nan)])
                  for track in roles}
        for _ in range(self.random.integers(1, 8)):
            self.now_s += 0.5
            answers = as_list(self.door.show(self.now_s, camera, places, **roles))
            self.check(answers, [not role.startswith('nobody') for role in roles.values()])

    def ask(self):
        door, edits = self.door, self.door.edits
        people = [*(person.person_id for person in door.gallery), 'pNobody']
        one, other = (str(each) for each in self.random.choice(people, 2))
        camera = str(self.random.choice(CAMERAS))
        tracks = self.tracks[camera]
        track_id = int(self.random.choice([*tracks, 't0'])[1:])
        name = str(self.random.choice(['Anna', 'Bob', 'Zoe', '']))
        deed = self.random.integers(7)
        try:
            if deed == 0:
                door.ask(edits.renaming(one, name), self.now_s)
            elif deed == 1:
                door.ask(edits.merging(one, other), self.now_s)
            elif deed == 2:
                door.ask(edits.forgetting(one), self.now_s)
            elif deed == 3:
                door.reject(self.now_s, camera, track_id)
            elif deed == 4 and len(edits.live_track(camera, track_id).faces):
                door.enrol(name or 'Eve', self.now_s, camera, track_id)
            elif deed == 5 and one in door.gallery:
                edits.appoint(edits.live_track(camera, track_id), one, self.now_s)
            elif deed == 6:
                self.hear(one, name)
        except (PersonError, EnrolmentError):
            pass  # refused, with a reason

    def hear(self, person_id, name):
        """Hear that somebody was renamed, or forgotten, elsewhere."""
        person = self.door.gallery.find(person_id)
        if person is None:
            return
        self.door.note()
        if name:
            news = Person(person_id, name, person.created_s, person.first_seen_s,
                          person.last_seen_s, person.prototypes)
            self.door.edits.absorb([news], [], self.now_s)
        else:
            self.door.edits.absorb([], [person_id], self.now_s)
        # What others changed is not in the journal: start it anew.
        self.known, self.door.journal = list(self.door.gallery), []
        assert self.door.manager.take_changes() == []

    def check(self, answers, is_seen):
        assert len(answers) == len(is_seen)
        people = [each.person_id for each, seen in zip(answers, is_seen) if seen]
        assert max(Counter(filter(None, people)).values(), default=0) <= 1
        gallery = self.door.gallery
        for answer in answers:
            assert not answer.person_id or answer.person_id in gallery
            assert not answer.name or gallery.get(answer.person_id).name == answer.name
        names = Counter(person.name for person in gallery if person.name)
        assert max(names.values(), default=0) <= 1

    def check_end(self, contents):
        self.door.note()
        replayed = PersonGallery(self.known)
        for change in self.door.journal:
            replayed.apply(change)
        assert contents(replayed) == contents(self.door.gallery)


def test_nothing_breaks_whatever_is_seen_asked_for_and_heard_of(stage, contents):
    for seed in range(12):
        chaos = Chaos(stage, seed)
        for _ in range(60):
            chaos.step()
        chaos.check_end(contents)
