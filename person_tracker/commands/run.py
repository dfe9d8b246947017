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

"""`person_tracker run`: the whole chain on a video, image folder, stream or camera."""

from argparse import ArgumentParser
from argparse import Namespace
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import replace
from itertools import islice
from pathlib import Path
import sys
import threading
from time import monotonic_ns
from time import perf_counter

from person_tracker.commands.arguments import add_preset_option
from person_tracker.commands.arguments import add_set_option
from person_tracker.commands.arguments import positive_count
from person_tracker.commands.arguments import refuse_overwriting
from person_tracker.commands.fetch_progress import fetch_missing
from person_tracker.commands.newest_frames import NewestFrames
from person_tracker.commands.presets import with_preset
from person_tracker.commands.run_outputs import RunOutputs
from person_tracker.core.settings import from_texts
from person_tracker.core.settings import group
from person_tracker.core.types import Frame
from person_tracker.evaluation.summary import RunRecord
from person_tracker.models.errors import ModelError
from person_tracker.models.session import DEVICES
from person_tracker.pipeline import needed_models
from person_tracker.pipeline import Pipeline
from person_tracker.pipeline import PipelineConfig
from person_tracker.rendering.video import VideoError
from person_tracker.sources.opening import open_source
from person_tracker.sources.playback import Playback
from person_tracker.sources.source import DEFAULT_FRAME_RATE_HZ
from person_tracker.sources.source import Source
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError
from tqdm import tqdm

ERRORS = (ModelError, SourceError, VideoError)


@dataclass(frozen=True)
class RunConfig(PipelineConfig):
    """What `--set` can change: the pipeline's settings and how the source is read."""

    source: SourceConfig = group(SourceConfig)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('source', metavar='SOURCE', help='video file, image folder, stream URL, '
                        'camera number or device')
    parser.add_argument('--output', type=Path, metavar='FILE',
                        help='video to write, people drawn on it')
    parser.add_argument('--tracks', type=Path, metavar='FILE',
                        help='MOTChallenge tracks to write')
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument('--every-frame', action='store_true',
                      help='take every frame, as fast as it goes; the default for files')
    pace.add_argument('--realtime', action='store_true',
                      help='play a file at its own speed and take the newest frame only; the '
                      'default for cameras and streams')
    parser.add_argument('--device', choices=DEVICES, help='what computes the networks')
    parser.add_argument('--max-frames', type=positive_count, metavar='N',
                        help='end after so many frames')
    add_preset_option(parser)
    add_set_option(parser, 'detector.min_score=0.2')


def execute(arguments: Namespace) -> None:
    """Track, write, and print the summary."""
    config = _config(arguments)
    outputs = [path for path in (arguments.output, arguments.tracks) if path is not None]
    refuse_overwriting(outputs, [Path(arguments.source)])
    with ExitStack() as stack:
        source = stack.enter_context(open_source(config.source))
        fetch_missing(needed_models(config))
        pipeline = Pipeline(config)
        print('\n'.join((source.description, *pipeline.descriptions)), file=sys.stderr)
        rate_hz = source.frame_rate_hz if source.frame_rate_hz > 0 else DEFAULT_FRAME_RATE_HZ
        outputs_of_run = stack.enter_context(
            RunOutputs(arguments.output, arguments.tracks, rate_hz))
        _run(source, pipeline, outputs_of_run, arguments)
    for path in outputs:
        print(f'wrote {path}')


def _config(arguments: Namespace) -> RunConfig:
    given = [f'{part}.device={arguments.device}' for part in ('detector', 'reid', 'one_shot')
             if arguments.device]
    config = from_texts(
        with_preset(RunConfig(), arguments.preset), [*given, *arguments.settings])
    return replace(config, source=replace(config.source, uri=arguments.source))


def _run(source: Source, pipeline: Pipeline, outputs: RunOutputs, arguments: Namespace) -> None:
    record = RunRecord()
    start_s = perf_counter()
    is_live = arguments.realtime or (source.is_live and not arguments.every_frame)
    with _frames(source, is_live) as frames, _bar(source, arguments.max_frames) as bar:
        try:
            for frame in islice(frames, arguments.max_frames):
                result = pipeline.process(frame)
                written_s = -perf_counter()
                outputs.write(frame, result.tracks)
                written_s += perf_counter()
                people = result.tracks.confirmed()
                record.add({**result.durations_s, 'write': written_s}, people.track_ids.tolist())
                bar.update()
        finally:
            bar.close()
            if len(record):
                dropped = frames.dropped if isinstance(frames, NewestFrames) else 0
                print(record.summary(perf_counter() - start_s, dropped).to_markdown())
            if source.corrupt_frames:
                print(f'note: {source.corrupt_frames} damaged frames were left out',
                      file=sys.stderr)


@contextmanager
def _frames(source: Source, is_live: bool) -> Iterator[Iterable[Frame]]:
    """Give every frame of a source, or the newest one each time."""
    stop = threading.Event()
    playback = Playback(source, monotonic_ns, stop)
    if not is_live:
        yield playback.frames() if source.is_live else source
        return
    newest = NewestFrames(playback.frames(), stop)
    try:
        yield newest
    finally:
        newest.close()


def _bar(source: Source, max_frames: int | None) -> tqdm:
    totals = [count for count in (source.frame_count, max_frames) if count is not None]
    # A log file gets a line now and then instead of an animation.
    every_s = 0.2 if sys.stderr.isatty() else 10.0
    return tqdm(total=min(totals, default=None), unit=' frames', mininterval=every_s)
