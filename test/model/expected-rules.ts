// Every rule that a long run has to meet. One that the generator no longer reaches would be tested by nothing.

/** How often a run of a million operations meets each at least. */
export const LONG_RUN_MINIMUM = 10;

function each(prefix: string, rules: readonly string[]): readonly string[] {
  return rules.map((rule) => `${prefix}: ${rule}`);
}

const OF_BOTH_ACCESSES = [
  'bypass',
  'mapping',
  'own identity region',
  'shared identity region',
  'mapping and own identity region',
  'mapping and shared identity region',
  'fault, unattached',
  'fault, unmapped',
  'fault, mapping without the right',
  'fault, identity without the right',
  "fault, another's identity region",
  'fault, reserved region',
  'fault, msi region',
  'fault, own region in bypass mode',
  'fault, beyond the last address',
];

export const EXPECTED_RULES: readonly string[] = [
  'unknown type',
  'PROBE without its feature',
  ...['ATTACH', 'DETACH', 'MAP', 'UNMAP', 'PROBE'].flatMap((type) => [
    `${type} without room for a tail`,
    `${type}: too short`,
  ]),
  ...each('ATTACH', [
    'reserved bytes',
    'unknown flags',
    'unknown endpoint',
    'outside domain_range',
    'the other kind of domain',
    'identity meets nothing',
    'a mapping meets a region',
    'too many domains',
    'OK, was there already',
    'OK, new domain',
    'OK, new bypass domain',
    'OK, to others',
    'OK, moved to others',
  ]),
  ...each('DETACH', [
    'unknown endpoint',
    'not attached there',
    'OK, was the last',
    'OK, others stay',
  ]),
  ...each('MAP', [
    'without MAP_UNMAP',
    'unknown flags',
    'unknown domain',
    'bypass domain',
    'end not above start',
    'not aligned',
    'outside input_range',
    'physical range wraps',
    'reserved region',
    'mapped already',
    'too many mappings',
    'OK',
    'OK, inside identity',
  ]),
  ...each('UNMAP', [
    'without MAP_UNMAP',
    'reserved bytes',
    'unknown domain',
    'bypass domain',
    'end below start',
    'would split a mapping',
    'OK, nothing there',
    'OK, one mapping',
    'OK, several mappings',
  ]),
  ...each('PROBE', ['no room for all properties', 'unknown endpoint', 'OK']),
  ...each('read', OF_BOTH_ACCESSES),
  ...each('write', [
    ...OF_BOTH_ACCESSES,
    'fault, part of a doorbell',
    'fault, part of a doorbell, identity to another',
    'fault, part of a doorbell, reserved to another',
    'doorbell',
    'doorbell, unattached',
    'doorbell in a bypass domain',
    'doorbell, identity to another',
    'doorbell, reserved to another',
  ]),
  ...each('segments', ['1', '2', '3', '4', '5..1024', 'more than 1024']),
  ...each('report', ['delivered', 'buffer too small', 'dropped', 'no driver']),
  ...['bytes read', 'bytes written'].flatMap((what) => each(what, ['yes', 'no'])),
  ...each('config', ['bypass written', 'write ignored']),
  ...each('endpoint', ['added', 'refused']),
  ...each('requests of one notification', ['1', '2', '3', '4']),
  ...['one buffer each way', 'many buffers'].flatMap((buffers) =>
    each('framing', [
      `${buffers}, direct`,
      `${buffers}, indirect`,
      `${buffers}, some direct, the others indirect`,
    ]),
  ),
  ...each('command', [
    'many mappings',
    'device reset',
    'system reset',
    'start a driver',
    'the host sets bypass',
    'take interrupts',
    'save',
    'restore and return',
    'restore into another device',
  ]),
];
