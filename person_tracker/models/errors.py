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

"""What can go wrong between a model's name and its arrays, each error one sentence for a human."""


class ModelError(RuntimeError):
    """A model is unknown, missing, damaged, or not of the kind that was asked for."""


class FetchError(ModelError):
    """No source could deliver a model's files; one line tells why for each source."""


def first_line(error: Exception) -> str:
    """Return what a runtime says first; the rest is about its own source files."""
    return str(error).strip().partition('\n')[0]
