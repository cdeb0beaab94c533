/** `webgpu-clustering shard-server`: answers for shards, by frames on standard input and output. */
import type { Command } from 'commander';
import { version } from '../../../package.json';
import { encode, framesOf, type Message, serveShards } from '../../shard/index.js';
import { placeWork, type DeviceChoice } from '../device.js';
import { addDevice } from '../options.js';
import { writePart } from './part_file.js';
import { openShard } from './sources.js';

/** Adds the command to the program. */
export function addShardServer(program: Command): void {
  addDevice(
    program
      .command('shard-server')
      .description(
        'Answers for shards of rows by frames on standard input and output, until the input ends: what workers run.',
      ),
  ).action(({ device }: { readonly device: DeviceChoice }) => shardServer(device));
}

async function shardServer(device: DeviceChoice): Promise<void> {
  const runtime = await placeWork(device, (notice) => {
    console.error(notice);
  });
  await serveShards(
    { ...(runtime && { runtime }), version, open: openShard, write: writePart },
    async (answer) => {
      for await (const question of framesOf(process.stdin)) await send(await answer(question));
    },
  );
}

async function send(message: Message): Promise<void> {
  for (const piece of encode(message)) {
    if (piece.length === 0) continue;
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(piece, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
