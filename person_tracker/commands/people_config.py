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

"""Settings of `person_tracker people`, and the networks they mean."""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from person_tracker.commands.fetch_progress import fetch_missing
from person_tracker.commands.presets import with_preset
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.settings import from_texts
from person_tracker.core.settings import group
from person_tracker.models.face_encoder import names_face_file
from person_tracker.models.faces import FaceAnalyser
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import own_space
from person_tracker.models.reid import chosen_entry
from person_tracker.models.reid import ReidConfig
from person_tracker.models.session import names_file


@dataclass(frozen=True)
class PeopleConfig:
    """What `--set` can change; names are those of the nodes' parameters."""

    face: FaceConfig = group(FaceConfig)
    reid: ReidConfig = group(ReidConfig)
    identity: IdentityConfig = group(IdentityConfig)


def people_config(arguments: Namespace) -> PeopleConfig:
    """Return the settings that the options ask for."""
    device = [f'face.device={arguments.device}'] if arguments.device else []
    config = with_preset(PeopleConfig(), arguments.preset)
    return from_texts(config, [*device, *arguments.settings])


def face_analyser(config: FaceConfig) -> FaceAnalyser:
    """Load the face networks, fetched where they are missing."""
    fetch_missing(needed_face_models(config))
    return FaceAnalyser(config)


def models_in_use(config: PeopleConfig) -> dict[str, str]:
    """Return the names of the networks that compare looks, by the kind of look."""
    face, body = config.face.encoder, config.reid.model
    return {FACE: own_space(Path(face).expanduser()) if names_face_file(face) else face,
            BODY: (own_space(Path(body).expanduser()) if names_file(body)
                   else chosen_entry(config.reid).name)}
