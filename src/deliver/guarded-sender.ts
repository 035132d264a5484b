// A sender whose library may throw where nobody catches it, at an answer that it does not understand: the calls under way have
// failed then, and nothing else has.
import type { Socket } from 'node:net'
import { retry, type SendResult, type Sender } from '../destinations/destination.ts'
import type { Network } from '../platform/network.ts'
import { answeringFor } from '../platform/strays.ts'

export function guardedSender(
  open: (network: Network) => Sender,
  network: Network,
  tell: (error: unknown) => void,
): Sender {
  const underWay = new Set<() => void>()
  const sockets = new Set<Socket>()
  const kept = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }
  const ours: Network = {
    ...network,
    connect: (host, port) => kept(network.connect(host, port)),
    socket: () => kept(network.socket()),
  }
  const stray = (error: unknown): void => {
    tell(error)
    // Which of them waits for what was lost, nobody knows; and no library is trusted with a connection at which it failed.
    for (const fail of underWay) fail()
    for (const socket of sockets) socket.destroy()
  }
  const sender = answeringFor(stray, () => open(ours))
  return {
    async send(events, now) {
      const failed = Promise.withResolvers<SendResult[]>()
      const fail = (): void =>
        failed.resolve(events.map(() => retry('its client library failed at an answer; the log has the cause')))
      underWay.add(fail)
      try {
        return await Promise.race([answeringFor(stray, () => sender.send(events, now)), failed.promise])
      } finally {
        underWay.delete(fail)
      }
    },
    close: () => answeringFor(stray, () => sender.close()),
  }
}
