// Our device-tree source as the reference compiler takes it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceTreeSource } from '../../src/machine/plan/device-tree.ts';
import { describeMachine } from '../../src/machine/plan/machine-description.ts';
import { readPlan } from '../../src/machine/plan/plan-check.ts';
import { dtc, ensureDtc } from '../tools/ensure-dtc.ts';

const INSTALL_LIMIT_MS = 180_000;
let directory = '';

beforeAll(() => {
  ensureDtc();
  directory = mkdtempSync(join(tmpdir(), 'viommu-dts-'));
}, INSTALL_LIMIT_MS);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What the compiler says of our source, and what it reads in the compiled tree, with its numbers in our spelling. */
function compile(iommu: 'mmio' | 'pci' | 'none'): { messages: string; decompiled: string } {
  const plan = readPlan({ iommu: { mode: iommu === 'none' ? 'off' : 'translated' } });
  const source = deviceTreeSource(describeMachine(plan, iommu === 'pci' ? 'pci' : 'mmio'));
  writeFileSync(join(directory, 'machine.dts'), source);
  const messages = dtc(directory, ['-I', 'dts', '-O', 'dtb', '-o', 'machine.dtb', 'machine.dts']);
  dtc(directory, ['-I', 'dtb', '-O', 'dts', '-o', 'again.dts', 'machine.dtb']);
  const decompiled = readFileSync(join(directory, 'again.dts'), 'utf8');
  return { messages, decompiled: decompiled.replace(/0x0+(?=[0-9a-f])/g, '0x') };
}

/** The decompiled node, and the phandle that the compiler gave it. */
function nodeAt(decompiled: string, name: string): { body: string; phandle: string } {
  const body = decompiled.split(`${name} {`)[1]?.split('};')[0] ?? '';
  return { body, phandle: /phandle = <(0x[0-9a-f]+)>/.exec(body)?.[1] ?? 'none' };
}

describe('[C19] dtc', () => {
  it.each(['mmio', 'pci', 'none'] as const)(
    'compiles the machine with its IOMMU at %s without a warning',
    (iommu) => {
      expect(compile(iommu).messages).toBe('');
    },
  );

  it('reads back endpoints that name the MMIO IOMMU, and PCI functions mapped to it', () => {
    const { decompiled } = compile('mmio');
    const { body, phandle } = nodeAt(decompiled, 'iommu@fd000000');

    expect(body).toContain('compatible = "virtio,mmio";');
    expect(body).toContain('#iommu-cells = <0x1>;');
    expect(nodeAt(decompiled, 'virtio@fd001000').body).toContain(`iommus = <${phandle} 0x1001>;`);
    expect(nodeAt(decompiled, 'virtio@fd002000').body).toContain(`iommus = <${phandle} 0x1002>;`);
    expect(nodeAt(decompiled, 'pci@c0000000').body).toContain(
      `iommu-map = <0x0 ${phandle} 0x0 0x100>;`,
    );
  });

  it('reads back a PCI IOMMU, and a map without its own function', () => {
    const { decompiled } = compile('pci');
    const { body, phandle } = nodeAt(decompiled, 'iommu@3,0');

    expect(body).toContain('reg = <0x1800 0x0 0x0 0x0 0x0>;');
    expect(body).toContain('#iommu-cells = <0x1>;');
    expect(decompiled).toContain(
      `iommu-map = <0x0 ${phandle} 0x0 0x18 0x19 ${phandle} 0x19 0xe7>;`,
    );
    expect(nodeAt(decompiled, 'virtio@fd001000').body).toContain(`iommus = <${phandle} 0x1001>;`);
  });
});
