import { declareConformance } from '../on_engine.js';

await declareConformance('dawn-gpu');
