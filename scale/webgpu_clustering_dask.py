"""Row shards on Dask: what runs in its workers, and the client that asks them.

On each worker, one Node process that answers for the shards the worker holds:

    dask-worker tcp://HOST:8786 --nthreads 1 --preload scale/webgpu_clustering_dask.py --device auto

The client is started by `webgpu-clustering kmeans FILE --workers tcp://HOST:8786`; from Python, `fit` does that.
Placement, recomputing what was lost and heartbeats are Dask's: a shard's handle loads its rows wherever it lands.
"""

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

try:
    import click
    from dask.sizeof import sizeof
    from distributed import get_worker
except ModuleNotFoundError as missing:
    sys.exit(
        f'{sys.executable} has no module {missing.name}; install Dask (python3-distributed of Debian), or name '
        'another Python by --python.'
    )

from shard_frames import (  # noqa: E402
    CLI,
    ShardServer,
    error,
    fold_question,
    read_frame,
    with_host,
    write_frame,
)

# Attempts of a task whose Node process died under it.
RETRIES = 3
# Seconds between looks at whether there are any workers.
TICK = 0.5


class Handle:
    """A shard that a worker holds: what it takes to load it anywhere, and how large it is there."""

    def __init__(self, shard, load, nbytes):
        self.shard = shard
        self.load = load
        self.nbytes = nbytes


# So Dask brings questions to the rows, and knows what moving them would cost.
@sizeof.register(Handle)
def _(handle):
    return handle.nbytes


# --- on workers ---------------------------------------------------------------------------------------------


@click.command()
@click.option('--device', default='auto', help='as for webgpu-clustering: auto, webgpu or cpu')
@click.option('--node', default=None, help='the program node, where it is not on the path')
def dask_setup(worker, device, node):
    worker.webgpu_clustering = ShardServer(device, node)


def dask_teardown(worker):
    worker.webgpu_clustering.close()


def call(header, raw=b''):
    worker = get_worker()
    server = getattr(worker, 'webgpu_clustering', None)
    if server is None:
        return error(
            'WorkersError',
            'workers',
            f'{socket.gethostname()}: the worker {worker.address} was started without '
            '--preload webgpu_clustering_dask.py; start it with that.',
        )
    head, body = server.call(header, raw)
    return with_host(head), body


async def hello(dask_worker):
    server = getattr(dask_worker, 'webgpu_clustering', None)
    if server is None:
        return None
    # Beside the worker's event loop, which has heartbeats to send.
    head, _ = await asyncio.to_thread(server.call, {'op': 'hello'})
    return {**head, 'host': socket.gethostname()}


def handle_of(shard, load):
    nbytes = 4 * shard['rows'] * shard['columns'] if load else 0
    return Handle(shard, load, nbytes)


def same(question):
    return question


def answer(handle, question):
    head, raw = question
    return call({**head, 'shard': handle.shard, 'load': handle.load}, raw)


def fold(version, *answers):
    return call(*fold_question(answers, version))


# --- the client ---------------------------------------------------------------------------------------------


class NoWorkers(Exception):
    """All workers are gone, or the scheduler is."""


