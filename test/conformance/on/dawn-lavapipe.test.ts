import { declareSuites } from '../on_engine.js';

await declareSuites('dawn-lavapipe');
