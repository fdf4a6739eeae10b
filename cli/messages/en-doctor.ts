/** What the doctor says, in English. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_DOCTOR: TextTable = {
  'cli.doctor.state.ok': 'OK',
  'cli.doctor.state.note': 'NOTE',
  'cli.doctor.state.unknown': 'UNKNOWN',
  'cli.doctor.state.bad': 'BAD',
  'cli.doctor.well': 'All is well: {{count}} findings, none of them needs somebody.',
  'cli.doctor.programs.ok': 'Java, Maven, unzip and tar are there.',
  'cli.doctor.cache.absent': 'Nothing was downloaded to {{folder}} yet; the first start does it.',
  'cli.doctor.cache.sizes': 'sizes compared; --cache compares contents',
  'cli.doctor.cache.contents': 'contents compared',
  'cli.doctor.cache.ok': 'The downloads in {{folder}} are whole ({{how}}).',
  'cli.doctor.cache.bad': 'The downloads in {{folder}} differ in {{count}} place(s): {{what}}.',
  'cli.doctor.cache.remedy':
    'Stop the stack (civicbus dev down), run civicbus doctor --fix-cache, and start again.',
  'cli.doctor.cache.stopFirst':
    'Nothing was removed, because this stack runs on it: civicbus dev down, then once more.',
  'cli.doctor.cache.removed':
    'The damaged downloads in {{folder}} were removed; the next start fetches them.',
  'cli.doctor.disk.ok': 'At least 2 GB are free under {{home}}.',
  'cli.doctor.secrets.ok': 'All {{count}} secret files are readable by their owner only.',
  'cli.doctor.services.ok':
    'All {{count}} services and programs are healthy ({{restarts}} restarts so far).',
  'cli.doctor.services.bad': '{{name}} is {{state}}. {{detail}}',
  'cli.doctor.services.remedy':
    'Read its log: civicbus dev logs {{name}}. Programs that are restarting need only time.',
  'cli.doctor.registry.ok':
    'New schemas must be readable as the old ones were ({{rule}}); {{subjects}} subjects.',
  'cli.doctor.registry.bad': 'The registry accepts incompatible schemas (rule {{rule}}).',
  'cli.doctor.registry.remedy':
    'Set the rule to BACKWARD again; starting the stack anew does it for all subjects.',
  'cli.doctor.clocks.ok': 'The clock of "{{server}}" differs from this one by {{ms}} ms.',
  'cli.doctor.clocks.bad':
    'The clock of "{{server}}" differs from this one by {{ms}} ms: ages are wrong by as much.',
  'cli.doctor.clocks.remedy': 'Let both machines follow the same time servers.',
  'cli.doctor.rights.ok': '{{count}} rights of {{users}} users; none reaches beyond its unit.',
  'cli.doctor.rights.wide': 'A right reaches everything: {{right}}.',
  'cli.doctor.rights.orphaned': 'A right belongs to a user that does not exist: {{right}}.',
  'cli.doctor.rights.remedy':
    'Find out who granted it and take it away; no part of this system needs it.',
  'cli.doctor.connectors.ok': 'Connector {{name}} and its task run.',
  'cli.doctor.connectors.bad': 'Connector {{name}} is {{state}}. {{cause}}',
  'cli.doctor.connectors.remedy':
    'See civicbus describe connector {{name}}; correct the cause, then civicbus apply -f connectors/',
  'cli.doctor.connectors.apply': 'civicbus apply -f connectors/',
  'cli.doctor.preflight.ok': 'The database of source "{{name}}" is fit to be captured as declared.',
  'cli.doctor.topics.ok': 'All {{count}} declared topics are there with their partitions.',
  'cli.doctor.topics.absent': 'Topic {{name}} is declared and absent.',
  'cli.doctor.topics.partitions':
    'Topic {{name}} has {{found}} partitions, declared are {{declared}}.',
  'cli.doctor.topics.remedy':
    'The partitions of a topic never change in its life: correct the declaration, or capture the source anew and rebuild its views.',
  'cli.doctor.views.ok':
    'View "{{name}}": nothing halted, nothing lost, {{waiting}} records wait (oldest {{oldest}}).',
  'cli.doctor.views.replaced':
    'Unit {{unit}} was built from another life of topic {{topic}} (or of the cluster).',
  'cli.doctor.views.halted': 'Unit {{unit}} is halted: {{code}}.',
  'cli.doctor.views.lost': 'Unit {{unit}} has lost records to retention before it read them.',
  'cli.doctor.views.unclaimed': 'Unit {{unit}} has partitions that nobody ever read.',
  'cli.doctor.views.late':
    'Unit {{unit}}: a record has waited for {{oldest}}; perhaps nobody runs the view.',
  'cli.doctor.views.lateRemedy':
    'Look at its consumer (civicbus dev status, civicbus dev logs view-{{view}}), or start one: civicbus run view {{view}}',
  'cli.doctor.views.dead': 'Unit {{unit}} is incomplete: {{count}} dead letters.',
  'cli.doctor.declared.ok': 'The stack is as declared.',
  'cli.doctor.declared.pending': '{{count}} change(s) are declared and not applied.',
  'cli.doctor.declared.remedy':
    'See them with civicbus plan, then civicbus apply, both with -f connectors/ -f consumers/',
  'cli.doctor.declared.unknown': 'Whether the stack is as declared cannot be said: {{why}}',
  'cli.doctor.file':
    'declarations to compare with; default connectors/ and consumers/ of the project',
};
