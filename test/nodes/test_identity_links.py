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

"""How people go between cameras is learnt by `identity`, and known again after a restart."""

from person_tracker.core.camera_links import CameraLink
from person_tracker.core.camera_links import CameraLinks
from person_tracker.core.camera_links import GAPS_S
from person_tracker.core.people import LinksLearnt
from person_tracker.store.people_store import PeopleStore
import pytest

YARD = CameraLink('left', 'yard', (3.0,) * len(GAPS_S))  # as learnt in an earlier run


def stored_links(url: str) -> dict[tuple[str, str], CameraLink]:
    store = PeopleStore(url)
    links = {(link.from_camera, link.to_camera): link for link in store.links()}
    store.close()
    return links


@pytest.fixture
def url(tmp_path) -> str:
    """Return a store that knows one way already."""
    url = str(tmp_path / 'people.sqlite')
    store = PeopleStore(url)
    store.apply([LinksLearnt((YARD,))])
    store.close()
    return url


def test_way_of_somebody_surely_known_is_kept_beside_those_of_before(ros, identify, url):
    show = identify(store__url=url, accept_log_odds=4.0)  # the second visit is far above it
    anna, = show.play(8, t1='Anna')
    show.play(1)
    show.time_s += 20.0
    there, = show.play(8, 'right', t1='Anna')
    assert there.person_id == anna.person_id
    ros.destroy(show.node)
    links = stored_links(url)
    assert set(links) == {('left', 'right'), ('left', 'yard')}
    learnt = CameraLinks([links['left', 'right']])
    assert learnt.log_odds('left', 'right', 20.0) > learnt.log_odds('left', 'right', 1000.0)
    # What was learnt before was read at the start, for it counts a little less than one more.
    assert 0.9 < links['left', 'yard'].counts[0] / YARD.counts[0] < 1.0
    again = identify(store__url=url)
    again.time_s = show.time_s
    again.play(2, 'right', t9='Anna')
    ros.destroy(again.node)
    assert stored_links(url) == links
