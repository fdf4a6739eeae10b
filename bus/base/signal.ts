/** Handing on a signal that may be absent: an option left out is not the same as one that is undefined. */

/** The signal of `options` alone, where there is one; to be spread into what is called next. */
export function signalOf({ signal }: { readonly signal?: AbortSignal | undefined }): {
  readonly signal?: AbortSignal;
} {
  return signal ? { signal } : {};
}
