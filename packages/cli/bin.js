#!/usr/bin/env node
// There before the command line is built, so that an installation in a clone finds it.
import './dist/cli.js';
