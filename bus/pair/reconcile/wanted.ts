/**
 * From the control database's lines to what is wanted: pairs on the broker, deployments for the
 * gateway, and what stands in the way. Pure. An agreement that no longer compiles keeps what is
 * deployed, so that a change of a view never stops a pair by accident and revoking always works.
 */
import { contentHash as hashOf } from '../../agreement/canonical/canonical.ts';
import type { Resource } from '../../agreement/resource.ts';
import type { Problem } from '../../base/errors.ts';
import type { DeploymentRow } from '../../control/deployments.ts';
import type { FieldChange } from '../../plan/plan.ts';
import type { GatewayNames } from '../access.ts';
import { compilePair } from '../compile/compile-pair.ts';
import type { CompiledPair } from '../pair.ts';
import { deploymentChanges, needsNewCopy } from './deployment.ts';
import type { WantedPair } from './desired.ts';
import type { DueLine } from './due.ts';
import { standingPairs, type StandingPair } from './standing.ts';

export type ControlView = {
  readonly lines: readonly DueLine[];
  /** What is wrong with an agreement's events, signatures or kept states, by its id. */
  readonly faults?: ReadonlyMap<string, readonly string[]>;
  readonly deployments: readonly DeploymentRow[];
};

export type WantedOptions = {
  /** By id, as the views and the catalogue declare them now. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly replication: number;
  readonly gateway?: GatewayNames;
  /** Kept by who asks again and again with the same resources: each content is compiled once. */
  readonly compiled?: Map<string, CompiledLine>;
};

/** What became of one content; the hash of its document was proved. */
export type CompiledLine = { readonly pair?: CompiledPair; readonly problems: readonly Problem[] };

/** A deployment that is absent or other than it should be; schema ids are known once it is done. */
export type WantedDeployment = Omit<DeploymentRow, 'keySchemaId' | 'valueSchemaId'> & {
  readonly isNew: boolean;
  readonly changes: readonly FieldChange[];
};

export type Wanted = {
  readonly pairs: readonly WantedPair[];
  readonly deployments: readonly WantedDeployment[];
  /** Of agreements that cannot be deployed as they stand; `file` is the agreement's name and version. */
  readonly problems: readonly Problem[];
};

export function wantedOf(view: ControlView, options: WantedOptions): Wanted {
  const one = (pair: StandingPair<DueLine>) => wantedPair(pair, { view, options });
  const all = standingPairs(view.lines).map(one);
  return {
    pairs: all.map(({ wanted }) => wanted),
    deployments: all.flatMap(({ deployments }) => deployments),
    problems: all.flatMap(({ problems }) => problems),
  };
}

type Context = { readonly view: ControlView; readonly options: WantedOptions };

/** What anybody could have written there gives no rights; what it had before is taken away. */
function distrusted(
  { agreementId, line }: StandingPair<DueLine>,
  { pair, faults }: { readonly pair: CompiledPair | undefined; readonly faults: readonly string[] },
): One {
  const remedy =
    'See civicbus verify agreement, restore the control database, and find who could write to it.';
  return {
    wanted: { agreementId, standing: 'distrusted', pair },
    deployments: [],
    problems: faults.map((fault) => ({
      file: lineName(line),
      message: `What is stored is not what was signed: ${fault}.`,
      remedy,
    })),
  };
}

type One = {
  readonly wanted: WantedPair;
  readonly deployments: readonly WantedDeployment[];
  readonly problems: readonly Problem[];
};

/** Ended ones stay what was deployed; what is in force or waits is what the agreement says now. */
function wantedPair(
  { agreementId, standing, line, next }: StandingPair<DueLine>,
  context: Context,
): One {
  const own = context.view.deployments.filter((one) => one.agreementId === agreementId);
  const deployed = own.find(({ version }) => version === line.version);
  const faults = context.view.faults?.get(agreementId) ?? [];
  if (faults.length > 0)
    return distrusted({ agreementId, standing, line, next }, { pair: deployed?.pair, faults });
  const isOpen = line.state === 'active' || line.state === 'suspended' || line.state === 'filed';
  const compiled = isOpen ? compiledLine(line, context.options) : { problems: [] };
  const pair = compiled.pair ?? deployed?.pair;
  const deployments = compiled.pair ? deploymentOf(line, { pair: compiled.pair, own }) : [];
  const later =
    next && next !== line
      ? waitingVersion(next, {
          ...context,
          own,
          pair,
          generation: deployments[0]?.generation ?? deployed?.generation ?? 0,
        })
      : NONE;
  return {
    wanted: { agreementId, standing, pair },
    deployments: [...deployments, ...later.deployments],
    problems: [...compiled.problems, ...later.problems],
  };
}

