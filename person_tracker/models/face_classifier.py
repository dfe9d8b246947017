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

"""Ways to read faces besides the most alike look: opened by name, since each needs a package."""

from person_tracker.core.recognition import FaceClassifier


def face_classifier(name: str) -> FaceClassifier | None:
    """
    Return a classifier that has learnt nobody yet.

    Parameters
    ----------
    name
        As `IdentityConfig.classifier` has it; None is returned for nearest.

    Raises
    ------
    ModelError
        What it needs is not installed; the text says what to do.

    """
    if name == 'nearest':
        return None
    from person_tracker.models.face_svm import FaceSvm  # scikit-learn is optional
    return FaceSvm()
