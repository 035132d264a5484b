// What stands before a server that cannot be killed at any moment, since it keeps what it has in memory for a while.
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Lets everything through, until it is shut: then all that is under way is cut off. */
export async function openGate(port: number, behind: number): Promise<{ shut(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server: Server = createServer((socket) => {
    const onward = connect(behind, '127.0.0.1')
    for (const each of [socket, onward]) keep(each)
    socket.on('close', () => onward.destroy())
    onward.on('close', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async shut() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.resetAndDestroy()
      await closed
    },
  }
}
