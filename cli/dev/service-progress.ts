/** What comes up, while it comes up: one redrawn block on a terminal, one line per change elsewhere. */
import { createLogUpdate } from 'log-update';
import { text } from '../../bus/base/text.ts';
import type { ServiceStatus } from '../../infra/stack.ts';
import type { Streams } from '../output/output.ts';

export type ServiceProgress = {
  show(status: ServiceStatus): void;
  /** A line that stays. */
  line(content: string): void;
  /** Ends the redrawing; what was drawn last stays. */
  done(): void;
};

export function createServiceProgress({
  streams,
  isTerminal,
}: {
  readonly streams: Streams;
  readonly isTerminal: boolean;
}): ServiceProgress {
  const states = new Map<string, ServiceStatus>();
  const update = isTerminal ? createLogUpdate(process.stderr) : undefined;
  const draw = () => update?.([...states.values()].map(serviceLine).join('\n'));
  let shown = '';
  return {
    show(status) {
      states.set(status.name, status);
      if (update) draw();
      else {
        const line = serviceLine(status);
        if (line !== shown) streams.err(`${line}\n`);
        shown = line;
      }
    },
    line(content) {
      update?.clear();
      streams.err(`${content}\n`);
      draw();
    },
    done() {
      update?.clear();
      update?.done();
    },
  };
}

function serviceLine({ name, state, address = '', detail = '' }: ServiceStatus): string {
  const more = [address, detail].filter((part) => part !== '').join('  ');
  return `  ${name.padEnd(18)} ${text(`cli.service.${state}`).padEnd(11)} ${more}`.trimEnd();
}
