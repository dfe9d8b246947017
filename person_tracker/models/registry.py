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
The networks known here: files, sources, licences and inputs, read from `registry.yaml`.

Of networks whose embeddings come from elsewhere it is known what similarities are worth, read from
`scales.yaml`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from person_tracker.core.evidence import Calibration
from person_tracker.models.elsewhere import how_to_get
from person_tracker.models.errors import ModelError
from person_tracker.models.folder import models_folder
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry_entries import KINDS
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.registry_entries import ModelFile
from person_tracker.models.registry_entries import PackageSource
from person_tracker.models.registry_entries import Source
from person_tracker.models.registry_entries import UrlSource
from person_tracker.models.registry_entries import UrlsSource
import yaml

# In the models folder; the files that it describes are in the same folder.
OWN_REGISTRY = 'own/registry.yaml'


def load_registry(path: Path | None = None) -> dict[str, ModelEntry]:
    """
    Return every known model by name, in the file's order.

    Parameters
    ----------
    path
        A registry file; the package's own where None.

    Raises
    ------
    ModelError
        The file is missing or an entry is incomplete; the text names the entry.

    """
    path = path or Path(__file__).with_name('registry.yaml')
    texts = _read(path)
    if not isinstance(texts, dict):
        raise ModelError(f'the model registry {path} must map names to models')
    return {name: _entry(name, text) for name, text in texts.items()}


def known_models(folder: str | Path = '') -> dict[str, ModelEntry]:
    """
    Return every known model by name: the package's, then those that the user has added.

    An own one of the same name takes the place of the package's.

    Parameters
    ----------
    folder
        Models folder, as `models_folder` takes it.

    Raises
    ------
    ModelError
        A registry cannot be read or an entry is incomplete; the text names the entry.

    """
    own = models_folder(folder) / OWN_REGISTRY
    return {**load_registry(), **(load_registry(own) if own.is_file() else {})}


def lookup(name: str, kind: str | None = None, folder: str | Path = '') -> ModelEntry:
    """
    Return one known model.

    Parameters
    ----------
    name
        Its name in the registry.
    kind
        What it is wanted for; any kind where None.
    folder
        Models folder, as `models_folder` takes it.

    Raises
    ------
    ModelError
        No model of this name and kind is known; the text lists those that are, or says how to
        get this one.

    """
    known = {each.name: each for each in known_models(folder).values()
             if kind in (None, each.kind)}
    if name not in known:
        if how := how_to_get(name, kind):
            raise ModelError(how)
        wanted = f'{kind} model' if kind else 'model'
        raise ModelError(f'unknown {wanted} {name!r}; known are {", ".join(known) or "none"}, '
                         'or give the path of a file')
    return known[name]


def known_calibrations(kind: str | None = None, path: Path | None = None,
                       ) -> dict[str, Calibration]:
    """
    Return what similarities are worth, by every name of each network that is measured.

    Parameters
    ----------
    kind
        What the networks are for; anything where None.
    path
        File of the networks that are not in the registry; the package's own where None.

    Raises
    ------
    ModelError
        A file is missing or an entry is incomplete; the text names the entry.

    """
    known = {entry.name: entry.calibration for entry in known_models().values()
             if entry.calibration is not None and kind in (None, entry.kind)}
    for entry in _read(path or Path(__file__).with_name('scales.yaml')):
        names = entry.get('names')
        try:
            if kind in (None, entry['kind']):
                known |= dict.fromkeys(entry['names'], _calibration(entry['calibration']))
        except KeyError as error:
            raise ModelError(f'scale of {names} lacks or misspells {error}') from error
        except ValueError as error:
            raise ModelError(f'scale of {names}: {error}') from error
    return known


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, yaml.YAMLError) as error:
        raise ModelError(f'cannot read the model registry {path}: {error}') from error


def _entry(name: str, text: Mapping[str, Any]) -> ModelEntry:
    try:
        entry = ModelEntry(
            name=name,
            kind=text['kind'],
            summary=text['summary'],
            files=tuple(ModelFile(each['name'], tuple(each['sha256'])) for each in text['files']),
            sources=tuple(_source(each) for each in text['sources']),
            licence_code=text['licence']['code'],
            licence_weights=text['licence']['weights'],
            licence_note=text['licence']['note'],
            input_format=_input_format(text['input']),
            decoder=text['decoder'],
            classes=tuple(text.get('classes', ())),
            calibration=_calibration(text['calibration']) if 'calibration' in text else None,
        )
    except ValueError as error:
        raise ModelError(f'calibration of {name!r} in the registry: {error}') from error
    except (KeyError, TypeError) as error:
        raise ModelError(f'model {name!r} in the registry lacks or misspells {error}') from error
    if entry.kind not in KINDS:
        raise ModelError(f'kind of {name!r} must be one of {", ".join(KINDS)}, got {entry.kind!r}')
    return entry


def _source(text: Mapping[str, Any]) -> Source:
    if 'urls' in text:
        return UrlsSource(tuple(text['urls']))
    if 'url' in text:
        return UrlSource(text['url'], tuple(text.get('members', ())))
    return PackageSource(text['package'], str(text['version']), tuple(text['members']))


def _calibration(text: Mapping[str, Any]) -> Calibration:
    return Calibration(text['midpoint'], text['slope'])


def _input_format(text: Mapping[str, Any]) -> InputFormat:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value
                              for key, value in text.items()}
    return InputFormat(**values)
