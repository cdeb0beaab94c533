import { noticeAdapter } from './shared/adapter.js';

void noticeAdapter();
