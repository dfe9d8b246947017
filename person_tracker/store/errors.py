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

"""What can go wrong with a store; no text holds a name or an embedding."""


class StoreError(RuntimeError):
    """The store cannot do what is asked; the text says which store and why."""


class NameTakenError(StoreError):
    """
    Somebody else has this name already.

    Attributes
    ----------
    person_id
        Who has it.

    """

    def __init__(self, person_id: str) -> None:
        """Say who has the name."""
        super().__init__(f'this name already belongs to {person_id}; choose another, rename that '
                         'person or merge the two')
        self.person_id = person_id


class UnknownPersonError(StoreError):
    """Nobody in the store has this `person_id`, or not any more."""

    def __init__(self, person_id: str) -> None:
        """Say who is missing."""
        super().__init__(f'the store knows nobody with the person_id {person_id!r}')
        self.person_id = person_id


class CorruptStoreError(StoreError):
    """The file is damaged; the text says where it is now and what to do."""
