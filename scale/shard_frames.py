"""Frames between a coordinator, its adapter and the Node process that answers for shards.

A frame is a u32 (little-endian) of the header's bytes, the header as JSON, then `raw` bytes of numbers, which
nothing here looks into.
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import threading

# This file lies beside dist/ both in the repository and in the package.
CLI = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'dist', 'cli.js')


def read_exactly(stream, count):
    """`count` bytes, or None where the stream ends before the first of them."""
    pieces = []
    left = count
    while left > 0:
        piece = stream.read(left)
        if not piece:
            if left == count:
                return None
            raise EOFError('a frame ends too early')
        pieces.append(piece)
        left -= len(piece)
    return b''.join(pieces)


def read_frame(stream):
    """(header, raw), or None at the end."""
    prefix = read_exactly(stream, 4)
    if prefix is None:
        return None
    text = read_exactly(stream, struct.unpack('<I', prefix)[0])
    if text is None:
        raise EOFError('a frame ends too early')
    header = json.loads(text)
    raw = read_exactly(stream, header['raw']) if header['raw'] else b''
    if raw is None:
        raise EOFError('a frame ends too early')
    return header, raw


def write_frame(stream, header, raw=b''):
    text = json.dumps({'arrays': [], **header, 'raw': len(raw)}).encode()
    stream.write(struct.pack('<I', len(text)) + text)
    stream.write(raw)
    stream.flush()


def with_host(header):
    """The header of an answer; of an error it names the host where that came up, which a fold passes on."""
    failed = header.get('error')
    if failed and 'host' not in failed:
        failed['host'] = socket.gethostname()
        failed['message'] = f'{failed["host"]}: {failed["message"]}'
    return header


def error(name, code, message):
    """An answer that says what went wrong."""
    return {'error': {'name': name, 'code': code, 'message': message}}, b''


def fold_question(answers, version):
    """The question that has a process fold consecutive answers (header, raw)."""
    raw = b''.join(part for _, part in answers)
    # The answers' bytes travel as one array of u32: all arrays are of 4 or 8 bytes a number.
    header = {
        'op': 'fold',
        'version': version,
        'parts': [head for head, _ in answers],
        'arrays': [['raw', 'u4', len(raw) // 4]],
    }
    return header, raw


class ShardServer:
    """A `webgpu-clustering shard-server` of its own for each process; it ends when its standard input does."""

    def __init__(self, device='auto', node=None):
        self.device = device
        self.node = node or os.environ.get('WEBGPU_CLUSTERING_NODE') or shutil.which('node') or 'node'
        self.child = None
        self.lock = threading.Lock()

    def call(self, header, raw=b''):
        """The answer to one question. A child that died is an error of this call; the next one has a new child."""
        with self.lock:
            if self.child is None or self.child.poll() is not None:
                self.child = subprocess.Popen(
                    [self.node, CLI, 'shard-server', '--device', self.device],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            try:
                write_frame(self.child.stdin, header, raw)
                answer = read_frame(self.child.stdout)
                if answer is None:
                    raise EOFError('it ended')
                return answer
            except (OSError, EOFError, ValueError) as failure:
                self.close()
                raise RuntimeError(f'the shard server did not answer: {failure}') from failure

    def close(self):
        child, self.child = self.child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            try:
                stream.close()
            except OSError:
                pass
        child.kill()
        child.wait()
