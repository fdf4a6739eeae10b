/** Codes of agreements' lifecycles and of the control database. */
import type { CodeTable } from './code.ts';

export const LIFECYCLE_CODES = {
  LIFECYCLE_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'There is no agreement "{{name}}".',
    cause: 'Neither an id nor a name of an agreement in the control database is written like this.',
    remedy:
      'See civicbus get agreements; a new one begins with: civicbus submit agreement -f agreements/NAME/agreement.yaml',
  },
  LIFECYCLE_VERSION_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'Agreement "{{name}}" has no version that "{{verb}}" could be about ({{versions}}).',
    cause: 'The version does not exist, or none of its versions is in a fitting state.',
    remedy:
      'See civicbus describe agreement {{name}}, and name one of its versions: {{name}}@VERSION',
  },
  LIFECYCLE_IMPOSSIBLE: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Agreement "{{name}}" {{version}} is {{state}}: "{{verb}}" is impossible, {{why}}.',
    cause: 'The lifecycle has no such transition from this state, for anybody.',
    remedy: 'Possible now: {{possible}}.',
  },
  LIFECYCLE_NOT_PERMITTED: {
    reaction: 'fix-input',
    exit: 'notPermitted',
    message:
      'Agreement "{{name}}" {{version}} is {{state}}: "{{verb}}" is for the {{who}}, and {{org}} is none of them.',
    cause: 'Each transition belongs to certain parties of the agreement.',
    remedy:
      'Ask one of those who may, or act for another organization with --as. Possible now: {{possible}}.',
  },
  LIFECYCLE_GUARDED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message:
      'Agreement "{{name}}" {{version}} is {{state}}: "{{verb}}" has to wait, because {{whys}}.',
    cause: 'The transition exists and is yours, but not all that it asks for is there.',
    remedy: 'Bring about what is named, then do it again.',
  },
  LIFECYCLE_ACTOR_NEEDED: {
    reaction: 'fix-input',
    exit: 'usage',
    message: 'Several organizations could "{{verb}}" here: {{able}}.',
    cause: 'Everything in a lifecycle is done by one organization, with its signature.',
    remedy: 'Say who does it: --as ORGANIZATION, or --key FILE.',
  },
  LIFECYCLE_OTHER_DOCUMENT: {
    reaction: 'fix-input',
    exit: 'usage',
    message: 'The file is of agreement "{{name}}" ({{id}}), and "{{wanted}}" was named.',
    cause: 'Name and file have to speak of the same agreement.',
    remedy: 'Name the agreement of the file, or the file of the agreement.',
  },
  LIFECYCLE_NOT_RENEWABLE: {
    reaction: 'fix-input',
    exit: 'rejected',
    message:
      'No version of agreement "{{name}}" is in force or has just expired, so none can be renewed.',
    cause: 'A renewal continues the version in force.',
    remedy: 'Submit a version of its own: civicbus submit agreement -f FILE',
  },
  LIFECYCLE_NOT_ACTIVE: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'No version of agreement "{{name}}" is active.',
    cause: 'Only what is being delivered can be delivered once more.',
    remedy: 'See civicbus get agreements --all',
  },
  LIFECYCLE_COPY_WOULD_BE_EMPTY: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'A new copy of agreement "{{name}}" {{version}} would be empty.',
    cause:
      'Its scope.backfill is "none": no row that is there already is sent, and a new copy takes the place of the old one with all its rows.',
    remedy:
      'To have the subscriber begin anew with the next changes, say so with --empty. To have rows sent, agree on a version with scope.backfill: snapshot.',
  },
  LIFECYCLE_NOT_AS_SIGNED: {
    reaction: 'stop',
    exit: 'failed',
    message: '{{count}} agreement(s) are not what was signed.',
    cause:
      'Somebody changed the control database from outside of civicbus, or a key was taken away.',
    remedy:
      'Suspend these pairs, compare the control database with topic agreement.lifecycle and with the backup, and find out who could write there.',
  },
  LIFECYCLE_STALE: {
    reaction: 'retry',
    exit: 'rejected',
    message: '"{{verb}}" on agreement "{{name}}" was signed after another event than the last one.',
    cause:
      'Something else happened to the agreement in between, or an old signed event is being replayed.',
    remedy: 'Look at what happened (civicbus describe agreement {{name}}) and sign again.',
  },
  LIFECYCLE_SIGNER_WRONG: {
    reaction: 'fix-input',
    exit: 'notPermitted',
    message: '"{{verb}}" on agreement "{{name}}" says that {{org}} did it, but {{signer}} signed.',
    cause: 'An event is valid only with a signature of the organization that it names.',
    remedy: 'Sign with the key of {{org}}: --key FILE.',
  },
  LIFECYCLE_SIGNER_NOT_NAMED: {
    reaction: 'fix-input',
    exit: 'notPermitted',
    message:
      '"{{verb}}" on agreement "{{name}}" {{version}}: for {{party}} the agreement names the key {{named}} as its signer, and {{used}} signed.',
    cause:
      'An agreement names one key for each side, and only that one accepts it; another key of the organization, or one of its delegate, does not.',
    remedy:
      'Sign with {{named}}: --key FILE. Where another key is to sign, have the agreement name it as signer first: by a counter-proposal while it is negotiated (civicbus counter agreement {{name}} -f FILE), by a new version afterwards.',
  },
  LIFECYCLE_TIME_WRONG: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: '"{{verb}}" on agreement "{{name}}" is dated {{time}}, which is {{why}}.',
    cause:
      'Events carry the time of their signature, in order, by clocks that agree within a minute.',
    remedy: 'Correct the clock of the machine that signs, and sign again.',
  },
  LIFECYCLE_CONTENT_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'No document with the content {{contentHash}} is known for agreement {{id}}.',
    cause: 'An event names its content by hash, and the document has to be there first.',
    remedy: 'Bring the document along: -f agreements/NAME/agreement.yaml',
  },
  LIFECYCLE_NAME_TAKEN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The name "{{name}}" belongs to agreement {{owner}} already.',
    cause: 'Names are unique, so that commands can use them in place of ids.',
    remedy: 'Choose another name, or make it a new version of that agreement by its id.',
  },
  LIFECYCLE_CHAIN_BROKEN: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'The events of agreement {{id}} do not hold together at position {{position}}: {{why}}.',
    cause: 'An event was changed, removed or put in from outside of civicbus.',
    remedy:
      'Suspend the pair, compare the control database with topic agreement.lifecycle and with the backup, and find out who could write there.',
  },
  LIFECYCLE_DEPLOYMENT_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'Agreement {{id}} {{version}} is not deployed.',
    cause: 'Only filed agreements are deployed, by civicbus apply or by the reconciler.',
    remedy: 'See civicbus plan -f agreements/',
  },
} as const satisfies CodeTable;
