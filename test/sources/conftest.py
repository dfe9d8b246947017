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

"""Tiny videos, and servers on loopback that stall, refuse, disappear and come back."""

from collections.abc import Callable
from collections.abc import Iterator
from fractions import Fraction
import http.server
from pathlib import Path
import socket
import threading
import time

import av
import cv2
import numpy as np
import pytest

LEVEL_STEP = 20  # frame k of a generated video is grey of this times k


def grey(level: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """Return an even BGR image, size as width and height."""
    return np.full((size[1], size[0], 3), level, np.uint8)


def jpeg(image: np.ndarray) -> bytes:
    """Return the image as JPEG."""
    return cv2.imencode('.jpg', image)[1].tobytes()


@pytest.fixture(scope='session')
def make_video() -> Callable[..., Path]:
    """Return a function that writes a video whose frame k has grey level 20 k, modulo 240."""
    def write(
            path: Path, count: int = 8, rate: int = 10, size: tuple[int, int] = (64, 48),
            codec: str = 'mpeg4', pix_fmt: str = 'yuv420p',
            times_s: list[float] | None = None) -> Path:
        with av.open(str(path), 'w') as container:
            stream = container.add_stream(codec, rate=rate)
            stream.width, stream.height = size
            stream.pix_fmt = pix_fmt
            if times_s:
                stream.codec_context.time_base = Fraction(1, 1000)
            for number in range(len(times_s or range(count))):
                image = grey(LEVEL_STEP * number % 240, size)
                frame = av.VideoFrame.from_ndarray(image, format='bgr24')
                if times_s:
                    frame.pts = round(1000 * times_s[number])
                    frame.time_base = Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path
    return write


class StreamServer:
    """
    An HTTP server on loopback with a port of its own, on which it can be started again.

    `/file` is `file` with its length. `/live` sends `live_images` as a multipart stream at 50 Hz
    and ends, or says nothing more where `stalls` is set. `/secret` asks for a password; all else
    is not found.
    """

    def __init__(self) -> None:
        self.file = b''
        self.live_images: list[np.ndarray] = []
        self.stalls = False
        self.url = ''
        self._port = 0
        self._server: _Listener | None = None
        self.released = threading.Event()

    def start(self) -> None:
        """Listen, on the same port every time."""
        self.released.clear()
        self._server = _Listener(self, self._port)
        self._port = self._server.server_port
        self.url = f'http://127.0.0.1:{self._port}'
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening and break every connection."""
        self.released.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: StreamServer, port: int) -> None:
        super().__init__(('127.0.0.1', port), _Handler)
        self.owner = owner


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:  # noqa: N802
        owner = self.server.owner
        if self.path == '/file':
            self._head(200, 'video/mp4', len(owner.file))
            self.wfile.write(owner.file)
        elif self.path == '/live':
            self._head(200, 'multipart/x-mixed-replace; boundary=frame')
            self._send_pictures(owner)
        else:
            self._head(401 if self.path == '/secret' else 404, 'text/plain', 0)

    def _head(self, status: int, content_type: str, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header('Content-Type', content_type)
        if length is not None:
            self.send_header('Content-Length', str(length))
        self.end_headers()

    def _send_pictures(self, owner: StreamServer) -> None:
        for image in owner.live_images:
            data = jpeg(image)
            self.wfile.write(
                b'--frame\r\nContent-Type: image/jpeg\r\n'
                b'Content-Length: %d\r\n\r\n' % len(data) + data + b'\r\n')
            if owner.released.wait(0.02):
                return
        if owner.stalls:
            owner.released.wait()

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            pass  # the reader gave up, as it should

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[StreamServer]:
    """Return a running server."""
    server = StreamServer()
    server.start()
    yield server
    server.stop()


class RtspServer:
    """One RTSP session on loopback: H.264 over the session's own connection (RFC 2326, 6184)."""

    def __init__(self, elementary_stream: bytes) -> None:
        """Serve the access units of an H.264 byte stream at 50 Hz, then fall silent."""
        starts = elementary_stream.replace(b'\0\0\0\1', b'\0\0\1').split(b'\0\0\1')
        self._units = [unit for unit in starts if unit]
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'rtsp://127.0.0.1:{self._listener.getsockname()[1]}/camera'
        self._released = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Break the connection."""
        self._released.set()
        self._listener.close()

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
            with connection, connection.makefile('rwb') as stream:
                while self._answer(stream):
                    pass
                self._send_frames(stream)
                self._released.wait()
        except OSError:
            pass  # the reader gave up, as it should

    def _answer(self, stream) -> bool:
        """Answer one request; False once it was PLAY or the reader has gone."""
        lines = []
        while (line := stream.readline().strip()):
            lines.append(line.decode())
        if not lines:
            return False
        method = lines[0].split()[0]
        sequence = next(line for line in lines if line.startswith('CSeq'))
        head, body = '', ''
        if method == 'DESCRIBE':
            body = ('v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n'
                    'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n'
                    'a=fmtp:96 packetization-mode=1\r\na=control:video\r\n')
            head = f'Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n'
        elif method == 'SETUP':
            head = 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n'
        elif method == 'PLAY':
            head = 'Session: 1\r\n'
        stream.write(f'RTSP/1.0 200 OK\r\n{sequence}\r\n{head}\r\n{body}'.encode())
        stream.flush()
        return method != 'PLAY'

    def _send_frames(self, stream) -> None:
        frame = 0
        for sequence, unit in enumerate(self._units):
            is_picture = unit[0] & 0x1f in (1, 5)  # a slice; the others belong to the next one
            packet = (bytes([0x80, 96 | is_picture << 7]) + sequence.to_bytes(2, 'big')
                      + (1800 * frame).to_bytes(4, 'big') + b'\0\0\0\1' + unit)
            stream.write(b'$\0' + len(packet).to_bytes(2, 'big') + packet)
            stream.flush()
            if is_picture:
                frame += 1
                time.sleep(0.02)


@pytest.fixture
def rtsp_server(make_video: Callable[..., Path], tmp_path: Path) -> Iterator[RtspServer]:
    """Return a camera that sends 60 frames."""
    video = make_video(tmp_path / 'camera.h264', 60, codec='libx264')
    server = RtspServer(video.read_bytes())
    yield server
    server.close()
