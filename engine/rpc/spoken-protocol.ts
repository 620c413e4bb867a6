/** Finds out which of the protocols a process with nodes speaks. */
import { DriverFailure } from '../backends/rpc/driver.ts';
import type { LinkTarget, NodeProtocol } from './contract.ts';
import { CONTROL_SERVICE } from './control-service.ts';
import { UnaryClient } from './unary-client.ts';

/**
 * The control plane where it is known, else the protocol of BLAST, of which nothing can be asked before nodes are started.
 * @param ms how long the process may take
 * @throws DriverFailure when nobody is there
 */
export async function spokenProtocol(
  target: LinkTarget,
  ms: number,
): Promise<{ readonly protocol: NodeProtocol; readonly defaultModel: string | null }> {
  const client = new UnaryClient(CONTROL_SERVICE, target, ms);
  try {
    await client.ready(ms);
    const { default_model } = await client.call({ call: 'GetServer', node: '' }, {});
    return { protocol: 'control', defaultModel: String(default_model) };
  } catch (error) {
    if (error instanceof DriverFailure && error.fault === 'unknown-call')
      return { protocol: 'blast', defaultModel: null };
    throw error;
  } finally {
    client.close();
  }
}
