import { describe, expect, it } from 'vitest';
import { InputError } from '../machine/images/guest-images.ts';
import { endpointId } from './endpoint-id.ts';

describe('endpointId', () => {
  it('takes names and IDs', () => {
    expect(endpointId('rogue')).toBe(4098);
    expect(endpointId('ide')).toBe(240);
    expect(endpointId(4097)).toBe(4097);
  });

  it('lists the names for one that is none', () => {
    const name: 'rogue' = JSON.parse('"rouge"');
    expect(() => endpointId(name)).toThrow(InputError);
    expect(() => endpointId(name)).toThrow(
      'There is no endpoint "rouge". Did you mean rogue? There are: virtio-net, virtio-9p,',
    );
  });
});
