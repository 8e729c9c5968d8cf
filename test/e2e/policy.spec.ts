// A server that allows the page only what it needs: by a header on every file, which binds the worker, too. What the page ships of
// others comes with its licences.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

// The page's service worker is bound by the policy, too
test.use({ serviceWorkers: 'allow' });

test('works under the policy it is built with, sent for every file, and leads to the licences', async ({
  page,
  request,
}) => {
  const machine = new MachinePage(page);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const policies = new Set<string | undefined>();
  page.on('response', (response) => {
    policies.add(response.headers()['content-security-policy']);
  });
  await machine.open();
  await machine.waitForPrompt();
  const meta = page.locator('meta[http-equiv="Content-Security-Policy"]');
  expect([...policies]).toEqual([await meta.getAttribute('content')]);
  expect([...policies].join()).toContain("worker-src 'self'");
  expect([...policies].join()).not.toContain('blob:');
  await machine.typeLine('head -c 65536 /dev/vda | md5sum');
  await machine.waitForConsole(/[0-9a-f]{32} {2}-/);
  await machine.button('Send rogue DMA').click();
  await expect(machine.faults.getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('Filter', { exact: true }).focus();
  await expect(page.getByRole('textbox', { name: 'Filter', exact: true })).toBeFocused();
  await page.keyboard.type('kin');
  const offered = page.getByRole('option', { name: /^kind/ }).first();
  await expect(offered).toHaveCSS('display', 'flex');
  await page.keyboard.press('Escape');

  await test.step('About leads to the licences and sources of all that it brings, and to examples', async () => {
    await machine.button('About').click();
    const links = page.getByRole('dialog', { name: 'About viommu' }).getByRole('link');
    await expect(links).toHaveCount(8);
    const texts = new Map<string, string>();
    for (const link of await links.all()) {
      const address = new URL((await link.getAttribute('href')) ?? '', page.url());
      const response = await request.get(address.href);
      const type = address.pathname.endsWith('.html') ? 'text/html' : 'text/plain';
      expect(response.headers()['content-type'], address.href).toContain(type);
      texts.set(address.pathname, await response.text());
    }
    expect(texts.get('/examples/embed.html')).toContain('<viommu-machine');
    expect(texts.get('/licenses/LICENSE.txt')).toContain('the viommu authors');
    expect(texts.get('/licenses/PROVENANCE.txt')).toContain('apt-get source linux-6.12=');
    expect(texts.get('/licenses/LICENSES/linux-copyright.txt')).toContain('GPL-2');
    expect(texts.get('/licenses/LICENSES/LGPL-2.1.txt')).toContain('LESSER GENERAL PUBLIC LICENSE');
    for (const name of ['v86', 'preact', 'comlink', '@xterm/xterm', '@preact/signals-core']) {
      expect(texts.get('/licenses/packages.txt')).toMatch(new RegExp(`^${name} [^ ]+: `, 'm'));
    }
  });
  expect(complaints).toEqual([]);
});
