/**
 * Resolves in another task: long work that waits for it in between leaves room for what the browser has to do, such as to paint or
 * to answer a key. Sooner than any timer.
 */
export async function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.addEventListener('message', () => resolve(), { once: true });
    port1.start();
    port2.postMessage(null);
  });
  port1.close();
}
