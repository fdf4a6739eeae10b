/** Moved to bus/base/document.ts. */
export * from '../base/document.ts';
