#!/usr/bin/env node
/** The command line's entry. */
import { run } from './program.js';

process.exitCode = await run(process.argv.slice(2));
