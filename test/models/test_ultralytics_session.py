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

"""Networks of the package ultralytics give what their ONNX export gives, or a sentence."""

from pathlib import Path
import sys

import numpy as np
from person_tracker.cli import main
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions
from person_tracker.models.ultralytics_session import export_to_onnx
import pytest

Image = np.ndarray


@pytest.fixture(scope='module')
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a YOLOv8n of random weights, seeded, whose two classes have names."""
    torch = pytest.importorskip('torch', reason='PyTorch is not installed')
    ultralytics = pytest.importorskip('ultralytics', reason='ultralytics is not installed')
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yolo = ultralytics.YOLO('yolov8n.yaml')
    yolo.model.names = {0: 'bicycle', 1: 'person', **{n: f'thing {n}' for n in range(2, 80)}}
    path = tmp_path_factory.mktemp('ultralytics') / 'random.pt'
    yolo.save(str(path))
    return path


@pytest.fixture(scope='module')
def exported(network: Path) -> Path:
    """Return the same as ONNX."""
    return export_to_onnx(network)


def images(count: int, height: int = 64, width: int = 96) -> np.ndarray:
    """Return noise in 0..1."""
    shape = count, 3, height, width
    return np.random.default_rng(count).random(shape, np.float32)


@pytest.mark.parametrize('batch', [
    images(1), images(3),         # one, several
    images(1, height=160),        # another size after the first
])
def test_result_is_that_of_the_onnx_export(network: Path, exported: Path,
                                           batch: np.ndarray) -> None:
    session, onnx_session = open_session(network, threads=1), open_session(exported, threads=1)
    ours, = session.run(batch)
    theirs, = onnx_session.run(batch)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours[:, :4], theirs[:, :4], atol=.1)  # pixels
    np.testing.assert_allclose(ours[:, 4:], theirs[:, 4:], atol=1e-3)


def test_detector_finds_the_same_boxes_and_knows_the_classes(network: Path,
                                                             exported: Path) -> None:
    image = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    found = [Detector(DetectorConfig(model=str(path), input_size=160, min_score=0., threads=1,
                                     max_detections=20)).detect(image)
             for path in (network, exported)]
    assert len(found[0].scores) == len(found[1].scores) > 0
    np.testing.assert_allclose(found[0].boxes_xyxy, found[1].boxes_xyxy, atol=2.)
    with pytest.raises(ModelError, match="random knows no class 'dog'; it knows bicycle, person"):
        Detector(DetectorConfig(model=str(network), class_name='dog'))


def test_runs_of_several_threads_are_joined(network: Path) -> None:
    alone, = open_session(network, threads=1).run(images(1))
    shared = open_session(network, threads=1, shared=SharedSessions())
    assert shared.takes_batches
    np.testing.assert_allclose(shared.run(images(1))[0], alone, atol=1e-3)


def test_description_says_whose_licence_binds(network: Path) -> None:
    text = open_session(network, device='cpu', threads=1).description
    assert text.startswith('random.pt: ultralytics ')
    assert text.endswith('(AGPL-3.0), PyTorch, CPU, threads: 1')


def test_input_that_does_not_fit_is_refused(network: Path) -> None:
    with pytest.raises(ModelError, match=r'refused an input of shape \(1, 1, 64, 96\)'):
        open_session(network, threads=1).run(images(1)[:, :1])


def test_device_that_pytorch_does_not_serve_is_named(network: Path) -> None:
    with pytest.raises(ModelError, match="no device 'npu' here; for random.pt .* auto, cpu, cuda"):
        open_session(network, device='npu')


def test_what_is_no_network_is_refused(network: Path) -> None:
    path = network.with_name('text.pt')
    path.write_text('not a network')
    with pytest.raises(ModelError, match='text.pt is not a network that ultralytics can load'):
        open_session(path)


def test_missing_package_is_a_sentence_that_names_its_licence(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / 'any.pt'
    path.touch()
    monkeypatch.setitem(sys.modules, 'ultralytics', None)
    for ask in (open_session, export_to_onnx):
        with pytest.raises(ModelError, match=r'any.pt needs the package ultralytics.*AGPL-3\.0'):
            ask(path)


def test_content_without_a_file_is_refused() -> None:
    with pytest.raises(ModelError, match='ultralytics needs the network as a file'):
        open_session(b'content', backend='ultralytics')


def test_command_says_which_file_is_not_there(tmp_path: Path,
                                              capsys: pytest.CaptureFixture) -> None:
    assert main(['models', 'export', str(tmp_path / 'absent.pt')]) != 0
    assert 'absent.pt does not exist' in capsys.readouterr().err


def test_command_writes_the_export(network: Path, capsys: pytest.CaptureFixture) -> None:
    assert not main(['models', 'export', str(network)])
    assert 'random.onnx' in capsys.readouterr().out
    assert network.with_suffix('.onnx').is_file()
