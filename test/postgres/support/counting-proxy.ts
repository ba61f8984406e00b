import { listening, TcpProxy, type Passage } from '../../../scripts/chaos/tcp-proxy.ts';

/** A proxy in front of a server of this machine that counts the bytes which the server sends. */
export class CountingProxy extends TcpProxy {
  answered = 0;

  static override async open(): Promise<CountingProxy> {
    return new CountingProxy(await listening());
  }

  protected override async *passing({ from, way }: Passage): AsyncIterable<Buffer> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      if (way === 'answer') this.answered += chunk.length;
      yield chunk;
    }
  }
}
