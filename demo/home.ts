import { noticeMissingAdapter } from './shared/adapter_notice.js';

void noticeMissingAdapter();
