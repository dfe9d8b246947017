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
What is measured of a network or a chain, and the process of its own in which that is done.

Threads, caches and what a library leaves behind then belong to one network at a time.
"""

from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from dataclasses import replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
import tempfile
from time import perf_counter
from time import process_time
from typing import ParamSpec
from typing import TypeVar

from benchmarks.models_pictures import Face
import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.types import Detections
from person_tracker.evaluation.metrics import evaluate
from person_tracker.evaluation.metrics import Metrics
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import read_tracks
from person_tracker.evaluation.track_writer import TrackWriter
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.detector_network import open_network
from person_tracker.models.errors import ModelError
from person_tracker.models.face_encoder import FaceEncoder
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import Image
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.pipeline import Pipeline
from person_tracker.pipeline import PipelineConfig
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig

BATCHES = (1, 4, 16, 32)
CROPS = BATCHES[-1]
_CHUNK = 10  # images that are looked at in one way before it is the other's turn

Arguments = ParamSpec('Arguments')
Result = TypeVar('Result')


@dataclass(frozen=True, eq=False)
class DetectorRun:
    """
    A detector on the images of a video.

    Attributes
    ----------
    whole_s
        Seconds of each call of `Detector.detect`.
    bare_s
        Seconds of each run of the network alone, its input there beforehand.
    detections
        What was found in each image.

    """

    whole_s: list[float]
    bare_s: list[float]
    detections: list[Detections]


@dataclass(frozen=True, eq=False)
class EncoderRun:
    """
    An encoder on crops.

    Attributes
    ----------
    per_crop_s
        Seconds for each crop, of each call, by the number of crops in a call.
    embeddings
        Shape (N, D), L2-normalised.

    """

    per_crop_s: dict[int, list[float]]
    embeddings: NDArray[np.float32]


@dataclass(frozen=True)
class ChainRun:
    """
    A pipeline on a video.

    Attributes
    ----------
    descriptions
        Which networks ran, and on what.
    metrics
        How well people were followed.
    frames
        Number of images.
    elapsed_s, processor_s
        Time of `Pipeline.process` for all of them, by the clock and on all cores together.

    """

    descriptions: list[str]
    metrics: Metrics
    frames: int
    elapsed_s: float
    processor_s: float


def alone(function: Callable[Arguments, Result], *arguments: Arguments.args,
          **options: Arguments.kwargs) -> Result:
    """
    Call a function in a new process, and return or raise what it does.

    Raises
    ------
    ModelError
        The process ended without an answer, as by a fault in a library.

    """
    with ProcessPoolExecutor(1, get_context('spawn')) as executor:
        try:
            return executor.submit(function, *arguments, **options).result()
        except BrokenProcessPool as error:
            raise ModelError('the process ended without an answer') from error


def detected(config: DetectorConfig, images: Sequence[Image]) -> DetectorRun:
    """Look at images, and run the network alone on them in turns with that."""
    cv2.setNumThreads(config.threads)
    detector = Detector(config)
    network = open_network(config.model, config.input_size, config, None)
    run = DetectorRun([], [], [])
    for first in range(0, len(images), _CHUNK):
        some = images[first:first + _CHUNK]
        inputs = [batch([image], network.input_format) for image in some]
        detector.detect(some[0])  # the other way has just had the caches
        for image in some:
            start_s = perf_counter()
            run.detections.append(detector.detect(image))
            run.whole_s.append(perf_counter() - start_s)
        network.session.run(inputs[0])
        for each in inputs:
            start_s = perf_counter()
            network.session.run(each)
            run.bare_s.append(perf_counter() - start_s)
    return run


def described_bodies(config: ReidConfig, image: Image, boxes_xyxy: NDArray[np.float32],
                     repeats: int) -> EncoderRun:
    """Describe people in an image, so many in a call."""
    cv2.setNumThreads(config.threads)
    encoder = ReidEncoder(replace(config, batch_size=CROPS, min_side_px=1.0, min_quality=0.0))
    return _described(lambda rows: encoder.encode(image, boxes_xyxy[rows]).embeddings, repeats)


def described_faces(model: str, config: NetworkConfig, faces: Sequence[Face],
                    repeats: int) -> EncoderRun:
    """Describe faces that lie as the network wants them, so many in a call."""
    cv2.setNumThreads(config.threads)
    encoder = FaceEncoder(model, config)
    pictures = [encoder.picture(face.image, face.landmarks) for face in faces]
    return _described(lambda rows: encoder.encode(pictures[rows]), repeats)


def _described(encode: Callable[[slice], NDArray[np.float32]], repeats: int) -> EncoderRun:
    """Time all sizes of batches in turns, so that a busy moment is nobody's alone."""
    per_crop_s: dict[int, list[float]] = {size: [] for size in BATCHES}
    for size in BATCHES:
        embeddings = encode(slice(0, size))  # the first of a size is slower
    for _ in range(repeats):
        for size, durations_s in per_crop_s.items():
            for first in range(0, CROPS, size):
                start_s = perf_counter()
                encode(slice(first, first + size))
                durations_s.append((perf_counter() - start_s) / size)
    return EncoderRun(per_crop_s, embeddings)


def followed(config: PipelineConfig, video: Path, truth: GroundTruthRows,
             most_frames: int | None) -> ChainRun:
    """Follow the people of a video, of all of it or its first frames."""
    pipeline = Pipeline(config)
    frames, elapsed_s, processor_s = 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'tracks.txt')
        with TrackWriter(path) as writer, open_source(SourceConfig(uri=str(video))) as source:
            for frame in islice(source, most_frames):
                start_s, processor_start_s = perf_counter(), process_time()
                people = pipeline.process(frame).tracks.confirmed()
                elapsed_s += perf_counter() - start_s
                processor_s += process_time() - processor_start_s
                frames += 1
                writer.write(frames, people.track_ids, people.boxes_xyxy, people.scores)
        tracks = read_tracks(path)
    return ChainRun(pipeline.descriptions, evaluate(until(truth, frames), tracks), frames,
                    elapsed_s, processor_s)


def until(truth: GroundTruthRows, last_frame: int) -> GroundTruthRows:
    """Return the first frames of a ground truth."""
    early = truth.frames <= last_frame
    return GroundTruthRows(
        truth.frames[early], truth.track_ids[early], truth.boxes_xywh[early], truth.counts[early],
        None if truth.classes is None else truth.classes[early])
