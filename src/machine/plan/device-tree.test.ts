import { describe, expect, it } from 'vitest';
import { deviceTreeSource } from './device-tree.ts';
import { describeMachine } from './machine-description.ts';
import { readPlan } from './plan-check.ts';
import { ENDPOINTS, LAST_PCI_ENDPOINT, PCI_IOMMU_FUNCTION } from './topology.ts';

function treeOf(iommu: 'mmio' | 'pci' | 'none'): string {
  const plan = readPlan({ iommu: { mode: iommu === 'none' ? 'off' : 'translated' } });
  return deviceTreeSource(describeMachine(plan, iommu === 'pci' ? 'pci' : 'mmio'));
}

/** The lines of a node's own, without those of nodes inside it. */
function linesOf(tree: string, node: string): readonly string[] {
  const lines = tree.split('\n').map((line) => line.trim());
  const rest = lines.slice(lines.indexOf(`${node} {`) + 1);
  return rest.slice(
    0,
    rest.findIndex((line) => line === '};' || line === ''),
  );
}

/** The endpoint IDs of requester IDs 0 to 0xff; undefined for those that the map leaves out. */
function mappedIds(tree: string): readonly (number | undefined)[] {
  const map = /iommu-map = (?<entries>.*);/.exec(tree)?.groups?.['entries'] ?? '';
  const entries = map.split(', ').map((entry) =>
    entry
      .slice(1, -1)
      .split(' ')
      .map((cell) => (cell === '&viommu' ? -1 : Number(cell))),
  );
  return Array.from({ length: LAST_PCI_ENDPOINT + 1 }, (_, rid) => {
    const found = entries.find(([base = 0, , , length = 0]) => base <= rid && rid < base + length);
    return found === undefined ? undefined : (found[2] ?? 0) + rid - (found[0] ?? 0);
  });
}

const PCI_IDS = Array.from({ length: LAST_PCI_ENDPOINT + 1 }, (_, rid) => rid);

describe('[C19] deviceTreeSource', () => {
  it('[C21] has the MMIO IOMMU as a virtio,mmio window with one cell for an endpoint', () => {
    expect(linesOf(treeOf('mmio'), 'viommu: iommu@fd000000')).toEqual([
      'compatible = "virtio,mmio";',
      'reg = <0x0 0xfd000000 0x0 0x1000>;',
      'interrupts = <0x11 0x1>;',
      'dma-coherent;',
      '#iommu-cells = <1>;',
    ]);
  });

  it.each(['mmio', 'pci'] as const)(
    '[C17] gives every endpoint the ID that its requests name, with an IOMMU at %s',
    (iommu) => {
      const tree = treeOf(iommu);
      const mmioIds = [...tree.matchAll(/iommus = <&viommu (0x[0-9a-f]+)>;/g)].map(([, id]) =>
        Number(id),
      );
      const pciIds = ENDPOINTS.map(({ id }) => mappedIds(tree)[id]).filter(
        (id) => id !== undefined,
      );
      const ascending = (one: number, other: number): number => one - other;

      expect([...pciIds, ...mmioIds].toSorted(ascending)).toEqual(
        ENDPOINTS.map(({ id }) => id).toSorted(ascending),
      );
    },
  );

  it('maps every PCI function to an MMIO IOMMU', () => {
    expect(mappedIds(treeOf('mmio'))).toEqual(PCI_IDS);
  });

  it('[C20] has a PCI IOMMU as a function of the host bridge, and maps all others', () => {
    const tree = treeOf('pci');

    expect(linesOf(tree, 'viommu: iommu@3,0')).toEqual([
      'compatible = "virtio,pci-iommu", "pci1af4,1057";',
      `reg = <0x${(PCI_IOMMU_FUNCTION << 8).toString(16)} 0x0 0x0 0x0 0x0>;`,
      '#iommu-cells = <1>;',
    ]);
    expect(mappedIds(tree)).toEqual(
      PCI_IDS.map((rid) => (rid === PCI_IOMMU_FUNCTION ? undefined : rid)),
    );
    expect(tree).not.toContain('iommu@fd000000');
  });

  it('without an IOMMU names none', () => {
    expect(treeOf('none')).not.toMatch(/iommu@|&viommu|iommus|iommu-/);
  });

  it('is one node after another, each with its properties before its nodes', () => {
    const tree = treeOf('pci');

    expect(tree.startsWith('/dts-v1/;\n\n/ {\n\tmodel = "viommu";\n')).toBe(true);
    expect(tree.endsWith('\t\t};\n\t};\n};\n')).toBe(true);
    expect(tree.match(/\{\n/g)?.length).toBe(tree.match(/\};\n/g)?.length);
  });
});
