// `viommu serve`: the page, for browsers.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dispose } from '../../base/emitter.ts';
import { readyFile } from '../../guest/ready-guest.ts';
import type { CliOutput } from '../boot/guest-screen.ts';
import { messageOf } from '../exit-status.ts';
import { onStopSignal, type Interrupted } from '../stop-signals.ts';
import { isPackagedPage, pageFolder, readPageFile, SNAPSHOT_PATH } from './page-files.ts';
import { PageServer, type ReadFile } from './page-server.ts';
import type { ServeArguments } from './serve-arguments.ts';

/** Serves until a signal ends it; resolves with the exit status of that. Rejects with an error for the user. */
export async function serveCommand(args: ServeArguments, output: CliOutput): Promise<number> {
  let listening: Dispose = () => undefined;
  const stopped = new Promise<Interrupted>((resolve) => {
    listening = onStopSignal(resolve);
  });
  const server = createServer();
  try {
    const served = serve(server, args, output).then(() => stopped);
    return (await Promise.race([served, stopped])).exitStatus;
  } finally {
    listening();
    server.close();
    server.closeAllConnections();
  }
}

async function serve(server: Server, args: ServeArguments, output: CliOutput): Promise<void> {
  const folder = pageFolder();
  const address = await listen(server, args);
  const page = new PageServer(filesOf(folder, output));
  server.on('request', (request, response) => {
    page.answer(request, response).catch(() => response.destroy());
  });
  output.out(`viommu is at ${address}\nCtrl-C ends it.\n`);
}

/** Resolves with the address for a browser. */
function listen(server: Server, { port, host }: ServeArguments): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(refusal(error, port, host)));
    server.listen(port, host, () => resolve(addressOf(server.address(), host)));
  });
}

function addressOf(bound: AddressInfo | string | null, host: string): string {
  const port = typeof bound === 'object' ? bound?.port : undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

function refusal(error: Error, port: number, host: string): Error {
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new Error(
        `Port ${port} is in use. Choose another with --port, or --port 0 for one that is free.`,
        { cause: error },
      );
    case 'EACCES':
      return new Error(
        `This user may not listen on port ${port}. Choose one from 1024 on with --port.`,
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(
        `${host} is no address of this computer. Leave out --host, or give 0.0.0.0 for all of its addresses.`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** A packaged page starts from the snapshot that the test kit keeps, too: the first time the guest boots for it. */
function filesOf(folder: string, output: CliOutput): ReadFile {
  if (!isPackagedPage(folder)) return (path) => readPageFile(folder, path);
  const snapshot = readyFile(() => {
    output.err('The guest boots once, for its snapshot: the first start takes some seconds.\n');
  }).catch((error: unknown) => {
    output.err(`The page boots its guest, as there is no snapshot: ${messageOf(error)}\n`);
    return undefined;
  });
  return (path) => (path === SNAPSHOT_PATH ? snapshot : readPageFile(folder, path));
}
