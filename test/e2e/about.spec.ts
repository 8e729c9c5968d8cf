// What the page ships of others comes with its licences, and the page leads there.

import { expect, test } from '@playwright/test';
import { MachinePage } from './pages/machine-page.ts';

test('leads to the licences and sources of all that it brings, and to examples', async ({
  page,
  request,
}) => {
  const machine = new MachinePage(page);
  await machine.open();
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
