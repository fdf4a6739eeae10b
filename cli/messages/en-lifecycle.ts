/** English texts about lifecycles of agreements. */
import type { TextTable } from '../../bus/base/text.ts';

export const EN_LIFECYCLE: TextTable = {
  'cli.submit.description': 'Ask for something.',
  'cli.submit.agreement.description':
    'Submit an agreement as its subscriber: the authority’s check begins. With -f its draft is written down first.',
  'cli.counter.description': 'Answer with something else.',
  'cli.counter.agreement.description':
    'Propose other content for the version under review; signatures given so far become void.',
  'cli.approve.description': 'Find something conform.',
  'cli.approve.agreement.description':
    'Find a request conform, as the authority: the provider’s turn begins.',
  'cli.sign.description': 'Accept something by signature.',
  'cli.sign.agreement.description':
    'Accept exactly the content that stands, as provider or subscriber. With both signatures it is agreed.',
  'cli.reject.description': 'Say no, with a reason.',
  'cli.reject.agreement.description': 'Reject a request, as provider or authority.',
  'cli.dispute.description': 'Do not accept a rejection.',
  'cli.dispute.agreement.description': 'Dispute the rejection of an agreement, as its subscriber.',
  'cli.mediate.description': 'Reopen what is in dispute.',
  'cli.mediate.agreement.description':
    'Reopen the review of a disputed agreement, as the authority.',
  'cli.file.description': 'Enter something into the register.',
  'cli.file.agreement.description':
    'File an agreement that both parties have signed, as the authority; it comes into force on its day.',
  'cli.suspend.description': 'Stop something until it is resumed.',
  'cli.suspend.agreement.description':
    'Stop delivery at once, as any party; progress is kept. Only who suspended it resumes it, or the authority.',
  'cli.resume.agreement.description':
    'Lift one’s own suspension of an agreement; the authority lifts all. It goes on where it stood.',
  'cli.revoke.description': 'End something for good.',
  'cli.revoke.agreement.description':
    'End an agreement, as any party: delivery stops, and the subscriber has to clear its copy.',
  'cli.purge.description': 'Have a copy cleared.',
  'cli.purge.agreement.description':
    'Have the subscriber of an ended agreement clear its copy now, as the authority.',
  'cli.withdraw.description': 'Give something up.',
  'cli.withdraw.agreement.description':
    'Give up an agreement before anything was delivered; a reason is needed once both have signed.',
  'cli.renew.description': 'Ask for something again.',
  'cli.renew.agreement.description':
    'Submit the version in force as a new version with a later end; it is reviewed, signed and filed like any other.',

  'cli.verify.agreement.description':
    'Is every event of an agreement, or of all, what was signed, in its place, and by one who might?',
  'cli.verify.agreement.whole': 'as signed',
  'cli.resync.description': 'Send something once more from the beginning.',
  'cli.resync.agreement.description':
    'Ask the gateway for a whole new copy for the subscriber; what it has stays until the new one is complete.',
  'cli.resync.reason':
    'why; kept for whoever looks at the agreement, so nothing personal belongs in it',
  'cli.resync.empty':
    'also where scope.backfill is "none": the copy is emptied, and begins with the next changes',
  'cli.resync.exampleReason': 'rows were lost at the subscriber',
  'cli.resync.as': 'the organization that asks for it; default: the bus itself (CIVICBUS)',
  'cli.resync.shown': 'whole copy {{generation}}',
  'cli.resync.next': 'next: civicbus describe agreement {{name}}',

  'cli.lifecycle.name': 'name or id of an agreement; NAME@VERSION for one of its versions',
  'cli.lifecycle.reason': 'why; part of what is signed, so nothing personal belongs in it',
  'cli.lifecycle.exampleReason': 'wrong purpose',
  'cli.lifecycle.number': 'the number in the authority’s register',
  'cli.lifecycle.as': 'the organization to act for, where several could',
  'cli.lifecycle.key': 'its key file; default: its key among the secrets of the stack',
  'cli.lifecycle.file': 'the agreement.yaml',
  'cli.lifecycle.draft': 'only write the draft down',
  'cli.lifecycle.until': 'the new end, e.g. 2028-07-01T00:00:00+08:00',
  'cli.lifecycle.possible': '{{state}}; possible now: {{possible}}',
  'cli.lifecycle.overdue': '{{count}} are overdue.',

  'cli.get.agreements.description':
    'Agreements with state, parties and who has to act until when; overdue and stopped ones first.',
  'cli.get.agreements.all': 'also versions that have ended',
  'cli.empty.agreements':
    'No agreement yet: civicbus submit agreement -f agreements/NAME/agreement.yaml',

  'cli.column.due': 'DUE',
  'cli.column.events': 'EVENTS',
  'cli.column.generation': 'GENERATION',
  'cli.column.org': 'BY',
  'cli.column.parties': 'PROVIDER → SUBSCRIBER',
  'cli.column.since': 'SINCE (UTC)',
  'cli.column.verb': 'EVENT',
  'cli.column.was': 'WAS',
  'cli.column.watermark': 'WATERMARK',
};