class Session:
    """The shards of one fit on a cluster."""

    def __init__(self, client, opened):
        self.client = client
        self.shards = opened['shards']
        self.fit = opened['fit']
        self.version = opened['version']
        self.fan_in = opened['fanIn']
        self.timeout = opened['timeout']
        self.load = None
        self.handles = None
        self.asked = 0

    def workers(self):
        if self.client.status != 'running':
            return None
        return self.client.scheduler_info()['workers']

    def wait(self, future):
        """The future's result; NoWorkers where none has been there for the timeout."""
        since = time.monotonic()
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        while not done.wait(TICK):
            if self.workers():
                since = time.monotonic()
            elif time.monotonic() - since > self.timeout:
                raise NoWorkers()
        return future.result()

    def place(self, load):
        """Handles of all shards, made where Dask wants them; what was held otherwise is let go."""
        if self.handles is not None and self.load == load:
            return
        self.load = load
        self.handles = [
            self.client.submit(
                handle_of,
                shard,
                load,
                key=f'shard-{self.fit}-{self.asked}-{shard["index"]}',
                pure=False,
                retries=RETRIES,
            )
            for shard in self.shards
        ]

    def ask(self, header, raw):
        self.asked += 1
        self.place(header.pop('load', None))
        header = {**header, 'fit': self.fit, 'version': self.version}
        name = f'{header["op"]}-{self.fit}-{self.asked}'
        # A task of its own: each worker fetches it once, and it can be made again, as scattered data can not.
        question = self.client.submit(same, (header, raw), key=f'question-{name}', pure=False)
        level = self.client.map(
            answer,
            self.handles,
            [question] * len(self.handles),
            key=[f'{name}-{index}' for index in range(len(self.handles))],
            pure=False,
            retries=RETRIES,
        )
        height = 0
        while len(level) > 1:
            height += 1
            level = [
                self.client.submit(
                    fold,
                    self.version,
                    *level[at : at + self.fan_in],
                    key=f'fold-{name}-{height}-{at}',
                    pure=False,
                    retries=RETRIES,
                )
                for at in range(0, len(level), self.fan_in)
            ]
        head, body = self.wait(level[0])
        return {**head, 'workers': len(self.workers() or ())}, body


def main():
    logging.getLogger('distributed').setLevel(logging.CRITICAL)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    # Nothing but frames goes there.
    sys.stdout = sys.stderr
    opened, _ = read_frame(source)
    from distributed import Client

    scheduler = opened['scheduler']
    try:
        client = Client(scheduler, timeout=opened['connect'], set_as_default=False)
    except (OSError, TimeoutError, ValueError) as failure:
        write_frame(
            target,
            *error(
                'WorkersError',
                'workers',
                f'{scheduler}: no Dask scheduler answers there ({failure}); start one with dask-scheduler, or give its address.',
            ),
        )
        return
    session = Session(client, opened)
    try:
        try:
            client.wait_for_workers(1, timeout=session.timeout)
        except TimeoutError:
            raise NoWorkers() from None
        greeted = client.run(hello)
        write_frame(
            target,
            {'workers': [{'address': address, **(told or {})} for address, told in greeted.items()]},
        )
        while True:
            frame = read_frame(source)
            if frame is None:
                return
            write_frame(target, *session.ask(*frame))
    except NoWorkers:
        write_frame(
            target,
            *error(
                'WorkersError',
                'workers',
                f'{scheduler}: no worker has been there for {session.timeout} s; start some with dask-worker, '
                'then run the same command with --resume.',
            ),
        )
    except Exception as failure:  # noqa: BLE001: whatever Dask throws is told to the coordinator
        said = f'{type(failure).__name__}: {failure}'
        if 'No module named' in said:
            said = (
                'a worker was started without --preload webgpu_clustering_dask.py; '
                f'start all of them with that ({said})'
            )
        write_frame(target, *error('WorkersError', 'workers', f'{scheduler}: {said}'))
    finally:
        client.close(timeout=2)


def fit(scheduler, path, method='kmeans', **options):
    """Fits rows in files by `webgpu-clustering METHOD`, on a scheduler's workers; what --json prints.

    Options are the command's: fit('tcp://host:8786', 'rows.npy', k=64, out='labels.npy', max_iter=20).
    Raises RuntimeError with what the command said.
    """
    words = [os.environ.get('WEBGPU_CLUSTERING_NODE') or 'node', CLI, method, path]
    words += ['--json', '--workers', scheduler, '--python', sys.executable]
    for name, value in options.items():
        flag = '--' + name.replace('_', '-')
        if value is not None and value is not False:
            words += [flag] if value is True else [f'{flag}={value}']
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


if __name__ == '__main__':
    # As a module, so that workers find what tasks name.
    import webgpu_clustering_dask

    webgpu_clustering_dask.main()
