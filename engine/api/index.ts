/**
 * The library: what `import … from 'blast-ln'` gives. Everything exported here is documented in docs/testing.md and keeps
 * its meaning between versions (docs/stability.md); what lies in other folders is nobody's contract.
 */
export type { ChainObservation, ChannelObservation, NodeObservation } from '../backends/backend.ts';
export { ENGINE_VERSION } from '../base/version.ts';
export type { PaymentStats } from '../kinds/expectation.ts';
export type { BehaviourNode, BehaviourResult } from '../run/behaviour-results.ts';
export type { ExpectationResult } from '../run/run-contract.ts';
export type { Diagnostic } from '../spec/diagnostic.ts';
export type { RunRecord } from './record-log.ts';
export type { Run, RunDigests } from './run.ts';
export type { LockUpdate, LockVerdict } from './run-lock.ts';
export {
  loadScenario,
  type ParamInput,
  parseScenario,
  type RunOptions,
  type Scenario,
  ScenarioError,
  type ScenarioOptions,
  type TextOptions,
} from './scenario.ts';
export { loadSnapshot, type Snapshot, SnapshotError } from './snapshot.ts';
