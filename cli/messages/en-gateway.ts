/** English of the gateway's commands. */
export const EN_GATEWAY = {
  'cli.run.gateway.description':
    'Delivers what agreements allow: reads each view topic once, for all pairs.',
  'cli.run.gateway.agreements': 'folder of catalogue and organizations (default: agreements/)',
} as const;
