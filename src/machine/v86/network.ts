// What the guest's network holds: a web server inside the page. ARP, DHCP, DNS and ping are answered by v86's own
// network; nothing leaves the machine.

import { HttpConnection } from './http-server.ts';
import type { V86Cpu, V86Network } from './v86-internals.ts';

const HTTP_PORT = 80;
/** Connections kept at a time: v86 forgets none that the guest leaves open. The oldest go first. */
export const MAX_CONNECTIONS = 16;

/** Whether the guest has a connection that is open, or was not forgotten yet. */
export function isConnected({ network }: { readonly network: V86Network }): boolean {
  return Object.keys(network.tcp_conn).length > 0;
}

/**
 * Gives the network its web server, and guards it against frames that it can not parse. v86's own server would fetch
 * what the guest asks for from the internet, and its promises reject for a request it can not parse.
 */
export function connectNetwork(network: V86Network, cpu: V86Cpu): void {
  network.fetch = () => Promise.reject(new Error('the guest’s network has no internet'));
  network.on_tcp_connection = (connection) => {
    if (connection.sport !== HTTP_PORT) return;
    const http = new HttpConnection(connection);
    connection.on('data', (bytes) => http.take(bytes));
    const open = Object.values(network.tcp_conn);
    for (const oldest of open.slice(0, Math.max(0, open.length - MAX_CONNECTIONS))) {
      oldest.release();
    }
  };
  const send = network.send.bind(network);
  network.send = (frame) => {
    try {
      send(frame);
    } catch {
      // A frame that makes no sense is lost, as on a wire.
    }
  };
  const receive = network.receive.bind(network);
  network.receive = (frame) => {
    // Without a buffer of the driver's the frame is lost; v86 would print so to the host's console.
    if (cpu.devices.virtio_net.virtio.queues[0]?.has_request() === true) receive(frame);
  };
}
