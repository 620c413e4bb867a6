/** Blocks of the chains that processes watch: each chain's are found once. */
import type { Driver } from './driver.ts';
import { need, type ProcessCalls } from './process-calls.ts';

/** @param told is called with the height that a chain has reached, where its driver tells */
export async function findBlocks(
  drivers: readonly Driver[],
  blocks: number,
  calls: ProcessCalls,
  told: (height: number) => void,
): Promise<void> {
  for (const driver of oncePerChain(drivers)) {
    await calls.ask({ driver }, () => need(driver.mine, 'mine').call(driver, blocks));
    const { height } = driver;
    if (height === undefined) continue;
    told(await calls.ask({ driver }, () => height.call(driver)));
  }
}

/** One driver for each chain. */
export function oncePerChain(drivers: readonly Driver[]): readonly Driver[] {
  const seen = new Map<object, Driver>();
  for (const driver of drivers) if (!seen.has(driver.chain ?? driver)) seen.set(driver.chain ?? driver, driver);
  return [...seen.values()];
}
