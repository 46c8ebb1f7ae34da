import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** What stands between a page and the server at this address. */
export async function wireTo(address) {
  const { hostname, port } = new URL(address);
  const sockets = new Set();
  let isDown = false;
  const server = createServer((client) => {
    const upstream = connect(port, hostname);
    for (const [socket, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (isDown) {
      client.destroy();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    cut,
    goDown() {
      isDown = true;
      cut();
    },
    comeBack() {
      isDown = false;
    },
    end() {
      server.close();
      cut();
    },
  };
}