const NONE = { deployments: [], problems: [] } as const;

/** A filed version beside the one in force: it uses the same topic, so it must fit it. */
function waitingVersion(
  next: DueLine,
  {
    options,
    own,
    pair,
    generation,
  }: Context & {
    readonly own: readonly DeploymentRow[];
    readonly pair: CompiledPair | undefined;
    readonly generation: number;
  },
): Pick<One, 'deployments' | 'problems'> {
  const compiled = compiledLine(next, options);
  if (!compiled.pair) return { deployments: [], problems: compiled.problems };
  const partitions = pair?.topic.partitions ?? compiled.pair.topic.partitions;
  if (partitions !== compiled.pair.topic.partitions) {
    return {
      deployments: [],
      problems: [
        {
          file: lineName(next),
          path: 'delivery.partitions',
          message: `The pair's topic has ${partitions} partitions, and this version asks for ${compiled.pair.topic.partitions}.`,
          remedy:
            'Agree on the same number: it is fixed for a topic’s life, and the topic is the pair’s.',
        },
      ],
    };
  }
  return {
    deployments: deploymentOf(next, { pair: compiled.pair, own, above: generation }),
    problems: [],
  };
}

function compiledLine(line: DueLine, options: WantedOptions): CompiledLine {
  const known = options.compiled?.get(line.contentHash);
  if (known) return known;
  const made = compileLine(line, options);
  if (made.pair) options.compiled?.set(line.contentHash, made);
  return made;
}

function compileLine(
  line: DueLine,
  { resources, replication, gateway }: WantedOptions,
): CompiledLine {
  const { content, contentHash } = line;
  const file = lineName(line);
  if (hashOf(content) !== contentHash) {
    const message = `The stored document is not the one that was signed (${contentHash}).`;
    const remedy =
      'Somebody changed the control database: restore it, and compare both parties’ copies.';
    return { problems: [{ file, path: 'contentHash', message, remedy }] };
  }
  const resource = resources.get(content.resource.resourceId);
  if (!resource) {
    const message = `No view has the resource ${content.resource.resourceId}.`;
    return { problems: [{ file, path: 'resource.resourceId', message }] };
  }
  const result = compilePair(content, resource, {
    contentHash,
    replication,
    ...(gateway ? { gateway } : {}),
  });
  if ('pair' in result) return { pair: result.pair, problems: [] };
  return { problems: result.problems.map((problem) => ({ file, ...problem })) };
}

/** What has to be put into the control database for `pair`; nothing where it stands there. */
function deploymentOf(
  { agreementId, version, contentHash }: DueLine,
  {
    pair,
    own,
    above = 0,
  }: {
    readonly pair: CompiledPair;
    readonly own: readonly DeploymentRow[];
    /** The generation of the version in force, which this one has to exceed. */
    readonly above?: number;
  },
): WantedDeployment[] {
  const deployed = own.find((one) => one.version === version);
  const isSame = deployed?.contentHash === contentHash;
  const changes = deploymentChanges(deployed?.pair, pair);
  if (deployed && isSame && changes.length === 0 && deployed.generation > above) return [];
  const isOtherCopy =
    !deployed || deployed.generation <= above || needsNewCopy(deployed.pair, pair);
  const highest = Math.max(above, ...own.map(({ generation }) => generation));
  const generation = isOtherCopy ? highest + 1 : deployed.generation;
  const grown = deployed && generation !== deployed.generation;
  return [
    {
      agreementId,
      version,
      contentHash,
      pair,
      generation,
      isNew: deployed === undefined,
      changes: grown
        ? [
            ...changes,
            { field: 'generation', from: String(deployed.generation), to: String(generation) },
          ]
        : changes,
    },
  ];
}

function lineName({ name, version }: DueLine): string {
  return `${name} ${version}`;
}
