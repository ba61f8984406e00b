import { Command } from 'commander';
import { runDemo } from './demo/run-demo.ts';
import { Stack } from './stack/stack.ts';

const brokers = ['kafka', 'kafka27'] as const;
type Broker = (typeof brokers)[number];

/** `npm run demo`: exits 0 only if nothing was lost, repeated or out of order. */
async function main(broker: Broker): Promise<void> {
  const begin = performance.now();
  const print = (line: string): void =>
    console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  const stack = await Stack.open({ name: 'demo', log: print });
  const interrupted = (): void => void stack.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const { bootstrap } = await stack.start(broker);
    const clean = await runDemo({ stack, bootstrap, print, workers: 3, kills: 2 });
    process.exitCode = clean ? 0 : 1;
  } finally {
    await stack.close();
  }
}

const program = new Command('demo')
  .description('Three workers, a steady load, two of them killed: compares the topic with the table at the end')
  .option('--kafka <kind>', `which Kafka of the stack: ${brokers.join(', ')}`, 'kafka')
  .action(async ({ kafka }: { kafka: string }) => {
    const broker = brokers.find((name) => name === kafka);
    if (broker === undefined) throw new Error(`--kafka takes ${brokers.join(' or ')}, not ${kafka}`);
    await main(broker);
  });
await program.parseAsync();
