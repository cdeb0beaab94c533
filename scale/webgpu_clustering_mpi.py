"""Row shards on MPI: each rank holds whole runs of consecutive shards and folds them; rank 0 folds the rest.

Started by `webgpu-clustering kmeans FILE --workers mpi:4`, as `mpirun -n 4 python3 webgpu_clustering_mpi.py`.
MPI has no recovery: where a rank dies all do, and --resume goes on from the checkpoint.
"""

import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

try:
    from mpi4py import MPI
except ModuleNotFoundError as missing:
    sys.exit(
        f'{sys.executable} has no module {missing.name}; install it (python3-mpi4py of Debian), or name another '
        'Python by --python.'
    )

from shard_frames import (  # noqa: E402
    ShardServer,
    error,
    fold_question,
    read_frame,
    with_host,
    write_frame,
)


def fold_level(call, version, fan_in, answers):
    return [
        call(*fold_question(answers[at : at + fan_in], version)) for at in range(0, len(answers), fan_in)
    ]


def main():
    world = MPI.COMM_WORLD
    rank, size = world.Get_rank(), world.Get_size()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    opened = world.bcast(read_frame(source)[0] if rank == 0 else None)
    server = ShardServer(os.environ.get('WEBGPU_CLUSTERING_DEVICE', 'auto'))

    def call(header, raw=b''):
        head, body = server.call(header, raw)
        return with_host(head), body

    fan_in, version = opened['fanIn'], opened['version']
    shards = opened['shards']
    # Whole runs of the tree's first level.
    runs = [shards[at : at + fan_in] for at in range(0, len(shards), fan_in)][rank::size]
    greeted, _ = call({'op': 'hello'})
    told = world.gather({**greeted, 'host': socket.gethostname(), 'address': f'rank {rank}'})
    if rank == 0:
        write_frame(target, {'workers': told})
    while True:
        frame = world.bcast(read_frame(source) if rank == 0 else None)
        if frame is None:
            break
        header, raw = frame
        header = {**header, 'fit': opened['fit'], 'version': version}
        try:
            own = [
                call(*fold_question([call({**header, 'shard': shard}, raw) for shard in run], version))
                for run in runs
            ]
        except RuntimeError as failure:
            own = [error('WorkersError', 'workers', f'{socket.gethostname()}: {failure}')]
        gathered = world.gather(own)
        if rank > 0:
            continue
        count = -(-len(shards) // fan_in)
        level = [gathered[at % size][at // size] if at // size < len(gathered[at % size]) else None for at in range(count)]
        # A rank that failed has one answer, an error.
        failed = [one for rank_answers in gathered for one in rank_answers if 'error' in one[0]]
        if failed:
            write_frame(target, *failed[0])
            continue
        while len(level) > 1:
            level = fold_level(call, version, fan_in, level)
        head, body = level[0]
        write_frame(target, {**head, 'workers': size}, body)
    server.close()


if __name__ == '__main__':
    main()
