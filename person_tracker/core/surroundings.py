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

"""What places and ways say about who is on a track."""

import math

from person_tracker.core.camera_links import CameraLinks
from person_tracker.core.candidates import Around
from person_tracker.core.identity_config import GeometryConfig
from person_tracker.core.place_book import PlaceBook
from person_tracker.core.track_book import TrackBook
from person_tracker.core.track_evidence import TrackEvidence

_APART = -2.0  # log-odds of one view from which it overrules the others of a person


class Surroundings:
    """
    Looks from a track at the others: who stands where it is, and who may have come to it.

    Attributes
    ----------
    places
        Where the tracks are.
    links
        Which camera people come from, and how long it takes.

    """

    def __init__(self, tracks: TrackBook, places: PlaceBook, links: CameraLinks) -> None:
        """Look at these tracks."""
        self.places = places
        self.links = links
        self._tracks = tracks

    def around(self, track: TrackEvidence, config: GeometryConfig) -> Around:
        """Return what speaks for people on a track."""
        gone: dict[str, TrackEvidence] = {}  # the latest track of everybody who is not in view
        in_view = set()
        for other in self._tracks:
            if other.person_id and other is not track:
                if other.is_visible:
                    in_view.add(other.person_id)
                latest = gone.get(other.person_id)
                if latest is None or other.last_s > latest.last_s:
                    gone[other.person_id] = other
        found = self._beside(track) if config.is_on else {}
        came = [other for person_id, other in gone.items()
                if person_id not in in_view and person_id not in found]
        ways = [math.nan] * len(came)
        if config.is_on and came:
            ways = self.places.travelled(track.key, [each.key for each in came], config)
        found.update({other.person_id: way for other, way in zip(came, ways)
                      if not math.isnan(way)})
        habits = {other.person_id: self._habit(other, track) for other in came}
        return Around(found, habits)

    def _beside(self, track: TrackEvidence) -> dict[str, float]:
        """Return how probable it is that those whom other cameras see are on the track."""
        found: dict[str, float] = {}
        keys, log_odds = self.places.together(track.key)
        for key, worth in zip(keys, log_odds.tolist()):
            other = self._tracks.find(*key)
            if other is not None and other.person_id:
                before = found.get(other.person_id, worth)
                found[other.person_id] = (min if min(before, worth) < _APART else max)(
                    before, worth)
        return found

    def _habit(self, before: TrackEvidence, track: TrackEvidence) -> float:
        gap_s = track.first_s - before.last_s
        if before.camera == track.camera or gap_s < 0.0:
            return 0.0
        return float(self.links.log_odds(before.camera, track.camera, gap_s))
