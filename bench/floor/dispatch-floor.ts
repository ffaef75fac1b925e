import amqp from 'amqplib';

/**
 * The least that a broadcast can cost: N plain amqplib connections read one stream; one message is published with a confirm.
 * Run in a process of its own so that its sockets do not burden what is measured next.
 * @returns milliseconds from publish to the last consumer's delivery, for each repetition
 */
export async function dispatchFloor(options: {
  brokerUrl: string;
  vhost: string;
  consumers: number;
  bytes: number;
  repetitions: number;
}): Promise<number[]> {
  const url = `${options.brokerUrl}/${encodeURIComponent(options.vhost)}`;
  const stream = `bench.floor.${process.pid}`;
  const control = await amqp.connect(url, { noDelay: true });
  const publisher = await control.createConfirmChannel();
  await publisher.assertQueue(stream, {
    durable: true,
    arguments: { 'x-queue-type': 'stream', 'x-max-age': '1h', 'x-stream-max-segment-size-bytes': 5_000_000 },
  });

  let received = 0;
  let last: (() => void) | undefined;
  const connections: amqp.ChannelModel[] = [];
  const connectOne = async () => {
    const connection = await amqp.connect(`${url}?heartbeat=60`, { noDelay: true });
    const channel = await connection.createChannel();
    await channel.prefetch(100);
    await channel.consume(
      stream,
      (message) => {
        if (!message) return;
        channel.ack(message);
        if (++received === options.consumers) last?.();
      },
      { arguments: { 'x-stream-offset': 'next' } },
    );
    connections.push(connection);
  };
  const lanes = Array.from({ length: 32 }, async (_, lane) => {
    for (let i = lane; i < options.consumers; i += 32) await connectOne();
  });
  await Promise.all(lanes);

  const times: number[] = [];
  const body = Buffer.alloc(options.bytes, 'x');
  for (let i = 0; i < options.repetitions; i++) {
    received = 0;
    const all = new Promise<void>((resolve) => (last = resolve));
    const began = performance.now();
    publisher.publish('', stream, body, { persistent: true });
    await publisher.waitForConfirms();
    await all;
    times.push(performance.now() - began);
  }
  await publisher.deleteQueue(stream);
  await Promise.all(connections.map((connection) => connection.close().catch(() => undefined)));
  await control.close();
  return times;
}

if (process.send) {
  const answer = (message: object, code: number): void => {
    process.exitCode = code;
    process.send!(message);
    process.disconnect();
  };
  process.once('message', (options: Parameters<typeof dispatchFloor>[0]) => {
    dispatchFloor(options).then(
      (times) => answer({ times }, 0),
      (error: unknown) => answer({ error: String(error) }, 1),
    );
  });
}
