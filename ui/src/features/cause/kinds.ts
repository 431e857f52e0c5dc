import type { IconName } from '../../components/Icons';
import type { CauseKind } from './useCause';

export const kindTexts: Record<CauseKind, { text: string; icon: IconName }> = {
  code_version: { text: 'New code', icon: 'code' },
  schema_change: { text: 'Schema change', icon: 'schema' },
  run_failed: { text: 'Failed run', icon: 'failed' },
  run_late: { text: 'Late run', icon: 'late' },
  run_missing: { text: 'Missing run', icon: 'missing' },
  volume_jump: { text: 'Volume jump', icon: 'volume' },
  partition_rewritten: { text: 'Rewritten partition', icon: 'rewrite' },
};
