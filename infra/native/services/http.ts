/** The little HTTP that health checks need. */

const TIMEOUT_MS = 3_000;

export function basicAuth(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The status of one GET; rejects when nothing answers. */
export async function fetchStatus(url: string, authorization?: string): Promise<number> {
  const answer = await fetch(url, {
    headers: authorization === undefined ? {} : { authorization },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  return answer.status;
}
