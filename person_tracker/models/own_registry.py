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

"""Networks of the user's own: their files in the models folder, and what the registry says."""

from collections.abc import Sequence
from dataclasses import asdict
import os
from pathlib import Path
import shutil
from typing import Any

from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import locked
from person_tracker.models.folder import models_folder
from person_tracker.models.registry import load_registry
from person_tracker.models.registry import OWN_REGISTRY
from person_tracker.models.registry_entries import ModelEntry
import yaml

_TOP = '# Networks of your own, written by `person_tracker models add`; entries may be edited.\n'


def add_network(entry: ModelEntry, files: Sequence[Path], folder: str | Path = '', *,
                force: bool = False) -> Path:
    """
    Make a network known.

    Parameters
    ----------
    entry
        What the registry is to say.
    files
        Where its files are now, in the entry's order; they are copied.
    folder
        As `models_folder` takes it; created where missing.
    force
        Replace an own network of the same name.

    Returns
    -------
    Path
        The user's registry.

    Raises
    ------
    ModelError
        The name is taken.

    """
    place = models_folder(folder)
    registry = place / OWN_REGISTRY
    if entry.name in load_registry():
        raise ModelError(f'{entry.name} is the name of a network of this package; choose another '
                         'with --name')
    with locked(place):
        own = load_registry(registry) if registry.is_file() else {}
        if entry.name in own and not force:
            raise ModelError(f'{entry.name} is in {registry} already; choose another --name, or '
                             '--force to replace it')
        for file, path in zip(entry.files, files):
            _copy(path, place / file.name)
        write_entries([*(each for each in own.values() if each.name != entry.name), entry],
                      registry)
    return registry


def own_file(name: str, path: Path) -> str:
    """Return what a file of a network is called in the models folder: nobody else's are there."""
    return str(Path(OWN_REGISTRY).parent / name / path.name)


def write_entries(entries: Sequence[ModelEntry], path: Path) -> None:
    """Write a registry, whose folder may be missing; it takes its name when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({entry.name: _text(entry) for entry in entries}, sort_keys=False,
                          allow_unicode=True)
    part = path.with_name(f'{path.name}.part')
    part.write_text(_TOP + text, encoding='utf-8')
    os.replace(part, path)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and source.samefile(target):
        return
    part = target.with_name(f'{target.name}.part')
    shutil.copyfile(source, part)
    os.replace(part, target)


def _text(entry: ModelEntry) -> dict[str, Any]:
    """Return what `load_registry` reads an entry from."""
    text: dict[str, Any] = {
        'kind': entry.kind,
        'summary': entry.summary,
        'files': [{'name': file.name, 'sha256': list(file.sha256)} for file in entry.files],
        'sources': [_plain(asdict(source)) for source in entry.sources],
        'licence': {'code': entry.licence_code, 'weights': entry.licence_weights,
                    'note': entry.licence_note},
        'input': _plain(asdict(entry.input_format)),
        'decoder': entry.decoder,
    }
    if entry.classes:
        text['classes'] = list(entry.classes)
    if entry.calibration is not None:  # measured and written by the user
        text['calibration'] = {'midpoint': entry.calibration.midpoint,
                               'slope': entry.calibration.slope}
    return text


def _plain(value: Any) -> Any:
    """Return a value as YAML has it, which knows no tuples."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
