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

"""Laws of company: who is often enough seen together is two people, until forgotten."""

from person_tracker.core.companies import Companies
import pytest

ENOUGH = 5


def company(images, people=('pA', 'pB')):
    companies = Companies()
    for _ in range(images):
        companies.note(people)
    return companies


@pytest.mark.parametrize('images, are_two', [
    (0, False),           # never seen
    (ENOUGH - 1, False),  # a double box around one person is gone by then
    (ENOUGH, True),
    (1000, True),
])
def test_two_people_are_two_when_seen_together_often_enough(images, are_two):
    companies = company(images)
    assert companies.are_two('pA', 'pB') == companies.are_two('pB', 'pA') == are_two


@pytest.mark.parametrize('people', [
    [],            # nobody
    ['pA'],        # alone
    ['pA', 'pA'],  # one person twice is no company
])
def test_nobody_is_in_company_of_oneself(people):
    assert not company(100, people).are_two('pA', 'pA')


def test_each_pair_counts_by_itself():
    companies = company(ENOUGH, ['pA', 'pB', 'pC'])
    companies.note(['pC', 'pD'])
    assert companies.are_two('pA', 'pC')
    assert not companies.are_two('pC', 'pD')


def test_order_in_an_image_does_not_matter():
    companies = Companies()
    for number in range(ENOUGH):
        companies.note(['pA', 'pB'] if number % 2 else ['pB', 'pA'])
    assert companies.are_two('pA', 'pB')


def test_a_forgotten_person_was_with_nobody():
    companies = company(ENOUGH, ['pA', 'pB', 'pC'])
    companies.forget('pA')
    assert not companies.are_two('pA', 'pB')
    assert companies.are_two('pB', 'pC')


def test_pairs_are_bounded_and_those_seen_last_stay():
    companies = company(ENOUGH, [f'p{number}' for number in range(300)])
    companies.note(['pA', 'pB'])
    for _ in range(ENOUGH):
        companies.note(['pX', 'pY'])
    assert companies.are_two('pX', 'pY')
    assert len(companies._counts) <= 20000
