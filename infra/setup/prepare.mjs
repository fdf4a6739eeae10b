/** Prepares this clone and does nothing else. */
import { prepare } from './setup.mjs';

prepare();
