import { declareSuites } from '../on_engine.js';

await declareSuites('firefox');
