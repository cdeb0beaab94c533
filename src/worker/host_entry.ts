/** The worker that `inWorker` starts: the whole library. */
import * as library from '../index.js';
import { serve } from './serve.js';

serve(library);
