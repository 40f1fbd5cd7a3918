import { defineTable, reportAlone } from '../conformance/define-table.ts';
import { startDistribution } from '../conformance/distribution.ts';
import { DISTRIBUTION_2 } from '../conformance/exceptions.ts';
import { describeWithDistribution28 } from '../support/real-registry.ts';

describeWithDistribution28('the conformance table', () => {
  const table = defineTable({
    title: 'distribution 2.8',
    without: ['referrers', 'tagDeletion', 'upgraded'],
    exceptions: DISTRIBUTION_2,
    start: () => startDistribution(),
  });
  reportAlone(table);
});
