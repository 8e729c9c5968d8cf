// The files of the 9p share in the demo.

const README = `This folder lives on the other side of the IOMMU.

Every byte that you read here was stored in your memory by virtio-9p, the
shared-folder device, at an IOVA that Linux had mapped for it just before and
unmapped right after. Watch the mappings of its domain while you read
numbers.txt.
`;

const LINES = 8192;

/** A text in which every line differs, so that a page of it in the wrong place would show. */
function numbers(): string {
  return Array.from({ length: LINES }, (_unused, index) => {
    const line = String(index + 1).padStart(5);
    return `${line} squared is ${(index + 1) ** 2}\n`;
  }).join('');
}

/** Files by name. */
export function demoShare(): Readonly<Record<string, Uint8Array>> {
  const encoder = new TextEncoder();
  return { 'README.txt': encoder.encode(README), 'numbers.txt': encoder.encode(numbers()) };
}
