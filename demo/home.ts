import { startPage } from './shared/adapter.js';

void startPage();
